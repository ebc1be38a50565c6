"""Checksums computed while a file is still coming, so that almost nothing is left to do after the last byte.

The bytes are read back from the file, not taken from the network buffer. Ranges arrive out of order, a resumed file has
bytes that this process never received, and the check must cover what is on disk. The reads come from the page cache.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from mistudio.corpus.hub.plan_types import RemoteFile

_BLOCK_BYTES: Final = 1 << 20
_WAIT_SECONDS: Final = 0.25


class PrefixHash:
    """The sha256 of a file's first ``position`` bytes, and the blob's sha1 where git alone stores the file."""

    def __init__(self, source: RemoteFile) -> None:
        self._source = source
        self._buffer = memoryview(bytearray(min(_BLOCK_BYTES, max(source.size, 1))))
        self.restart()

    def restart(self) -> None:
        """Begin again at byte 0, after the file's bytes were discarded."""
        self.position = 0
        self._sha256 = hashlib.sha256()
        git_only = self._source.sha256 is None and self._source.git_sha1 is not None
        # git names blobs by sha1; nothing here relies on it against an attacker.
        header = b"blob %d\0" % self._source.size
        self._git_sha1 = hashlib.sha1(header, usedforsecurity=False) if git_only else None

    def catch_up(self, fd: int, prefix: int, checkpoint: Callable[[], None]) -> None:
        """Hash the open file ``fd`` up to byte ``prefix``; raise OSError if the file is shorter."""
        while self.position < prefix:
            checkpoint()
            count = os.preadv(fd, [self._buffer[: prefix - self.position]], self.position)
            if count == 0:
                raise OSError(f"The file on disk ends before byte {prefix:,}.")
            block = self._buffer[:count]
            self._sha256.update(block)
            if self._git_sha1 is not None:
                self._git_sha1.update(block)
            self.position += count

    @property
    def sha256(self) -> str:
        """The sha256 of the bytes hashed so far."""
        return self._sha256.hexdigest()

    def is_correct(self) -> bool:
        """Return whether the whole file was hashed and has the checksum that the Hub promised."""
        if self.position != self._source.size:
            return False
        if self._source.sha256 is not None:
            return self._source.sha256 == self.sha256
        return self._git_sha1 is None or self._source.git_sha1 == self._git_sha1.hexdigest()


class HashThread:
    """A thread that keeps a PrefixHash close behind a file that grows at several offsets."""

    def __init__(self, prefix_hash: PrefixHash, fd: int, checkpoint: Callable[[], None]) -> None:
        self._hash = prefix_hash
        self._fd = fd
        self._checkpoint = checkpoint
        self._changed = threading.Condition()
        self._goal = 0
        self._stopped = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checksum")
        self._result = self._thread.submit(self._run)

    def extend_to(self, prefix: int) -> None:
        """Let the thread hash up to byte ``prefix``, below which the file has no gap."""
        with self._changed:
            self._goal = max(self._goal, prefix)
            self._changed.notify_all()

    def wait(self, prefix: int, checkpoint: Callable[[], None]) -> None:
        """Wait until ``prefix`` bytes are hashed; raise what ended the thread before."""
        self.extend_to(prefix)
        with self._changed:
            while self._hash.position < prefix and not self._result.done():
                self._changed.wait(_WAIT_SECONDS)
                checkpoint()
        if self._result.done():
            self._result.result()

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.shutdown()

    def _run(self) -> None:
        while (goal := self._await_goal()) is not None:
            self._hash.catch_up(self._fd, goal, self._check_stopped)
            with self._changed:
                self._changed.notify_all()

    def _await_goal(self) -> int | None:
        with self._changed:
            while not self._stopped and self._goal <= self._hash.position:
                self._changed.wait()
            return None if self._stopped else self._goal

    def _check_stopped(self) -> None:
        self._checkpoint()
        if self._stopped:
            raise InterruptedError

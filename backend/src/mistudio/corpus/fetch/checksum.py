"""Checksums that grow with the file, so that almost nothing is left to do after the last byte.

The bytes are read back from the file rather than taken from the network buffer: ranges arrive out of order, a resumed
file has bytes that this process never saw, and what is verified is what is kept. They come from the page cache.
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
    """sha256, and for files that git keeps the blob's sha1, over the first ``position`` bytes of a file."""

    def __init__(self, source: RemoteFile) -> None:
        self._source = source
        self._buffer = memoryview(bytearray(min(_BLOCK_BYTES, max(source.size, 1))))
        self.restart()

    def restart(self) -> None:
        """Begin anew, for bytes that were dropped."""
        self.position = 0
        self._sha256 = hashlib.sha256()
        git_only = self._source.sha256 is None and self._source.git_sha1 is not None
        # git names blobs by sha1; nothing here relies on it against an attacker.
        header = b"blob %d\0" % self._source.size
        self._git_sha1 = hashlib.sha1(header, usedforsecurity=False) if git_only else None

    def catch_up(self, fd: int, prefix: int, checkpoint: Callable[[], None]) -> None:
        """Take in the bytes of the open file ``fd`` up to ``prefix``; OSError if they are not there."""
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
        """The sha256 of what was taken in."""
        return self._sha256.hexdigest()

    def is_right(self) -> bool:
        """Whether the whole file was taken in and is what the Hub promised."""
        if self.position != self._source.size:
            return False
        if self._source.sha256 is not None:
            return self._source.sha256 == self.sha256
        return self._git_sha1 is None or self._source.git_sha1 == self._git_sha1.hexdigest()


class Follower:
    """A thread that keeps a PrefixHash close behind a file that grows from several ends."""

    def __init__(self, prefix_hash: PrefixHash, fd: int, checkpoint: Callable[[], None]) -> None:
        self._hash = prefix_hash
        self._fd = fd
        self._checkpoint = checkpoint
        self._changed = threading.Condition()
        self._goal = 0
        self._stopped = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checksum")
        self._following = self._thread.submit(self._follow)

    def reach(self, prefix: int) -> None:
        """Let it go on up to ``prefix``."""
        with self._changed:
            self._goal = max(self._goal, prefix)
            self._changed.notify_all()

    def wait(self, prefix: int, checkpoint: Callable[[], None]) -> None:
        """Wait until it has taken in ``prefix`` bytes; raises what stopped it."""
        self.reach(prefix)
        with self._changed:
            while self._hash.position < prefix and not self._following.done():
                self._changed.wait(_WAIT_SECONDS)
                checkpoint()
        if self._following.done():
            self._following.result()

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.shutdown()

    def _follow(self) -> None:
        while (goal := self._next_goal()) is not None:
            self._hash.catch_up(self._fd, goal, self._check)
            with self._changed:
                self._changed.notify_all()

    def _next_goal(self) -> int | None:
        with self._changed:
            while not self._stopped and self._goal <= self._hash.position:
                self._changed.wait()
            return None if self._stopped else self._goal

    def _check(self) -> None:
        self._checkpoint()
        if self._stopped:
            raise InterruptedError

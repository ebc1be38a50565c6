"""A pool of open Parquet files: each is lent to one reader at a time and kept open for the next.

Opening a file costs several times what a page from it does. But every open file is a descriptor, of which a process has
few, and one of a deleted dataset keeps its bytes on the disk. So the pool has a bound over all datasets, and closing a
store closes its files at once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

_MAX_FILES: Final = 64


@dataclass(eq=False)
class FileOwner:
    """A store whose files are in a pool; ``FilePool.close`` closes it for good."""

    is_closed: bool = False


@dataclass(frozen=True, eq=False)
class _IdleFile:
    owner: FileOwner
    path: Path
    file: pq.ParquetFile


class FilePool:
    """At most ``max_files`` open files, more only if so many readers read at once. Stores and threads may share it."""

    def __init__(self, max_files: int = _MAX_FILES) -> None:
        self._max_files = max_files
        self._lock = threading.Lock()
        self._num_lent = 0
        # The most recently used file is last. A path may occur more than once, so this is no LRU cache by path.
        self._idle: list[_IdleFile] = []

    @contextmanager
    def lend(
        self, owner: FileOwner, path: Path, *, open_file: Callable[[], pq.ParquetFile]
    ) -> Iterator[pq.ParquetFile]:
        """Lend the file at ``path`` to one reader; ``open_file`` is called if none is idle, and may raise."""
        file = self._take(owner, path)
        try:
            if file is None:
                file = open_file()
            yield file
        finally:
            self._give_back(owner, path, file)

    def close(self, owner: FileOwner) -> None:
        """Close the owner's files, lent ones once they are given back; later ones are opened for one use only.

        Waits for no reader, so it may be called on an event loop.
        """
        with self._lock:
            owner.is_closed = True
            closing = [idle for idle in self._idle if idle.owner is owner]
            self._idle = [idle for idle in self._idle if idle.owner is not owner]
        for idle in closing:
            idle.file.close()

    def _take(self, owner: FileOwner, path: Path) -> pq.ParquetFile | None:
        """Return an idle file at ``path``; if there is none, make room for the file that the caller opens."""
        with self._lock:
            self._num_lent += 1
            for index in reversed(range(len(self._idle))):
                idle = self._idle[index]
                if idle.owner is owner and idle.path == path:
                    del self._idle[index]
                    return idle.file
            surplus = max(0, len(self._idle) + self._num_lent - self._max_files)
            evicted, self._idle = self._idle[:surplus], self._idle[surplus:]
            # Under the lock: otherwise the caller could open its file before these are closed.
            for idle in evicted:
                idle.file.close()
        return None

    def _give_back(self, owner: FileOwner, path: Path, file: pq.ParquetFile | None) -> None:
        with self._lock:
            self._num_lent -= 1
            if file is None:
                return
            if not owner.is_closed and len(self._idle) + self._num_lent < self._max_files:
                self._idle.append(_IdleFile(owner, path, file))
                return
        file.close()

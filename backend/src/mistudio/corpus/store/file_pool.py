"""Open Parquet files, lent to one reader at a time and kept for the next, never more than a bound over all datasets.

Opening one costs several times what a page from it does. Each is a descriptor, of which a process has few, and one of a
deleted dataset keeps its bytes on the disk: so a store that is closed gives up its files at once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

_MOST: Final = 64


@dataclass(eq=False)
class Shelf:
    """One store's place among the open files; ``OpenFiles.close`` closes it for good."""

    is_closed: bool = False


@dataclass(frozen=True, eq=False)
class _Kept:
    shelf: Shelf
    path: Path
    file: pq.ParquetFile


class OpenFiles:
    """At most ``most`` files; only as many readers at once can exceed it. Safe to share between stores and threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._lent = 0
        # The one that was used last stands last.
        self._idle: list[_Kept] = []

    @contextmanager
    def lend(self, shelf: Shelf, path: Path, *, opened: Callable[[], pq.ParquetFile]) -> Iterator[pq.ParquetFile]:
        """The file at ``path`` for one reader; ``opened`` opens it if none is idle, and may raise."""
        file = self._take(shelf, path)
        try:
            if file is None:
                file = opened()
            yield file
        finally:
            self._give_back(shelf, path, file)

    def close(self, shelf: Shelf) -> None:
        """Close this shelf's files, those that are lent as soon as they come back; others are opened for one use only.

        Takes no longer than closing them does, so it may be called from an event loop.
        """
        with self._lock:
            shelf.is_closed = True
            going = [kept for kept in self._idle if kept.shelf is shelf]
            self._idle = [kept for kept in self._idle if kept.shelf is not shelf]
        for kept in going:
            kept.file.close()

    def _take(self, shelf: Shelf, path: Path) -> pq.ParquetFile | None:
        with self._lock:
            self._lent += 1
            for index in reversed(range(len(self._idle))):
                kept = self._idle[index]
                if kept.shelf is shelf and kept.path == path:
                    del self._idle[index]
                    return kept.file
            surplus = max(0, len(self._idle) + self._lent - self._most)
            going, self._idle = self._idle[:surplus], self._idle[surplus:]
            # Closed under the lock: a file that is opened now must not come before these are gone.
            for kept in going:
                kept.file.close()
        return None

    def _give_back(self, shelf: Shelf, path: Path, file: pq.ParquetFile | None) -> None:
        with self._lock:
            self._lent -= 1
            if file is None:
                return
            if not shelf.is_closed and len(self._idle) + self._lent < self._most:
                self._idle.append(_Kept(shelf, path, file))
                return
        file.close()

"""Decides which worker fetches what: files in order, all ranges of a large file at once.

A file is begun only while no finished one waits for the consumer (small files excepted), so that little more is on disk
than what is being fetched. When the Hub asks to slow down, fewer requests run at once; each success raises the limit
again.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mistudio.corpus.fetch.partial_file import Segment
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile, Transfer
from mistudio.corpus.hub.plan_types import RemoteFile

_WAIT_SECONDS: Final = 0.25
_GROW_AFTER: Final = 4


class ConcurrencyLimit:
    """A semaphore for requests, whose limit falls when the Hub asks for it and rises with successes."""

    def __init__(self, limit: int) -> None:
        self._changed = threading.Condition()
        self._maximum = self.limit = limit
        self._used = self._successes = 0

    def acquire(self, checkpoint: Callable[[], None]) -> None:
        """Wait until one more request may run."""
        with self._changed:
            while self._used >= self.limit:
                self._changed.wait(_WAIT_SECONDS)
                checkpoint()
            self._used += 1

    def release(self) -> None:
        """Let another request run instead."""
        with self._changed:
            self._used -= 1
            self._changed.notify_all()

    def shrink(self) -> None:
        """Halve the limit: the Hub asked for fewer requests."""
        with self._changed:
            self.limit, self._successes = max(1, self.limit // 2), 0

    def grow(self) -> None:
        """Count a success; every fourth one raises the limit by one."""
        with self._changed:
            self._successes += 1
            if self._successes >= _GROW_AFTER and self.limit < self._maximum:
                self.limit, self._successes = self.limit + 1, 0
                self._changed.notify_all()


@dataclass(frozen=True)
class Task:
    """A worker's next step: open a file (no segment), or fetch one segment of it."""

    transfer: Transfer
    segment: Segment | None


class TransferQueue:
    """The files to fetch, the transfers under way, and the finished files that wait for the consumer."""

    def __init__(
        self, files: Sequence[RemoteFile], make_transfer: Callable[[RemoteFile], Transfer], settings: FetchSettings
    ) -> None:
        self._settings = settings
        self._make_transfer = make_transfer
        self._changed = threading.Condition()
        self._pending = deque(files)
        self._active: list[Transfer] = []
        self._finished: deque[FetchedFile] = deque()
        self._finished_bytes = 0

    def take_task(self, checkpoint: Callable[[], None]) -> Task | None:
        """Wait for a task; return None once no more can come."""
        with self._changed:
            while self._pending or self._active:
                if task := self._find_task():
                    return task
                self._changed.wait(_WAIT_SECONDS)
                checkpoint()
        return None

    def _find_task(self) -> Task | None:
        for transfer in self._active:
            if segment := transfer.take_segment():
                return Task(transfer, segment)
        if not self._pending or not self._can_begin(self._pending[0]):
            return None
        transfer = self._make_transfer(self._pending.popleft())
        self._active.append(transfer)
        return Task(transfer, None)

    def _can_begin(self, source: RemoteFile) -> bool:
        return not self._finished or self._finished_bytes + source.fetch_bytes <= self._settings.waiting_bytes

    def wake_workers(self) -> None:
        """Let waiting workers look again: a transfer has segments to fetch."""
        with self._changed:
            self._changed.notify_all()

    def put_finished(self, transfer: Transfer, fetched: FetchedFile) -> None:
        """Hand a finished file to the consumer."""
        with self._changed:
            self._active.remove(transfer)
            self._finished.append(fetched)
            self._finished_bytes += fetched.source.fetch_bytes
            self._changed.notify_all()

    def take_finished(self) -> FetchedFile | None:
        """Return a finished file, or None if none comes within 0.25 seconds."""
        with self._changed:
            if not self._finished:
                self._changed.wait(_WAIT_SECONDS)
            if not self._finished:
                return None
            self._changed.notify_all()
            fetched = self._finished.popleft()
            self._finished_bytes -= fetched.source.fetch_bytes
            return fetched

    def close(self) -> None:
        """Close the transfers under way; all workers must have ended."""
        for transfer in self._active:
            transfer.close()

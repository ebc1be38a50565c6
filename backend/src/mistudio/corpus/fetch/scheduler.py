"""Who fetches what: a bounded number of workers, first files first, all ranges of a large file at once.

A file is begun only while nothing finished waits for the consumer (small ones excepted), so that the disk holds little
beyond what is being fetched. When the Hub asks to slow down, fewer requests run at once, and more again as they
succeed.
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
    """How many requests may run at once."""

    def __init__(self, limit: int) -> None:
        self._free = threading.Condition()
        self._most = self.limit = limit
        self._used = self._successes = 0

    def take(self, checkpoint: Callable[[], None]) -> None:
        """Wait for a slot."""
        with self._free:
            while self._used >= self.limit:
                self._free.wait(_WAIT_SECONDS)
                checkpoint()
            self._used += 1

    def give(self) -> None:
        """Hand the slot back."""
        with self._free:
            self._used -= 1
            self._free.notify_all()

    def shrink(self) -> None:
        """The Hub asked for less."""
        with self._free:
            self.limit, self._successes = max(1, self.limit // 2), 0

    def grow(self) -> None:
        """A request went well."""
        with self._free:
            self._successes += 1
            if self._successes >= _GROW_AFTER and self.limit < self._most:
                self.limit, self._successes = self.limit + 1, 0
                self._free.notify_all()


@dataclass(frozen=True)
class Task:
    """A worker's next step: open a file (no segment), or fetch one segment of it."""

    transfer: Transfer
    segment: Segment | None


class TransferQueue:
    """What is to be fetched, what is under way, and what waits for the consumer."""

    def __init__(
        self, files: Sequence[RemoteFile], begin: Callable[[RemoteFile], Transfer], settings: FetchSettings
    ) -> None:
        self._settings = settings
        self._begin = begin
        self._changed = threading.Condition()
        self._pending = deque(files)
        self._active: list[Transfer] = []
        self._finished: deque[FetchedFile] = deque()

    def next_task(self, checkpoint: Callable[[], None]) -> Task | None:
        """Wait for something to do; None when there will be nothing more."""
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
        if not self._pending or not self._may_begin(self._pending[0]):
            return None
        transfer = self._begin(self._pending.popleft())
        self._active.append(transfer)
        return Task(transfer, None)

    def _may_begin(self, source: RemoteFile) -> bool:
        waiting = sum(file.source.size for file in self._finished)
        return not self._finished or waiting + source.size <= self._settings.waiting_bytes

    def moved(self) -> None:
        """A file has new segments, or needs them anew."""
        with self._changed:
            self._changed.notify_all()

    def put(self, transfer: Transfer, fetched: FetchedFile) -> None:
        """A file is finished."""
        with self._changed:
            self._active.remove(transfer)
            self._finished.append(fetched)
            self._changed.notify_all()

    def take(self) -> FetchedFile | None:
        """A finished file, if one comes within a moment."""
        with self._changed:
            if not self._finished:
                self._changed.wait(_WAIT_SECONDS)
            if not self._finished:
                return None
            self._changed.notify_all()
            return self._finished.popleft()

    def close(self) -> None:
        """Let go of the files under way; no worker may be at work any more."""
        for transfer in self._active:
            transfer.close()

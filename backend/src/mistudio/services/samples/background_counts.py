"""Counts totals in the background that take longer than their page; the newest search goes first.

A client is likely to wait for the newest search, and less so for older ones. So one thread counts a few windows of the
newest search, then checks again which one that is. It pauses while a page is being searched.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from mistudio.core.errors import MiStudioError
from mistudio.corpus.search.hit_counter import Deadline, SearchEnded

log = structlog.get_logger(__name__)

_SECONDS: Final = 600.0
_MOST_WAITING: Final = 16
_REST_SECONDS: Final = 0.001


class Countable(Protocol):
    """A search whose total is not known yet."""

    @property
    def is_complete(self) -> bool:
        """Whether the total is known."""
        ...

    def count_more(self, limit: Deadline) -> None:
        """Count some more. Raises SearchEnded."""
        ...


@dataclass(frozen=True)
class _Count:
    dataset_id: str
    search: Countable
    limit: Deadline


class BackgroundCounts:
    """Counts while not ``is_busy()``. Safe to use from several threads; no caller waits for the counting."""

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        self._is_busy = is_busy
        self._changed = threading.Condition()
        # The newest is the last.
        self._counts: OrderedDict[Hashable, _Count] = OrderedDict()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to count."""
        return not self._counts

    def add(self, key: Hashable, dataset_id: str, search: Countable) -> None:
        """Count ``search`` before all others; beyond 16 searches the oldest is dropped."""
        with self._changed:
            if self._is_closed:
                return
            known = self._counts.pop(key, None)
            if known is None or known.search is not search:
                known = _Count(dataset_id, search, Deadline(_SECONDS))
            self._counts[key] = known
            while len(self._counts) > _MOST_WAITING:
                self._counts.popitem(last=False)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="count", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, dataset_id: str) -> None:
        """Stop counting in a dataset. Does not wait."""
        with self._changed:
            for key in [key for key, count in self._counts.items() if count.dataset_id == dataset_id]:
                self._counts.pop(key).limit.end()

    def close(self) -> None:
        """End all counting."""
        with self._changed:
            self._is_closed = True
            for count in self._counts.values():
                count.limit.end()
            self._counts.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (newest := self._wait_for_newest()) is not None:
            key, count = newest
            is_over = self._count_some(count)
            if is_over:
                with self._changed:
                    if self._counts.get(key) is count:
                        del self._counts[key]

    def _wait_for_newest(self) -> tuple[Hashable, _Count] | None:
        """Wait for the next search to count; None once closed."""
        with self._changed:
            while not self._is_closed and (not self._counts or self._is_busy()):
                self._changed.wait(_REST_SECONDS if self._counts else None)
            return None if self._is_closed else next(reversed(self._counts.items()))

    def _count_some(self, count: _Count) -> bool:
        """Count a few windows; return whether this search needs no more."""
        try:
            count.search.count_more(count.limit)
        except (SearchEnded, MiStudioError, OSError) as error:
            log.info("count ended early", reason=type(error).__name__)
            return True
        return count.search.is_complete

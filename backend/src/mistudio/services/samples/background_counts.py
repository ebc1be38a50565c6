"""Totals that take longer than their page, counted on in the background: the search that was asked for last goes first.

Somebody waits for the newest, and for older ones perhaps nobody any more. So one thread counts a few windows of the
newest search, and then looks again which one that is; and it rests whenever a page is being looked for.
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
        """Whether it is known by now."""
        ...

    def count_more(self, limit: Deadline) -> None:
        """Count some more of it. Raises SearchEnded."""
        ...


@dataclass(frozen=True)
class _Count:
    dataset_id: str
    search: Countable
    limit: Deadline


class BackgroundCounts:
    """Counts while nothing ``is_busy``. Safe to use from several threads; nothing waits for the counting."""

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        self._is_busy = is_busy
        self._changed = threading.Condition()
        # The one that was asked for last stands last.
        self._counts: OrderedDict[Hashable, _Count] = OrderedDict()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to count."""
        return not self._counts

    def add(self, key: Hashable, dataset_id: str, search: Countable) -> None:
        """Count ``search`` on, before all others; the ones that nobody asked for in a long while are given up."""
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
        """Count nothing more of a dataset. Does not wait."""
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
        while (newest := self._newest()) is not None:
            key, count = newest
            if self._is_over(count):
                with self._changed:
                    if self._counts.get(key) is count:
                        del self._counts[key]

    def _newest(self) -> tuple[Hashable, _Count] | None:
        """What to count next; None once it is closed."""
        with self._changed:
            while not self._is_closed and (not self._counts or self._is_busy()):
                self._changed.wait(_REST_SECONDS if self._counts else None)
            return None if self._is_closed else next(reversed(self._counts.items()))

    def _is_over(self, count: _Count) -> bool:
        try:
            count.search.count_more(count.limit)
        except (SearchEnded, MiStudioError, OSError) as error:
            log.info("count ended early", reason=type(error).__name__)
            return True
        return count.search.is_complete

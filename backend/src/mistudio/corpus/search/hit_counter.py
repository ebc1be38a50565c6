"""Hits in the order of the rows, wherever they come from: counted window by window, and found again page by page.

A window is a stretch of row ids. A source says how many hits each window has, and which they are; the tally remembers
the counts only, however many the hits, goes on counting where it stopped, and knows which few windows hold a page.
"""

import threading
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Protocol

import numpy as np

from mistudio.corpus.arrays import Ids

_STEP: Final = 64
# In the background so many seconds at a time: no page waits longer for what is being counted.
_SLICE_SECONDS: Final = 0.02


class SearchEnded(Exception):
    """The time of a search is over, or nobody waits for it any more."""


class Deadline:
    """How long a search may take: until a moment of the monotonic clock, or until somebody ends it."""

    def __init__(self, seconds: float | None = None) -> None:
        self.began = time.monotonic()
        self._deadline = None if seconds is None else self.began + seconds
        self._ended = threading.Event()

    def end(self) -> None:
        """Make the next check raise; may be called from any thread."""
        self._ended.set()

    @property
    def is_ended(self) -> bool:
        """Whether somebody ended it."""
        return self._ended.is_set()

    def check(self) -> None:
        """Raise SearchEnded if it is time."""
        if self.is_ended or (self._deadline is not None and time.monotonic() > self._deadline):
            raise SearchEnded


class HitSource(Protocol):
    """Where hits come from. Its windows are numbered in the order of the rows."""

    @property
    def windows(self) -> int:
        """How many windows there are."""
        ...

    def counts(self) -> Sequence[int] | None:
        """The hits of every window where that is cheap, else None."""
        ...

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits of each of these windows, ascending. Raises SearchEnded."""
        ...


@dataclass(frozen=True)
class HitPage:
    """Ids of the hits of one page; ``total`` is a lower bound unless ``is_exact``, ``is_partial`` if time ran out."""

    ids: list[int]
    total: int
    is_exact: bool
    is_partial: bool = False


class HitCounter:
    """The counts of one search so far. Safe to use from several threads, of which one at a time counts on."""

    def __init__(self, source: HitSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        known = source.counts()
        # ends[w] is the number of hits up to and with window w.
        self._ends = array("q", [] if known is None else accumulate(known))
        self._waiting = 0
        self._seconds_a_window: float | None = None

    @property
    def total(self) -> int:
        """The hits known so far."""
        return self._ends[-1] if self._ends else 0

    @property
    def is_complete(self) -> bool:
        """Whether all windows are counted."""
        return len(self._ends) == self._source.windows

    def page(self, offset: int, size: int, *, limit: Deadline, patience: float) -> HitPage:
        """The hits ``offset`` to ``offset + size``; goes on to the total if that is likely to take ``patience``
        seconds at most.
        """
        self._waiting += 1
        try:
            with self._lock:
                return self._page(offset, size, limit, patience)
        finally:
            self._waiting -= 1

    def complete(self, limit: Deadline) -> None:
        """Count what is left. Raises SearchEnded."""
        while not self.is_complete:
            self.count_more(limit)

    def count_more(self, limit: Deadline) -> None:
        """Count some windows more if any are left, giving way to pages. Raises SearchEnded."""
        while self._waiting:
            limit.check()
            time.sleep(0.001)
        with self._lock:
            if not self.is_complete:
                pace = self._seconds_a_window
                self._count_on(limit, most=min(_STEP, int(_SLICE_SECONDS / pace)) if pace else 1)

    def beginning(self, offset: int, size: int, *, limit: Deadline, windows: int) -> HitPage | None:
        """The page if it is within the first so many windows, else None. Raises SearchEnded."""
        with self._lock:
            fresh: dict[int, Ids] = {}
            while self.total < offset + size and not self.is_complete and len(self._ends) < windows:
                fresh |= self._count_on(limit)
            if self.total < offset + size and not self.is_complete:
                return None
            return HitPage(self._slice(offset, size, fresh, limit), self.total, self.is_complete)

    def _page(self, offset: int, size: int, limit: Deadline, patience: float) -> HitPage:
        fresh: dict[int, Ids] = {}
        began, before = time.monotonic(), len(self._ends)
        try:
            while not self.is_complete and self.total < offset + size:
                found = self._count_on(limit)
                fresh |= {window: ids for window, ids in found.items() if self._ends[window] > offset}
            while not self.is_complete and self._is_near(before, began, limit.began + patience):
                self._count_on(limit)
            return HitPage(self._slice(offset, size, fresh, limit), self.total, self.is_complete)
        except SearchEnded:
            kept = [int(row) for window in sorted(fresh) for row in fresh[window]]
            first = self._before(min(fresh)) if fresh else 0
            return HitPage(kept[max(0, offset - first) :][:size], self.total, self.is_complete, is_partial=True)

    def _is_near(self, before: int, began: float, end: float) -> bool:
        """Whether the rest will be counted by ``end``, at the rate of what this call has counted."""
        counted, now = len(self._ends) - before, time.monotonic()
        left = self._source.windows - len(self._ends)
        return now + (now - began) / counted * left <= end if counted else left <= _STEP

    def _count_on(self, limit: Deadline, *, most: int = _STEP) -> dict[int, Ids]:
        """Count some windows more, few at first: the first page is to come early."""
        limit.check()
        start, began = len(self._ends), time.monotonic()
        windows = range(start, min(start + max(1, min(most, max(2, start))), self._source.windows))
        found = dict(zip(windows, self._source.find(windows, limit), strict=True))
        for ids in found.values():
            self._ends.append(self.total + len(ids))
        self._seconds_a_window = max(1e-6, (time.monotonic() - began) / len(windows))
        return found

    def _slice(self, offset: int, size: int, fresh: dict[int, Ids], limit: Deadline) -> list[int]:
        first = bisect_right(self._ends, offset)
        last = min(bisect_left(self._ends, offset + size), len(self._ends) - 1)
        windows = [window for window in range(first, last + 1) if self._ends[window] > self._before(window)]
        if not windows:
            return []
        unknown = [window for window in windows if window not in fresh]
        found = fresh | dict(zip(unknown, self._source.find(unknown, limit), strict=True)) if unknown else fresh
        ids = np.concatenate([found[window] for window in windows])
        start = offset - self._before(windows[0])
        return [int(row) for row in ids[start : start + size]]

    def _before(self, window: int) -> int:
        return self._ends[window - 1] if window else 0

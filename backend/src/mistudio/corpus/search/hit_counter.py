"""Counts the hits of a search window by window, and finds the hits of a page again, in the order of the rows.

A window is a range of row ids. A source tells which hits a window has. The counter stores only their number per window,
resumes where it stopped, and knows which few windows hold a page.
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

_MAX_WINDOWS: Final = 64
# The background counts for so long at a time, so no page waits longer for it.
_SLICE_SECONDS: Final = 0.02


class SearchEnded(Exception):
    """The deadline of a search has passed, or its client has gone."""


class Deadline:
    """The end of a search: ``seconds`` from now, or as soon as another thread calls ``end``."""

    def __init__(self, seconds: float | None = None) -> None:
        self.began = time.monotonic()
        self._deadline = None if seconds is None else self.began + seconds
        self._ended = threading.Event()

    def end(self) -> None:
        """Make the next check raise; safe to call from any thread."""
        self._ended.set()

    @property
    def is_ended(self) -> bool:
        """Whether ``end`` was called."""
        return self._ended.is_set()

    def check(self) -> None:
        """Raise SearchEnded if the deadline has passed or ``end`` was called."""
        if self.is_ended or (self._deadline is not None and time.monotonic() > self._deadline):
            raise SearchEnded


class HitSource(Protocol):
    """Where hits come from. Windows are numbered in the order of the rows."""

    @property
    def windows(self) -> int:
        """The number of windows."""
        ...

    def counts(self) -> Sequence[int] | None:
        """Return the number of hits of every window; None where only ``find`` can tell."""
        ...

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the ids of the hits of each of ``windows``, ascending. Raises SearchEnded."""
        ...


@dataclass(frozen=True)
class HitPage:
    """The hits of one page. ``total`` is a lower bound unless ``is_exact``; ``is_partial`` if the deadline passed."""

    ids: list[int]
    total: int
    is_exact: bool
    is_partial: bool = False


class HitCounter:
    """Counts the hits of one search. Safe to use from several threads, of which one counts at a time."""

    def __init__(self, source: HitSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        known = source.counts()
        # ends[w] is the number of hits in the windows 0 to w.
        self._ends = array("q", [] if known is None else accumulate(known))
        self._waiting = 0
        self._seconds_per_window: float | None = None

    @property
    def total(self) -> int:
        """The number of hits counted so far."""
        return self._ends[-1] if self._ends else 0

    @property
    def is_complete(self) -> bool:
        """Whether every window is counted."""
        return len(self._ends) == self._source.windows

    def page(self, offset: int, size: int, *, deadline: Deadline, patience: float) -> HitPage:
        """Return up to ``size`` hits from ``offset`` on.

        Counts all windows, too, if that probably takes ``patience`` seconds at most.
        """
        self._waiting += 1
        try:
            with self._lock:
                return self._make_page(offset, size, deadline, patience)
        finally:
            self._waiting -= 1

    def complete(self, deadline: Deadline) -> None:
        """Count the remaining windows. Raises SearchEnded."""
        while not self.is_complete:
            self.count_more(deadline)

    def count_more(self, deadline: Deadline) -> None:
        """Count some of the remaining windows, after any waiting page. Raises SearchEnded."""
        while self._waiting:
            deadline.check()
            time.sleep(0.001)
        with self._lock:
            if not self.is_complete:
                pace = self._seconds_per_window
                self._count_windows(deadline, most=min(_MAX_WINDOWS, int(_SLICE_SECONDS / pace)) if pace else 1)

    def find_all(self, deadline: Deadline) -> Ids:
        """Return the ids of all hits, ascending. Raises SearchEnded."""
        windows = self._source.windows
        found = [np.empty(0, dtype=np.int64)]
        for start in range(0, windows, _MAX_WINDOWS):
            deadline.check()
            found += self._source.find(range(start, min(start + _MAX_WINDOWS, windows)), deadline)
        return np.concatenate(found)

    def early_page(self, offset: int, size: int, *, deadline: Deadline, windows: int) -> HitPage | None:
        """Return the page if the first ``windows`` windows hold it, else None. Raises SearchEnded."""
        with self._lock:
            fresh: dict[int, Ids] = {}
            while self.total < offset + size and not self.is_complete and len(self._ends) < windows:
                fresh |= self._count_windows(deadline)
            if self.total < offset + size and not self.is_complete:
                return None
            return HitPage(self._find_page(offset, size, fresh, deadline), self.total, self.is_complete)

    def _make_page(self, offset: int, size: int, deadline: Deadline, patience: float) -> HitPage:
        fresh: dict[int, Ids] = {}
        began, before = time.monotonic(), len(self._ends)
        try:
            while not self.is_complete and self.total < offset + size:
                found = self._count_windows(deadline)
                fresh |= {window: ids for window, ids in found.items() if self._ends[window] > offset}
            while not self.is_complete and self._is_near(before, began, deadline.began + patience):
                self._count_windows(deadline)
            return HitPage(self._find_page(offset, size, fresh, deadline), self.total, self.is_complete)
        except SearchEnded:
            ids = [int(row) for window in sorted(fresh) for row in fresh[window]]
            first = self._count_before(min(fresh)) if fresh else 0
            return HitPage(ids[max(0, offset - first) :][:size], self.total, self.is_complete, is_partial=True)

    def _is_near(self, before: int, began: float, end: float) -> bool:
        """Return whether the remaining windows are counted by ``end``, at the rate of this call so far."""
        counted, now = len(self._ends) - before, time.monotonic()
        left = self._source.windows - len(self._ends)
        return now + (now - began) / counted * left <= end if counted else left <= _MAX_WINDOWS

    def _count_windows(self, deadline: Deadline, *, most: int = _MAX_WINDOWS) -> dict[int, Ids]:
        """Count some more windows and return their hits; few at first, so that the first page comes early."""
        deadline.check()
        start, began = len(self._ends), time.monotonic()
        windows = range(start, min(start + max(1, min(most, max(2, start))), self._source.windows))
        found = dict(zip(windows, self._source.find(windows, deadline), strict=True))
        for ids in found.values():
            self._ends.append(self.total + len(ids))
        self._seconds_per_window = max(1e-6, (time.monotonic() - began) / len(windows))
        return found

    def _find_page(self, offset: int, size: int, fresh: dict[int, Ids], deadline: Deadline) -> list[int]:
        first = bisect_right(self._ends, offset)
        last = min(bisect_left(self._ends, offset + size), len(self._ends) - 1)
        windows = [window for window in range(first, last + 1) if self._ends[window] > self._count_before(window)]
        if not windows:
            return []
        unknown = [window for window in windows if window not in fresh]
        found = fresh | dict(zip(unknown, self._source.find(unknown, deadline), strict=True)) if unknown else fresh
        ids = np.concatenate([found[window] for window in windows])
        start = offset - self._count_before(windows[0])
        return [int(row) for row in ids[start : start + size]]

    def _count_before(self, window: int) -> int:
        return self._ends[window - 1] if window else 0

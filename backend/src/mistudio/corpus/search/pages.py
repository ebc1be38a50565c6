"""A search that was begun: its pages and its total, and the plan behind them, made when it is needed.

A pattern that is not rare has its first page within the first megabytes, read before the index could be asked; one that
is rare has not, and then the index is worth its question. Both find the same rows in the same order.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.highlights import Marker
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, HitPage, SearchEnded

Sort = Literal["row", "relevance"]


@dataclass(frozen=True)
class SearchPlan:
    """Where all hits of a search come from; ``best`` gives those from an offset on, the best first."""

    tally: HitCounter
    uses_index: bool = False
    best: Callable[[int, int], Ids] | None = None


@dataclass(frozen=True)
class EarlyScan:
    """A scan whose first ``windows`` are looked at before there is a plan."""

    tally: HitCounter
    windows: int


class Search:
    """Safe to use from several threads. ``plan`` may be a function that makes it, called once if at all."""

    def __init__(
        self, plan: SearchPlan | Callable[[], SearchPlan], marker: Marker | None, *, beginning: EarlyScan | None = None
    ) -> None:
        self.marker = marker
        self._beginning = beginning
        self._make = None if isinstance(plan, SearchPlan) else plan
        self._plan = plan if isinstance(plan, SearchPlan) else None
        self._lock = threading.Lock()

    @property
    def uses_index(self) -> bool:
        """Whether the index had a part in what is known so far."""
        return self._plan is not None and self._plan.uses_index

    @property
    def sort(self) -> Sort:
        """The order that it can give."""
        return "relevance" if self._plan and self._plan.best else "row"

    @property
    def is_complete(self) -> bool:
        """Whether the total is known."""
        return self._plan is not None and self._plan.tally.is_complete

    def page(self, offset: int, size: int, *, limit: Deadline, patience: float) -> HitPage:
        """The hits from ``offset`` on; see ``HitCounter.page``."""
        if self._beginning is not None:
            try:
                early = self._early(self._beginning, offset, size, limit)
            except SearchEnded:
                # The same limit ends this, too, with what was found.
                return self._beginning.tally.page(offset, size, limit=limit, patience=patience)
            if early is not None:
                return early
        plan = self._planned()
        if plan.best is None:
            return plan.tally.page(offset, size, limit=limit, patience=patience)
        counted = plan.tally.page(0, 0, limit=limit, patience=patience)
        ids = [int(row) for row in plan.best(offset, size)]
        return HitPage(ids, max(counted.total, offset + len(ids) if ids else 0), counted.is_exact, counted.is_partial)

    def count_more(self, limit: Deadline) -> None:
        """Count some more of the total; see ``HitCounter.count_more``."""
        self._planned().tally.count_more(limit)

    def complete(self, limit: Deadline) -> None:
        """Count what is left. Raises SearchEnded."""
        self._planned().tally.complete(limit)

    def _early(self, begun: EarlyScan, offset: int, size: int, limit: Deadline) -> HitPage | None:
        """The page if the beginning has it."""
        page = begun.tally.beginning(offset, size, limit=limit, windows=begun.windows)
        if page is None or page.is_exact or self._plan is None:
            return page
        tally = self._plan.tally
        return replace(page, total=max(page.total, tally.total), is_exact=tally.is_complete)

    def _planned(self) -> SearchPlan:
        with self._lock:
            if self._plan is None and self._make is not None:
                self._plan = self._make()
            if self._plan is None:
                raise ValueError("a search has a plan, or a way to make one")
            return self._plan

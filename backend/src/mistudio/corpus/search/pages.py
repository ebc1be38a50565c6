"""The pages and the total of one search, and its plan, which is made only when it is needed.

If a pattern is frequent, a scan of the first megabytes finds the first page before the index would. If it is rare, the
scan does not, and a query of the index is worth its time. Both find the same rows in the same order.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.highlights import Highlighter
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, HitPage, SearchEnded
from mistudio.corpus.search.row_order import RowOrder

Sort = Literal["row", "relevance"]


@dataclass(frozen=True)
class SearchPlan:
    """Where all hits of a search come from; ``find_best`` takes offset and size, and returns the best hits first."""

    counter: HitCounter
    uses_index: bool = False
    find_best: Callable[[int, int], Ids] | None = None


@dataclass(frozen=True)
class EarlyScan:
    """A scan whose first ``windows`` windows are read before the plan is made."""

    counter: HitCounter
    windows: int


class Search:
    """One search. ``plan`` may be a function, which is called at most once. Safe to use from several threads.

    With ``order``, the hits come in the order of a column: all are found and sorted for the first page.
    """

    def __init__(
        self,
        plan: SearchPlan | Callable[[], SearchPlan],
        highlighter: Highlighter | None,
        *,
        early_scan: EarlyScan | None = None,
        order: RowOrder | None = None,
    ) -> None:
        self.highlighter = highlighter
        self.order = order
        self._sorting = threading.Lock()
        self._early_scan = early_scan
        self._make_plan = None if isinstance(plan, SearchPlan) else plan
        self._plan = plan if isinstance(plan, SearchPlan) else None
        self._lock = threading.Lock()

    @property
    def uses_index(self) -> bool:
        """Whether the index was used so far."""
        return self._plan is not None and self._plan.uses_index

    @property
    def sort(self) -> Sort:
        """The order of the hits."""
        return "relevance" if self._plan and self._plan.find_best else "row"

    @property
    def is_complete(self) -> bool:
        """Whether the total is known."""
        return self._plan is not None and self._plan.counter.is_complete

    def page(self, offset: int, size: int, *, deadline: Deadline, patience: float) -> HitPage:
        """Return up to ``size`` hits from ``offset`` on; see ``HitCounter.page``. Sorted hits raise SearchEnded."""
        if self.order is not None:
            return self._sorted_page(self.order, offset, size, deadline)
        if self._early_scan is not None:
            try:
                page = self._find_early(self._early_scan, offset, size, deadline)
            except SearchEnded:
                # The same deadline ends this call, too, with the hits found so far.
                return self._early_scan.counter.page(offset, size, deadline=deadline, patience=patience)
            if page is not None:
                return page
        plan = self._get_plan()
        if plan.find_best is None:
            return plan.counter.page(offset, size, deadline=deadline, patience=patience)
        counted = plan.counter.page(0, 0, deadline=deadline, patience=patience)
        ids = [int(row) for row in plan.find_best(offset, size)]
        return HitPage(ids, max(counted.total, offset + len(ids) if ids else 0), counted.is_exact, counted.is_partial)

    def count_more(self, deadline: Deadline) -> None:
        """Count some more hits; see ``HitCounter.count_more``."""
        self._get_plan().counter.count_more(deadline)

    def complete(self, deadline: Deadline) -> None:
        """Count the remaining hits. Raises SearchEnded."""
        self._get_plan().counter.complete(deadline)

    def _sorted_page(self, order: RowOrder, offset: int, size: int, deadline: Deadline) -> HitPage:
        with self._sorting:
            ids = order.cache.get(self)
            if ids is None:
                ids = order.sort(self._get_plan().counter.find_all(deadline), deadline)
                order.cache.put(self, ids)
        return HitPage([int(row) for row in ids[offset : offset + size]], len(ids), is_exact=True)

    def find_all(self, deadline: Deadline) -> Ids:
        """Return the ids of all hits, ascending. Raises SearchEnded."""
        return self._get_plan().counter.find_all(deadline)

    def _find_early(self, scan: EarlyScan, offset: int, size: int, deadline: Deadline) -> HitPage | None:
        """Return the page if the early scan finds it, with the plan's total if that is known."""
        page = scan.counter.early_page(offset, size, deadline=deadline, windows=scan.windows)
        if page is None or page.is_exact or self._plan is None:
            return page
        counter = self._plan.counter
        return replace(page, total=max(page.total, counter.total), is_exact=counter.is_complete)

    def _get_plan(self) -> SearchPlan:
        with self._lock:
            if self._plan is None and self._make_plan is not None:
                self._plan = self._make_plan()
            if self._plan is None:
                raise ValueError("a search needs a plan or a function that makes it")
            return self._plan

"""The pages of a search: from an early scan, from its plan, or the best hits first."""

from collections.abc import Sequence

import numpy as np
import pytest

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.hit_counter import Deadline, HitCounter
from mistudio.corpus.search.pages import EarlyScan, Search, SearchPlan


class WindowSource:
    """Hits in windows of ten ids, three in each; ``num_found`` counts the windows that were searched."""

    def __init__(self, windows: int) -> None:
        self.windows = windows
        self.num_found = 0

    def counts(self) -> None:
        """Return None."""
        return

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the hits, or raise SearchEnded."""
        deadline.check()
        self.num_found += len(windows)
        return [np.arange(10 * window, 10 * window + 3) for window in windows]


def page(search: Search, offset: int, size: int) -> list[int]:
    """Return a page of hits."""
    return search.page(offset, size, deadline=Deadline(), patience=0.0).ids


def test_an_early_scan_gives_the_first_page_without_a_plan() -> None:
    """The plan is made, once, for the first page beyond the scan's windows."""
    scanned, planned, plans = WindowSource(100), WindowSource(100), []

    def make_plan() -> SearchPlan:
        plans.append(SearchPlan(HitCounter(planned), uses_index=True))
        return plans[-1]

    search = Search(make_plan, None, early_scan=EarlyScan(HitCounter(scanned), 4))
    assert [0, 1, 2, 10, 11] == page(search, 0, 5)
    assert ([], False, False) == (plans, search.uses_index, search.is_complete)
    assert [200, 201] == page(search, 60, 2)
    assert [210, 211] == page(search, 63, 2)
    assert (1, True) == (len(plans), search.uses_index)
    search.complete(Deadline())
    known = search.page(0, 5, deadline=Deadline(), patience=0.0)
    assert ([0, 1, 2, 10, 11], 300, True) == (known.ids, known.total, known.is_exact)


def test_an_early_scan_that_ends_returns_what_it_found() -> None:
    """The page is partial, and no plan is made."""

    def make_plan() -> SearchPlan:
        pytest.fail("no plan is needed")

    search = Search(make_plan, None, early_scan=EarlyScan(HitCounter(WindowSource(100)), 50))
    deadline = Deadline()
    deadline.end()
    found = search.page(0, 5, deadline=deadline, patience=0.0)
    assert ([], True, False) == (found.ids, found.is_partial, found.is_exact)


def test_the_best_hits_have_the_total_of_the_counter() -> None:
    """The order is relevance; the total is at least what the page shows."""
    best = np.array([7, 3, 9, 1])
    plan = SearchPlan(HitCounter(WindowSource(2)), find_best=lambda offset, size: best[offset : offset + size])
    search = Search(plan, None)
    assert "relevance" == search.sort
    assert [3, 9] == page(search, 1, 2)
    search.complete(Deadline())
    assert 6 == search.page(0, 2, deadline=Deadline(), patience=0.0).total
    assert "row" == Search(SearchPlan(HitCounter(WindowSource(1))), None).sort


def test_counting_more_completes_a_search() -> None:
    """In small steps, as the background does it."""
    search = Search(SearchPlan(HitCounter(WindowSource(200))), None)
    steps = 0
    while not search.is_complete:
        search.count_more(Deadline())
        steps += 1
    assert steps > 1
    assert 600 == search.page(0, 0, deadline=Deadline(), patience=0.0).total

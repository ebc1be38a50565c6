"""The count of hits: pages, totals, and searches that end early."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, SearchEnded


class KnownSource:
    """A source with the given hits per window; ``num_found`` counts the windows that were searched."""

    def __init__(self, hits: Sequence[Sequence[int]], *, is_counted: bool) -> None:
        self._hits = hits
        self._is_counted = is_counted
        self.num_found = 0
        self.max_found = 10**9

    @property
    def windows(self) -> int:
        """The number of windows."""
        return len(self._hits)

    def counts(self) -> list[int] | None:
        """Return all counts, or None."""
        return [len(ids) for ids in self._hits] if self._is_counted else None

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the hits; the deadline ends after ``max_found`` windows."""
        self.num_found += len(windows)
        if self.num_found > self.max_found:
            deadline.end()
        deadline.check()
        return [np.array(self._hits[window], dtype=np.int64) for window in windows]


def make_windows(counts: Sequence[int]) -> list[list[int]]:
    """Return windows of 100 ids with ``counts`` hits."""
    return [list(range(100 * window, 100 * window + count)) for window, count in enumerate(counts)]


@given(
    st.lists(st.integers(0, 5), max_size=60),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 20)), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from([0.0, 60.0]),
)
def test_pages_are_slices_of_all_hits(
    counts: list[int], pages: list[tuple[int, int]], is_counted: bool, patience: float
) -> None:
    """In any order of pages; a total that is not exact is a lower bound that covers the page."""
    hits = make_windows(counts)
    every = [row for window in hits for row in window]
    counter = HitCounter(KnownSource(hits, is_counted=is_counted))
    for offset, size in pages:
        page = counter.page(offset, size, deadline=Deadline(), patience=patience)
        assert every[offset : offset + size] == page.ids
        assert page.total == len(every) if page.is_exact else min(len(every), offset + size) <= page.total
        assert page.is_exact == counter.is_complete
    counter.complete(Deadline())
    assert (len(every), True) == (counter.total, counter.is_complete)


def test_the_first_page_reads_little() -> None:
    """Two windows of a thousand are enough; the next page continues from there."""
    source = KnownSource(make_windows([30] * 1_000), is_counted=False)
    counter = HitCounter(source)
    page = counter.page(0, 50, deadline=Deadline(), patience=0.0)
    assert (2, 60, False) == (source.num_found, page.total, page.is_exact)
    assert [*range(120, 130), *range(200, 210)] == counter.page(50, 20, deadline=Deadline(), patience=0.0).ids


def test_a_search_that_ends_early_returns_its_hits() -> None:
    """The page is marked as partial; another call resumes the count."""
    source = KnownSource(make_windows([1] * 100), is_counted=False)
    source.max_found = 30
    counter = HitCounter(source)
    page = counter.page(0, 50, deadline=Deadline(), patience=0.0)
    assert ([100 * window for window in range(len(page.ids))], True, False) == (
        page.ids,
        page.is_partial,
        page.is_exact,
    )
    assert 0 < page.total == len(page.ids) <= 30
    source.max_found = 10**9
    assert 50 == len(counter.page(0, 50, deadline=Deadline(), patience=0.0).ids)
    with pytest.raises(SearchEnded):
        Deadline(seconds=-1.0).check()
    ended = Deadline()
    ended.end()
    with pytest.raises(SearchEnded):
        HitCounter(KnownSource(make_windows([1] * 100), is_counted=False)).complete(ended)


def test_pages_are_found_while_other_threads_count() -> None:
    """Two threads that count and many pages give the same total."""
    counter = HitCounter(KnownSource(make_windows([2] * 3_000), is_counted=False))
    counting = [threading.Thread(target=counter.complete, args=(Deadline(),)) for _number in range(2)]
    for thread in counting:
        thread.start()
    pages = [counter.page(offset, 3, deadline=Deadline(), patience=0.0).ids for offset in range(0, 600, 3)]
    for thread in counting:
        thread.join()
    assert [100 * (number // 2) + number % 2 for number in range(600)] == [row for page in pages for row in page]
    assert 6_000 == counter.total

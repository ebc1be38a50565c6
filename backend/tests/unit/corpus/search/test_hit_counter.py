"""Counting hits: pages, totals, and searches that end before they are through."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, SearchEnded


class Known:
    """A source of hits that are known: per window, its hits. ``asked`` counts the windows that were looked for."""

    def __init__(self, hits: Sequence[Sequence[int]], *, is_counted: bool) -> None:
        self._hits = hits
        self._is_counted = is_counted
        self.asked = 0
        self.most = 10**9

    @property
    def windows(self) -> int:
        """How many there are."""
        return len(self._hits)

    def counts(self) -> list[int] | None:
        """All counts, or none."""
        return [len(ids) for ids in self._hits] if self._is_counted else None

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits; the limit is over after ``most`` windows."""
        self.asked += len(windows)
        if self.asked > self.most:
            limit.end()
        limit.check()
        return [np.array(self._hits[window], dtype=np.int64) for window in windows]


def windows_of(counts: Sequence[int]) -> list[list[int]]:
    """Windows of 100 ids with so many hits each."""
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
    """In any order of asking; a total that is not exact is a lower bound that covers what was shown."""
    hits = windows_of(counts)
    every = [row for window in hits for row in window]
    tally = HitCounter(Known(hits, is_counted=is_counted))
    for offset, size in pages:
        page = tally.page(offset, size, limit=Deadline(), patience=patience)
        assert every[offset : offset + size] == page.ids
        assert page.total == len(every) if page.is_exact else min(len(every), offset + size) <= page.total
        assert page.is_exact == tally.is_complete
    tally.complete(Deadline())
    assert (len(every), True) == (tally.total, tally.is_complete)


def test_the_first_page_reads_little() -> None:
    """Of a thousand windows, two are enough; the next page goes on from there."""
    source = Known(windows_of([30] * 1_000), is_counted=False)
    tally = HitCounter(source)
    page = tally.page(0, 50, limit=Deadline(), patience=0.0)
    assert (2, 60, False) == (source.asked, page.total, page.is_exact)
    assert [*range(120, 130), *range(200, 210)] == tally.page(50, 20, limit=Deadline(), patience=0.0).ids


def test_a_search_that_ends_answers_what_it_has() -> None:
    """Time that is over gives a part, marked as such; asked again, the count goes on where it was."""
    source = Known(windows_of([1] * 100), is_counted=False)
    source.most = 30
    tally = HitCounter(source)
    page = tally.page(0, 50, limit=Deadline(), patience=0.0)
    assert ([100 * window for window in range(len(page.ids))], True, False) == (
        page.ids,
        page.is_partial,
        page.is_exact,
    )
    assert 0 < page.total == len(page.ids) <= 30
    source.most = 10**9
    assert 50 == len(tally.page(0, 50, limit=Deadline(), patience=0.0).ids)
    with pytest.raises(SearchEnded):
        Deadline(seconds=-1.0).check()
    ended = Deadline()
    ended.end()
    with pytest.raises(SearchEnded):
        HitCounter(Known(windows_of([1] * 100), is_counted=False)).complete(ended)


def test_pages_are_answered_while_others_count() -> None:
    """Two that count to the end and many that turn pages come to the same."""
    tally = HitCounter(Known(windows_of([2] * 3_000), is_counted=False))
    counting = [threading.Thread(target=tally.complete, args=(Deadline(),)) for _number in range(2)]
    for thread in counting:
        thread.start()
    pages = [tally.page(offset, 3, limit=Deadline(), patience=0.0).ids for offset in range(0, 600, 3)]
    for thread in counting:
        thread.join()
    assert [100 * (number // 2) + number % 2 for number in range(600)] == [row for page in pages for row in page]
    assert 6_000 == tally.total

"""Finds the best hits of the index, also among rows that pass a filter."""

from collections.abc import Callable
from typing import Final

import numpy as np
from tantivy import Query

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.index_reader import IndexReader
from mistudio.corpus.search.row_filters import RowFilter

_FIRST_BEST: Final = 1_000


def make_best_finder(
    index: IndexReader, query: Query, start: int, stop: int, row_filter: RowFilter | None
) -> Callable[[int, int], Ids]:
    """Return what finds the hits of ``query`` from an offset on, the best first."""
    num_hits = sum(index.find_hits(query, start, stop).counts())

    def find_best(offset: int, size: int) -> Ids:
        # tantivy allocates memory for as many hits as are requested.
        size = min(size, num_hits - offset)
        if size <= 0:
            return np.empty(0, dtype=np.int64)
        if row_filter is None:
            return index.find_best(query, start, stop, offset=offset, size=size)
        requested = min(num_hits, max(_FIRST_BEST, 2 * (offset + size)))
        while True:
            ids = index.find_best(query, start, stop, offset=0, size=requested)
            selected = row_filter.select(ids)
            if len(selected) >= offset + size or requested == num_hits:
                return selected[offset : offset + size]
            requested = min(num_hits, 4 * requested)

    return find_best

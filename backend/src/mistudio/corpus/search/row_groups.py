"""The row groups of a dataset in order, found by the ids of their rows."""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mistudio.corpus.arrays import Ids
from mistudio.corpus.store.dataset_store import DatasetStore


class RowGroups:
    """The row groups of a dataset in order, found by the ids of their rows."""

    def __init__(self, store: DatasetStore) -> None:
        self.store = store
        self.all = list(store.groups())
        self.starts = [store.ids(group.split)[0] + group.first_row for group in self.all]

    def numbers_between(self, start: int, stop: int) -> range:
        """Return the numbers of the groups with rows from ``start`` to ``stop``, excluded."""
        return range(max(0, bisect_right(self.starts, start) - 1), bisect_right(self.starts, stop - 1))

    def texts(self, number: int) -> pa.Array:
        """Return the texts of a group."""
        return self.store.texts(self.all[number])

    def split_ids(self, ids: Ids) -> Iterator[tuple[int, int, Ids]]:
        """Yield each group that has some of ``ids``, which ascend: its number, its first id, and those ids."""
        for number in self.numbers_between(int(ids[0]), int(ids[-1]) + 1) if len(ids) else ():
            first = self.starts[number]
            rows = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + self.all[number].rows)]
            if len(rows):
                yield number, first, rows

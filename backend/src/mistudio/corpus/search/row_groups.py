"""The row groups of a dataset in order, found by the ids of their rows."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.corpus.arrays import Ids
from mistudio.corpus.store.dataset_store import DatasetStore

# Reading many groups at a time costs a tenth of reading each; memory stays at about 12 MB.
_MOST_GROUPS: Final = 32


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

    def list_runs(self, numbers: Sequence[int]) -> Iterator[range]:
        """Yield runs of these groups, which ascend: neighbours in one file, which one read fetches; few at first."""
        position, most = 0, 1
        while position < len(numbers):
            start = stop = numbers[position]
            while position < len(numbers) and numbers[position] == stop and self._is_run(start, stop, most):
                position, stop = position + 1, stop + 1
            yield range(start, stop)
            most = min(_MOST_GROUPS, 2 * most)

    def _is_run(self, start: int, stop: int, most: int) -> bool:
        return stop - start < most and self.all[stop].path == self.all[start].path

    def read(self, run: range, columns: Sequence[str]) -> pa.Table:
        """Return the columns of a run of groups."""
        return self.store.read(self.all[run.start], columns=columns, count=len(run))

    def stop(self, run: range) -> int:
        """Return the id after the last row of a run."""
        return self.starts[run.stop - 1] + self.all[run.stop - 1].rows

    def split_ids(self, ids: Ids) -> Iterator[tuple[int, int, Ids]]:
        """Yield each group that has some of ``ids``, which ascend: its number, its first id, and those ids."""
        for number in self.numbers_between(int(ids[0]), int(ids[-1]) + 1) if len(ids) else ():
            first = self.starts[number]
            rows = ids[np.searchsorted(ids, first) : np.searchsorted(ids, first + self.all[number].rows)]
            if len(rows):
                yield number, first, rows

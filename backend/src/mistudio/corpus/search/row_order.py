"""Sorts the hits of a search by a column, and keeps the newest orders in bounded memory."""

import threading
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cachetools import LRUCache

from mistudio.corpus.arrays import Ids
from mistudio.corpus.columns.conditions import read_column
from mistudio.corpus.columns.order import OrderBy, SortKeys, sort_keys
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.row_groups import RowGroups

_CACHE_BYTES: Final = 64 << 20


class OrderCache:
    """The newest orders of a dataset's rows, 64 MB at most. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: LRUCache[object, npt.NDArray[np.generic]] = LRUCache(_CACHE_BYTES, lambda ids: ids.nbytes)

    def get(self, key: object) -> npt.NDArray[np.generic] | None:
        """Return the order that was kept for ``key``, if it is still there."""
        with self._lock:
            return self._orders.get(key)

    def put(self, key: object, ids: Ids) -> None:
        """Keep an order, unless it is too large."""
        compact = ids.astype(np.uint32) if len(ids) == 0 or ids.max() < 2**32 else ids
        with self._lock:
            if compact.nbytes <= _CACHE_BYTES:
                self._orders[key] = compact


@dataclass(frozen=True)
class RowOrder:
    """Sorts ids by the values of ``order.column``."""

    groups: RowGroups
    order: OrderBy
    keys: SortKeys
    cache: OrderCache
    executor: Executor

    def sort(self, ids: Ids, deadline: Deadline) -> Ids:
        """Return ``ids``, which ascend, in order. Raises SearchEnded, and ValidationFailed if they are too many."""
        self.keys.require_room(len(ids))
        runs = list(self.groups.list_runs([number for number, _first, _rows in self.groups.split_ids(ids)]))

        def read(run: range) -> pa.Array:
            deadline.check()
            return self._read_keys(run, ids)

        keys = list(self.executor.map(read, runs))
        deadline.check()
        return ids[sort_keys(keys, is_descending=self.order.is_descending)]

    def _read_keys(self, run: range, ids: Ids) -> pa.Array:
        start, stop = self.groups.starts[run.start], self.groups.stop(run)
        rows = ids[np.searchsorted(ids, start) : np.searchsorted(ids, stop)]
        table = self.groups.read(run, [self.order.column])
        if not table.num_columns:
            return self.keys.make(pa.nulls(len(rows)))
        keys = self.keys.make(read_column(table, self.order.column))
        return keys if len(rows) == len(keys) else keys.take(pa.array(rows - start))

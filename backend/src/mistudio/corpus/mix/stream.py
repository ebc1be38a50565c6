"""Reads the rows of a mixture in their order: each part is read front to back, a few row groups at a time."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.core.errors import DataMissing
from mistudio.corpus.arrays import Ints
from mistudio.corpus.mix.columns import MixColumns
from mistudio.corpus.mix.selection import Order, Selection, count_before
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.parquet_writer import GROUP_ROWS

# A part holds at least so many rows or bytes ready, so that sparse selections do not make tiny tables.
_READY_ROWS: Final = 512
_READY_BYTES: Final = 1 << 20
_PLACES: Final = 1 << 16


class PartStream:
    """The rows that one part contributes, from the place ``start`` of its selection on."""

    def __init__(self, store: DatasetStore, split: str, selection: Selection, *, start: int) -> None:
        self._store = store
        self._split = split
        self._selection = selection
        self._coming = self._read(start)
        self._tables: deque[pa.Table] = deque()
        self.ready = 0

    def fill(self) -> None:
        """Read on until enough rows are ready, or none are left."""
        while self.ready < _READY_ROWS and sum(table.nbytes for table in self._tables) < _READY_BYTES:
            table = next(self._coming, None)
            if table is None:
                return
            self._tables.append(table)
            self.ready += len(table)

    def take(self, count: int) -> list[pa.Table]:
        """Return the next ``count`` rows, of which that many are ready."""
        taken = []
        while count:
            table = self._tables.popleft()
            if len(table) > count:
                self._tables.appendleft(table.slice(count))
                table = table.slice(0, count)
            taken.append(table)
            count -= len(table)
            self.ready -= len(table)
        return taken

    def _read(self, place: int) -> Iterator[pa.Table]:
        while place < self._selection.num_rows:
            rows = self._selection.list_rows(place, place + _PLACES)
            # Rows ascend until the part begins again.
            falls = np.flatnonzero(np.diff(rows) <= 0)
            rows = rows[: int(falls[0]) + 1] if len(falls) else rows
            place += len(rows)
            yield from self._read_ascending(rows)

    def _read_ascending(self, rows: Ints) -> Iterator[pa.Table]:
        for group in self._store.groups(self._split, first_row=int(rows[0])):
            start, stop = np.searchsorted(rows, [group.first_row, group.first_row + group.rows]).tolist()
            if start < stop:
                table = self._store.read(group)
                is_whole = stop - start == group.rows
                yield table if is_whole else table.take(pa.array(rows[start:stop] - group.first_row))
            if stop == len(rows):
                return


def read_mixture(
    columns: MixColumns, selections: Sequence[Selection], order: Order, *, start: int, stop: int, monitor: Monitor
) -> Iterator[pa.RecordBatch]:
    """Yield the rows ``start`` to ``stop`` of a mixture in batches of its schema."""
    before = count_before(order, start, len(selections)).tolist()
    streams = [
        PartStream(part.store, part.part.split, selection, start=first)
        for part, selection, first in zip(columns.parts, selections, before, strict=True)
    ]
    while start < stop:
        monitor.checkpoint()
        for stream in streams:
            stream.fill()
        turns = _limit(order[start : min(stop, start + GROUP_ROWS)], [stream.ready for stream in streams])
        if not len(turns):
            raise DataMissing("A part of the mixture has lost rows on disk. Check its datasets with mistudio verify.")
        counts = np.bincount(turns, minlength=len(streams)).tolist()
        tables = [
            columns.convert(part, table)
            for part, (stream, count) in enumerate(zip(streams, counts, strict=True))
            for table in stream.take(count)
        ]
        yield _arrange(tables, turns)
        start += len(turns)


def _limit(turns: Order, ready: Sequence[int]) -> Order:
    """Return the first turns, as many as there are rows ready for."""
    most = len(turns)
    for part, count in enumerate(ready):
        own = np.flatnonzero(turns == part)
        if len(own) > count:
            most = min(most, int(own[count]))
    return turns[:most]


def _arrange(tables: Sequence[pa.Table], turns: Order) -> pa.RecordBatch:
    """Return the rows, which come by part, in the order of their turns."""
    places = np.empty(len(turns), np.int64)
    places[np.argsort(turns, kind="stable")] = np.arange(len(turns))
    return pa.concat_tables(tables).combine_chunks().take(pa.array(places)).combine_chunks().to_batches()[0]

"""Reads rows of a dataset by their ids, in order: their texts, or all their columns. A row group is read once."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mistudio.corpus.arrays import Ids
from mistudio.corpus.store.dataset_store import DatasetStore, GroupRef


def read_texts(store: DatasetStore, ids: Ids) -> Iterator[pa.Array]:
    """Yield the texts of the rows with these ids, which ascend, row group by row group."""
    for group, rows in find_groups(store, ids):
        texts = store.texts(group)
        yield texts if len(rows) == group.rows else texts.take(pa.array(rows))


def read_tables(store: DatasetStore, ids: Ids) -> Iterator[pa.Table]:
    """Yield the rows with these ids, which ascend, row group by row group."""
    for group, rows in find_groups(store, ids):
        table = store.read(group)
        yield table if len(rows) == group.rows else table.take(pa.array(rows))


def find_groups(store: DatasetStore, ids: Ids) -> Iterator[tuple[GroupRef, Ids]]:
    """Yield each row group that has some of the rows, with their places in it."""
    for split in store.splits:
        first, end = store.ids(split)
        rows = ids[np.searchsorted(ids, first) : np.searchsorted(ids, end)] - first
        if not len(rows):
            continue
        for group in store.groups(split, first_row=int(rows[0])):
            start, stop = np.searchsorted(rows, [group.first_row, group.first_row + group.rows]).tolist()
            if start < stop:
                yield group, rows[start:stop] - group.first_row
            if stop == len(rows):
                break

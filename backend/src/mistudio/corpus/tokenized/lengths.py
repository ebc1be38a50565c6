"""Read how many tokens each source row has in one tokenization, range by range, from its ``lengths.npy`` files.

Each split has one such array of uint32 in the order of the rows. A tokenization may lack splits. No file stays open.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.core.errors import DataMissing
from mistudio.corpus.arrays import Counts, Ids
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.saved_arrays import load_array

LENGTHS: Final = "lengths.npy"
UNKNOWN: Final = -1
# The length of a source row that was not read, because max_tokens was reached before it.
UNREAD: Final = 2**32 - 1


class TokenLengths:
    """The lengths in the tokenization's ``folder`` for the rows of ``store``. Every read may raise DataMissing."""

    def __init__(self, folder: Path, store: DatasetStore) -> None:
        self._folder = folder
        self._store = store

    def between(self, start: int, stop: int) -> Counts:
        """Return the tokens of the rows ``start`` to ``stop``, excluded; UNKNOWN if not tokenized."""
        parts = [np.empty(0, dtype=np.int64)]
        for split in self._store.splits:
            first, end = self._store.ids(split)
            if start < end and first < stop:
                parts.append(self._read(split, slice(max(start, first) - first, min(stop, end) - first)))
        return np.concatenate(parts)

    def at(self, ids: Ids) -> Counts:
        """Return the tokens of the rows with these ids, in any order; UNKNOWN in splits that were not tokenized."""
        counts = np.full(len(ids), UNKNOWN, dtype=np.int64)
        for split in self._store.splits:
            first, end = self._store.ids(split)
            here = (ids >= first) & (ids < end)
            if here.any():
                counts[here] = self._read(split, ids[here] - first)
        return counts

    def known(self, ids: Sequence[int]) -> list[int | None]:
        """Return the tokens of each of these rows, None if they are not known."""
        counts = self.at(np.array(ids, dtype=np.int64))
        return [None if count == UNKNOWN else int(count) for count in counts]

    def _read(self, split: str, rows: slice | Ids) -> Counts:
        path = self._folder / split / LENGTHS
        if not path.parent.is_dir() and self._folder.is_dir():
            size = len(range(*rows.indices(self._store.num_rows(split)))) if isinstance(rows, slice) else len(rows)
            return np.full(size, UNKNOWN, dtype=np.int64)
        lengths = load_array(path, dimensions=1, mode="r")
        if lengths.shape != (self._store.num_rows(split),):
            raise DataMissing("The tokenization belongs to other data. Delete it and tokenize again.")
        found = np.asarray(lengths[rows], dtype=np.int64)
        return np.where(found == UNREAD, UNKNOWN, found)

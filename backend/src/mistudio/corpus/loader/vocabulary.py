"""Count how often each token of the vocabulary was written, by one pass over the mapped ids of a split.

The manifest keeps only the most and least frequent tokens, so that its size does not depend on the vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Counts, Ints
from mistudio.corpus.loader.data_spans import BatchSpans, read_spans
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.tokenized.length_counts import add_counts
from mistudio.corpus.tokenized.manifest import TokenizedSplit
from mistudio.corpus.tokenized.store import TokenizedStore

TokenOrder: TypeAlias = Literal["most", "least", "never"]


@dataclass(frozen=True, eq=False)
class SplitVocabulary:
    """``data[id]`` counts tokens of documents, ``inserted[id]`` special tokens that were inserted; no padding."""

    split: str
    data: Counts
    inserted: Counts


def count_vocabulary(store: TokenizedStore) -> tuple[SplitVocabulary, ...]:
    """Return the counts of each split, for every id of the vocabulary. Raises DataMissing, InvalidData."""
    return tuple(_count_split(store, split) for split in store.manifest.splits)


def _count_split(store: TokenizedStore, split: TokenizedSplit) -> SplitVocabulary:
    size = store.manifest.tokenizer.vocab_size
    data, inserted = np.zeros(size, np.int64), np.zeros(size, np.int64)
    # Opened by the store first, because it checks the sizes of the files.
    store.num_rows(split.name)
    arrays = RowArrays(store.folder, store.manifest, split)
    for spans in read_spans(store.folder, store.manifest, split, arrays):
        is_special = spans.mark_special()
        data = add_counts(data, np.bincount(spans.ids[~is_special]))
        inserted = add_counts(inserted, np.bincount(spans.ids[is_special & _mark_unpadded(spans)]))
    return SplitVocabulary(split.name, data, inserted)


def _mark_unpadded(spans: BatchSpans) -> NDArray[np.bool_]:
    """Return which positions come before the padding of their row; shape of ``ids``."""
    stops = np.repeat(spans.offsets[:-1] + spans.unpadded, np.diff(spans.offsets))
    is_unpadded: NDArray[np.bool_] = np.arange(len(spans.ids)) < stops
    return is_unpadded


def order_tokens(splits: Sequence[SplitVocabulary], order: TokenOrder) -> Ints:
    """Return ids, sorted by how often documents have them over all splits; of equal ones the smaller id first.

    ``most`` returns all ids, ``least`` those that documents have, ``never`` those that were not written at all.
    """
    data, inserted = sum_vocabulary(splits)
    if order == "most":
        return np.argsort(-data, kind="stable")
    if order == "never":
        return np.flatnonzero((data == 0) & (inserted == 0))
    found = np.flatnonzero(data)
    return found[np.argsort(data[found], kind="stable")]


def sum_vocabulary(splits: Sequence[SplitVocabulary]) -> tuple[Counts, Counts]:
    """Return how often documents have each id, and how often it was inserted, over all splits."""
    data: Counts = np.zeros(0, np.int64)
    inserted: Counts = np.zeros(0, np.int64)
    for split in splits:
        data, inserted = add_counts(data, split.data), add_counts(inserted, split.inserted)
    size = vocabulary_size(splits)
    return np.pad(data, (0, size - len(data))), np.pad(inserted, (0, size - len(inserted)))


def vocabulary_size(splits: Sequence[SplitVocabulary]) -> int:
    """Return how many ids the counts have."""
    return max((max(len(split.data), len(split.inserted)) for split in splits), default=0)

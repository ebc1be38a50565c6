"""Random windows of tokens with their documents, for automatic interpretation."""

from typing import Final

import numpy as np

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.loader.data_spans import read_spans
from mistudio.corpus.loader.origins import Context, read_context
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenized.store import TokenizedStore

# Windows are drawn again while some are equal; beyond this share of all windows, that would take long.
_DENSE_SHARE: Final = 0.5


def draw_contexts(
    store: TokenizedStore, dataset: Manifest, *, split: str, length: int, count: int, seed: int
) -> list[Context]:
    """Return ``count`` different windows of ``length`` tokens, all if there are fewer; the seed decides which.

    Every window within one row is equally likely; none has padding. Raises ValidationFailed, DataMissing, InvalidData.
    """
    for name, value, least in (("length", length, 1), ("n", count, 0), ("seed", seed, 0)):
        if value < least:
            raise ValidationFailed(f"{name} must be at least {least}.", field=name)
    starts = offsets_of(np.maximum(0, _read_row_lengths(store, split) - length + 1))
    contexts = []
    for number in _draw(int(starts[-1]), count, seed).tolist():
        row = int(np.searchsorted(starts, number, side="right")) - 1
        position = number - int(starts[row])
        contexts.append(read_context(store, dataset, split=split, row=row, position=position, length=length))
    return contexts


def _read_row_lengths(store: TokenizedStore, split: str) -> Ints:
    """Return the positions of each row before its padding."""
    written = store.manifest.split(split)
    arrays = RowArrays(store.folder, store.manifest, written)
    lengths = [spans.unpadded for spans in read_spans(store.folder, store.manifest, written, arrays)]
    return np.concatenate([np.zeros(0, np.int64), *lengths])


def _draw(total: int, count: int, seed: int) -> Ints:
    """Return ``count`` different numbers below ``total``, in random order; all of them if there are fewer."""
    chance = np.random.PCG64(seed)
    if count >= total * _DENSE_SHARE:
        return np.argsort(chance.random_raw(total), kind="stable")[:count]
    drawn: Ints = np.zeros(0, np.int64)
    while len(drawn) < count:
        more = (chance.random_raw(count) % np.uint64(total)).astype(np.int64)
        drawn = np.concatenate([drawn, more])
        _values, first = np.unique(drawn, return_index=True)
        drawn = drawn[np.sort(first)]
    return drawn[:count]

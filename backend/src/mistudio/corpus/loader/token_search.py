"""Find every position of a token or of a short token sequence, by one pass over the mapped ids.

A pass compares about a billion ids a second, so there is no index to build and to keep.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.arrays import Ints
from mistudio.corpus.loader.data_spans import BatchSpans, read_spans
from mistudio.corpus.loader.origins import TokenPositions
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenized.store import TokenizedStore


def find_positions(
    store: TokenizedStore, dataset: Manifest, token_ids: Sequence[int], *, splits: Sequence[str]
) -> TokenPositions:
    """Return where the tokens occur one after the other within a row; padding does not count.

    Raises ValidationFailed if there is no token, DataMissing, InvalidData.
    """
    wanted = np.array(token_ids, np.int64).reshape(-1)
    if not len(wanted):
        raise ValidationFailed("Give at least one token id.", field="token_ids")
    rows: list[Ints] = [np.zeros(0, np.int64)]
    positions: list[Ints] = [np.zeros(0, np.int64)]
    counts = []
    for name in splits:
        split = store.manifest.split(name)
        arrays, before = RowArrays(store.folder, store.manifest, split), len(rows)
        for spans in read_spans(store.folder, store.manifest, split, arrays):
            row, position = find_in_batch(spans, wanted)
            rows.append(row + spans.first_row)
            positions.append(position)
        counts.append(sum(map(len, rows[before:])))
    split_of: NDArray[np.uint16] = np.repeat(np.arange(len(splits), dtype=np.uint16), counts)
    found = np.concatenate(rows), np.concatenate(positions)
    return TokenPositions(store, dataset, len(wanted), tuple(splits), split_of, *found)


def find_in_batch(spans: BatchSpans, wanted: Ints) -> tuple[Ints, Ints]:
    """Return the rows, counted in the record batch, and the positions at which the tokens begin."""
    ids, count = spans.ids, len(wanted)
    found = np.flatnonzero(ids[: max(0, len(ids) - count + 1)] == wanted[0])
    for index in range(1, count):
        found = found[ids[found + index] == wanted[index]]
    row = np.searchsorted(spans.offsets, found, side="right") - 1
    position = found - spans.offsets[row]
    is_inside = position + count <= spans.unpadded[row]
    return row[is_inside], position[is_inside]

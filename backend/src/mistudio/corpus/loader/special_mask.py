"""Which positions of a split are special tokens or padding, from what was written and not from the ids.

A special token that occurs in a text is data, as it is in the ledger.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.loader.data_spans import read_spans
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest


def make_special_tokens_mask(folder: Path, split: str) -> NDArray[np.bool_]:
    """Return True where a position holds no data: shape (rows, length), or (positions,) if rows differ in length.

    Raises UnknownSplit, DataMissing, InvalidData.
    """
    manifest = read_tokenized_manifest(folder)
    found = manifest.find_split(split)
    arrays = RowArrays(folder, manifest, found)
    mask = np.empty(found.ledger.positions, np.bool_)
    end = 0
    for spans in read_spans(folder, manifest, found, arrays):
        mask[end : end + len(spans.ids)] = spans.mark_special()
        end += len(spans.ids)
    return mask if arrays.length is None else mask.reshape(found.rows, arrays.length)

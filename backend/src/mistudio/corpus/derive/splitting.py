"""Divides rows into train and validation by the hashes of their texts, so that equal texts are in the same split.

The texts with the smallest hashes become validation, as many as come closest to the share: exactly it, if no two rows
have the same text.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.derive.steps import SplitStep

TRAIN: Final = "train"
VALIDATION: Final = "validation"
_HASH_BYTES: Final = 8

Mask = npt.NDArray[np.bool_]


def find_validation(texts: Iterable[pa.Array], step: SplitStep) -> Mask:
    """Return for each row whether it becomes validation; a null text counts as an empty one.

    Raises ValidationFailed if one of the splits would have no rows.
    """
    hashes = _hash_texts(texts, step.seed)
    mask = hashes < _find_limit(hashes, step.share)
    if not mask.any() or mask.all():
        empty = TRAIN if len(mask) and mask.all() else VALIDATION
        raise ValidationFailed(
            f"The split “{empty}” would have none of {len(mask):,} rows with a share of {step.share:g}. "
            "Choose another share, or more rows."
        )
    return mask


def _hash_texts(texts: Iterable[pa.Array], seed: int) -> npt.NDArray[np.uint64]:
    key = seed.to_bytes(_HASH_BYTES, "little")
    blocks = [np.empty(0, np.uint64)]
    for batch in texts:
        found = (
            hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES, key=key).digest()
            for text in batch.fill_null("").to_pylist()
        )
        blocks.append(np.frombuffer(b"".join(found), "<u8"))
    return np.concatenate(blocks)


def _find_limit(hashes: npt.NDArray[np.uint64], share: float) -> np.uint64 | float:
    """Return the hash below which rows become validation."""
    values, counts = np.unique(hashes, return_counts=True)
    reached = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    groups = int(np.argmin(np.abs(reached - share * len(hashes))))
    return values[groups] if groups < len(values) else np.inf

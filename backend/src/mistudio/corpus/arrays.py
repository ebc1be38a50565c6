"""Flat arrays that every stage shares: their types, and how offsets follow from lengths."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# All three are 64-bit integers of shape (n,); the name says what the integers are.
Ints: TypeAlias = NDArray[np.int64]
Ids: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.int64]


def offsets_of(lengths: NDArray[np.signedinteger]) -> Ints:
    """Return where each part begins and, last, where all of them end; shape (n + 1,)."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets

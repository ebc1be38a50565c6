"""Types of flat arrays that every stage shares, and offsets computed from lengths."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# All three are 64-bit integers of shape (n,); the name says what they count or identify.
Ints: TypeAlias = NDArray[np.int64]
Ids: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = NDArray[np.int64]


def offsets_of(lengths: NDArray[np.signedinteger]) -> Ints:
    """Return where each part begins and, last, where all end; shape (n + 1,)."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets

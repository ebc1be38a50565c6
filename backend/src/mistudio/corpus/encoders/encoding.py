"""What encoding gives, and the seam behind which an engine does it.

Ids and offsets are flat arrays, never lists: a batch of ten megabytes of text has some three million ids, which as
Python objects would cost more than the encoding itself.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class Encoded:
    """The token ids of n texts: those of text ``i`` are ``ids[offsets[i]:offsets[i + 1]]``.

    ``ids`` has the shape (tokens,), ``offsets`` the shape (n + 1,) and begins with 0.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens per text, shape (n,)."""
        return np.diff(self.offsets)


class Encoder(Protocol):
    """Encodes texts without adding special tokens; those that stand in a text are read as the tokenizer reads them."""

    @property
    def name(self) -> str:
        """The engine and its version, as the record of a tokenization names it."""
        ...

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> Encoded:
        """The ids of every text; a null is read as an empty text. Uses all cores, and blocks."""
        ...

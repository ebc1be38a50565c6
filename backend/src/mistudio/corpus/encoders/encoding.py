"""The result of encoding, and the protocol that every engine implements.

Ids and offsets are flat arrays, never lists: ten megabytes of text have about three million ids, which would cost more
as Python objects than the encoding itself.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class TokenIds:
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
    """Encodes texts without adding special tokens; those inside a text are read as the tokenizer reads them."""

    @property
    def name(self) -> str:
        """The engine and its version, as the record of a tokenization names it."""
        ...

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text. Uses all cores, and blocks."""
        ...

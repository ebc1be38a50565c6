"""Rows of tokens as flat arrays, whatever format they came from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints

FileKind: TypeAlias = Literal["arrow", "parquet", "flat", "indexed"]


@dataclass(frozen=True)
class DataFile:
    """A file with tokens. ``label`` is its path within the data; ``kind`` says how to read it."""

    path: Path
    label: str
    kind: FileKind


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """Consecutive rows of a file, from ``first_row`` on.

    ``ids`` and ``mask`` are flat; row ``i`` takes ``offsets[i]`` to ``offsets[i + 1]``. ``mask`` is None without an
    attention mask. A batch of a stream has no rows of its own: it is cut at equal distances only to be read.
    """

    file: str
    first_row: int
    ids: Ints
    offsets: Ints
    mask: NDArray[np.bool_] | None = None
    null_rows: int = 0
    is_stream: bool = False

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Ints:
        """The positions of each row."""
        return np.diff(self.offsets)

    def row(self, index: int) -> Ints:
        """Return the ids of one row, which counts within the batch."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

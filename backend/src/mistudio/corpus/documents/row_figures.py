"""What is known of every source row of a split that is being tokenized, kept on disk in row order.

Each row's figures are written to their own place, so that reading a row a second time, after a kill, changes nothing;
all that is told of the source is counted from here at the end.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.utils.file_utils import ensure_dir

NO_TEXT: Final = 0
DOCUMENT: Final = 1
HELD_OUT: Final = 2
_BLOCK: Final = 1 << 22
_TYPES: Final = {"tokens": np.uint32, "characters": np.uint32, "text_bytes": np.uint32, "kinds": np.uint8}


@dataclass(frozen=True, eq=False)
class RowFigures:
    """Of some source rows in order, one entry each: tokens without special ones, characters, UTF-8 bytes, the kind.

    ``kinds`` are NO_TEXT, DOCUMENT or HELD_OUT.
    """

    tokens: Ints
    characters: Ints
    text_bytes: Ints
    kinds: NDArray[np.uint8]


class SourceRows:
    """The figures of one split's ``rows`` rows, in ``folder``."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.rows = rows
        self._folder = ensure_dir(folder)
        self._files = {name: (folder / name).open("r+b" if (folder / name).exists() else "w+b") for name in _TYPES}
        for name, kind in _TYPES.items():
            self._files[name].truncate(rows * np.dtype(kind).itemsize)

    def write(self, first_row: int, figures: RowFigures) -> None:
        """Write those of the rows from ``first_row`` on."""
        for name, kind in _TYPES.items():
            values = np.ascontiguousarray(getattr(figures, name).astype(kind))
            os.pwrite(self._files[name].fileno(), values.tobytes(), first_row * values.itemsize)

    def sync(self) -> None:
        """Return once everything written has reached the disk."""
        for file in self._files.values():
            os.fsync(file.fileno())

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            file.close()

    def blocks(self) -> Iterator[tuple[int, RowFigures]]:
        """All rows in order, in blocks, each with the number of its first row."""
        for start in range(0, self.rows, _BLOCK):
            count = min(_BLOCK, self.rows - start)
            parts = {
                name: np.fromfile(self._folder / name, kind, count, offset=start * np.dtype(kind).itemsize)
                for name, kind in _TYPES.items()
            }
            numbers = {name: parts[name].astype(np.int64) for name in ("tokens", "characters", "text_bytes")}
            yield start, RowFigures(**numbers, kinds=parts["kinds"])

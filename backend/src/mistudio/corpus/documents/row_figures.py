"""Figures of every source row of a split that is being tokenized, on disk in row order.

Each row has a place of its own, so encoding a row again after a kill changes nothing. At the end, everything that the
ledger and the statistics say of the source is counted from these files.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.utils.file_utils import ensure_dir, fsync_directory

NO_TEXT: Final = 0
DOCUMENT: Final = 1
HELD_OUT: Final = 2
_BLOCK: Final = 1 << 22
_TYPES: Final = {"tokens": np.uint32, "characters": np.uint32, "text_bytes": np.uint32, "kinds": np.uint8}


@dataclass(frozen=True, eq=False)
class RowFigures:
    """One entry per row, in order: tokens without special ones, characters, UTF-8 bytes, kind.

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
        self._is_synced = False

    def write(self, first_row: int, figures: RowFigures) -> None:
        """Write the figures of the rows from ``first_row`` on."""
        self._is_synced = False
        for name, kind in _TYPES.items():
            values = np.ascontiguousarray(getattr(figures, name).astype(kind))
            _write_at(self._files[name].fileno(), values.tobytes(), first_row * values.itemsize)

    def sync(self) -> None:
        """Return once everything written has reached the disk."""
        if self._is_synced:
            return
        for file in self._files.values():
            os.fsync(file.fileno())
        fsync_directory(self._folder)
        self._is_synced = True

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def blocks(self) -> Iterator[tuple[int, RowFigures]]:
        """Yield all rows in order, in blocks, each with the number of its first row."""
        for start in range(0, self.rows, _BLOCK):
            count = min(_BLOCK, self.rows - start)
            parts = {
                name: np.fromfile(self._folder / name, kind, count, offset=start * np.dtype(kind).itemsize)
                for name, kind in _TYPES.items()
            }
            numbers = {name: parts[name].astype(np.int64) for name in ("tokens", "characters", "text_bytes")}
            yield start, RowFigures(**numbers, kinds=parts["kinds"])


def _write_at(descriptor: int, data: bytes, position: int) -> None:
    """Write all of ``data``: on a nearly full disk, one call may write only the beginning and raise nothing."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, position)
        view, position = view[written:], position + written

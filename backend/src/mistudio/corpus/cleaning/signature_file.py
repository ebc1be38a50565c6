"""Rows of bytes in a file: written in order, then read from a mapping that keeps few pages in memory."""

import mmap
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mistudio.corpus.arrays import Ints

Signatures = npt.NDArray[np.uint8]


class SignatureFile:
    """The signatures of documents, ``width`` bytes each."""

    def __init__(self, path: Path, width: int) -> None:
        self._path = path
        self._file = path.open("w+b")
        self._width = width
        self._mapping: mmap.mmap | None = None
        self.rows = 0

    def append(self, signatures: Signatures) -> None:
        """Write signatures; not after the first read."""
        self._file.write(signatures.tobytes())
        self.rows += len(signatures)

    def read(self, rows: slice | Ints, columns: slice = slice(None)) -> Signatures:
        """Return a copy of some columns of some rows."""
        if self._mapping is None:
            self._file.flush()
            self._mapping = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        mapped = np.frombuffer(self._mapping, np.uint8).reshape(-1, self._width)
        found = np.array(mapped[rows, columns])
        # Else the whole file would count as memory of the process.
        if hasattr(mmap, "MADV_DONTNEED"):
            self._mapping.madvise(mmap.MADV_DONTNEED)
        return found

    def close(self) -> None:
        """Delete the file."""
        if self._mapping is not None:
            self._mapping.close()
            self._mapping = None
        self._file.close()
        self._path.unlink(missing_ok=True)

"""Types of flat arrays that every stage shares, offsets computed from lengths, and files of arrays."""

import errno
import io
import os
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

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


def write_array(file: BinaryIO, array: NDArray[Any]) -> None:
    """Write what ``np.save`` writes, whose own error about a full disk has no number. For arrays that fit in memory."""
    content = io.BytesIO()
    np.save(content, array)
    file.write(content.getbuffer())


def create_array(path: Path, kind: type[np.unsignedinteger], length: int) -> NDArray[np.unsignedinteger]:
    """Return an array in a file, to fill in pieces.

    The file gets its room at once: to write to a mapped page for which the disk has no room ends the process.
    """
    if not length:
        # An empty array cannot be mapped.
        with path.open("wb") as file:
            write_array(file, np.zeros(0, kind))
        return np.zeros(0, kind)
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=(length,))
    with path.open("r+b") as file:
        _allocate(file.fileno(), path.stat().st_size)
    return mapped


def _allocate(descriptor: int, size: int) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        # Some file systems cannot do it.
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise

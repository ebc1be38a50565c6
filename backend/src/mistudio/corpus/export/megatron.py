"""Exports to the indexed ``.bin`` and ``.idx`` files of Megatron-LM, which nanotron and others read, too.

The ``.bin`` file has the ids of all rows one after the other. The ``.idx`` file, little-endian: the mark, the version
(uint64), the code of the ids' type (uint8), the number of rows and of document ends (uint64 each), the length of each
row (int32), its first byte (int64), and the row at which each document begins, and the end (int64). Source:
``megatron.core.datasets.indexed_dataset``.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa

from mistudio.corpus.export.token_arrays import choose_id_type, read_tokens

_MARK: Final = b"MMIDIDX\x00\x00"
_TYPE_CODES: Final = {np.uint16: 8, np.int32: 4}
_ROWS: Final = 1 << 20


class MegatronSplit:
    """Writes a split as ``split.bin`` and ``split.idx``; each row is a document, without its padding."""

    def __init__(self, folder: Path, split: str, *, vocab_size: int) -> None:
        self._index_path = folder / f"{split}.idx"
        self._type = choose_id_type(vocab_size)
        self._lengths_path = folder / f"{split}.lengths"
        self._ids: BinaryIO = (folder / f"{split}.bin").open("wb")
        self._lengths: BinaryIO = self._lengths_path.open("w+b")
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        ids, lengths = read_tokens(batch)
        self._ids.write(ids.astype(self._type).tobytes())
        self._lengths.write(lengths.astype(np.int32).tobytes())
        self._rows += len(lengths)

    def finish(self) -> None:
        """Write the index, from the lengths in a file of their own: memory is bounded."""
        with self._index_path.open("wb") as index:
            index.write(_MARK + struct.pack("<QBQQ", 1, _TYPE_CODES[self._type], self._rows, self._rows + 1))
            for lengths in self._read_lengths():
                index.write(lengths.tobytes())
            position, size = 0, np.dtype(self._type).itemsize
            for lengths in self._read_lengths():
                ends = position + np.cumsum(lengths, dtype=np.int64) * size
                index.write((ends - lengths * size).astype(np.int64).tobytes())
                position = int(ends[-1])
            for start in range(0, self._rows + 1, _ROWS):
                index.write(np.arange(start, min(start + _ROWS, self._rows + 1), dtype=np.int64).tobytes())
        self.close()
        self._lengths_path.unlink()

    def _read_lengths(self) -> "Iterator[np.ndarray[tuple[int], np.dtype[np.int32]]]":
        self._lengths.seek(0)
        while data := self._lengths.read(_ROWS * 4):
            yield np.frombuffer(data, np.int32)

    def close(self) -> None:
        """Close the open files."""
        self._ids.close()
        self._lengths.close()

    def notes(self) -> Iterator[str]:
        """Yield nothing: what is left out is said by its column."""
        yield from ()

"""Exports to NumPy files: one array of two dimensions where all rows have one length, else ids and offsets."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mistudio.corpus.export.token_arrays import choose_id_type, read_lists

_HEADER: Final = 128


class NumpySplit:
    """Writes each column of lists as ``split.column.npy``, and ``split.offsets.npy`` where rows differ in length."""

    def __init__(self, folder: Path, split: str, schema: pa.Schema, *, vocab_size: int) -> None:
        self._folder, self._split = folder, split
        self._types = {name: _choose_type(name, schema.field(name).type, vocab_size) for name in schema.names}
        self._files = {name: _begin(self._path(name)) for name in (*schema.names, "offsets")}
        self._rows = self._values = 0
        self._length: int | None = None
        self._is_even = True
        self._files["offsets"].write(np.zeros(1, np.int64).tobytes())

    def _path(self, name: str) -> Path:
        return self._folder / f"{self._split}.{name}.npy"

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        lengths = np.zeros(0, np.int64)
        for name, kind in self._types.items():
            values, lengths = read_lists(batch, name)
            self._files[name].write(values.astype(kind).tobytes())
        if len(lengths):
            self._length = int(lengths[0]) if self._length is None else self._length
            self._is_even &= bool((lengths == self._length).all())
            self._files["offsets"].write((self._values + np.cumsum(lengths)).tobytes())
        self._rows += len(lengths)
        self._values += int(lengths.sum())

    def finish(self) -> None:
        """Write the headers, which have the shapes."""
        shape = (self._rows, self._length or 0) if self._is_even else (self._values,)
        for name, kind in self._types.items():
            _write_header(self._files[name], np.dtype(kind), shape)
        _write_header(self._files["offsets"], np.dtype(np.int64), (self._rows + 1,))
        self.close()
        if self._is_even:
            self._path("offsets").unlink()

    def close(self) -> None:
        """Close the open files."""
        for file in self._files.values():
            file.close()

    def notes(self) -> Iterator[str]:
        """Yield how to read rows that differ in length."""
        if not self._is_even:
            yield (
                f"Rows of split {self._split} differ in length: row i has the values from offsets[i] to offsets[i + 1]."
            )


def _choose_type(name: str, kind: pa.DataType, vocab_size: int) -> npt.DTypeLike:
    if name == "input_ids":
        return choose_id_type(vocab_size)
    return _to_numpy_type(kind.value_type)


def _to_numpy_type(kind: pa.DataType) -> "np.dtype[np.generic]":
    found: type[np.generic] = kind.to_pandas_dtype()
    return np.dtype(found)


def _begin(path: Path) -> BinaryIO:
    file = path.open("wb")
    file.write(bytes(_HEADER))
    return file


def _write_header(file: BinaryIO, kind: "np.dtype[np.generic]", shape: tuple[int, ...]) -> None:
    """Write the header of format 1.0 in the space that was left for it."""
    text = repr({"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}).encode()
    mark = b"\x93NUMPY\x01\x00" + (_HEADER - 10).to_bytes(2, "little")
    file.seek(0)
    file.write(mark + text.ljust(_HEADER - 11) + b"\n")

"""The columns of a tokenized split as arrays over its mapped files; nothing is read before it is used."""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mistudio.core.errors import InvalidData
from mistudio.corpus.arrays import Ints
from mistudio.corpus.tokenized.manifest import TokenFile
from mistudio.corpus.tokenized.messages import FILE_DAMAGED
from mistudio.corpus.tokenized.store import translate_read_errors

Values: TypeAlias = NDArray[np.signedinteger]
IDS: Final = "input_ids"


@dataclass(frozen=True, eq=False)
class MappedFile:
    """One mapped data file and its record batches; ``size`` is in bytes."""

    memory: mmap.mmap
    batches: Sequence[pa.RecordBatch]
    address: int
    size: int

    def array(self, kind: np.dtype[np.signedinteger]) -> Values:
        """Return the whole file as values of one type."""
        return np.frombuffer(self.memory, kind, self.size // kind.itemsize)

    def will_need(self, first_byte: int, last_byte: int) -> None:
        """Ask the kernel to read these bytes ahead."""
        start = first_byte - first_byte % mmap.PAGESIZE
        with suppress(OSError):
            self.memory.madvise(mmap.MADV_WILLNEED, start, last_byte - start)


@dataclass(frozen=True, eq=False)
class ListColumn:
    """A column of lists. The values of record batch i begin at ``bases[i]`` of the array ``files[file_of[i]]``.

    ``offsets[i]`` has the offsets of the lists of record batch i, from its base on.
    """

    files: Sequence[Values]
    bases: Ints
    offsets: Sequence[NDArray[np.int32]]
    _windows: dict[int, list[Values]] = field(default_factory=dict)

    def windows(self, length: int) -> list[Values]:
        """Return a view of each file whose row i has ``length`` values from i on: indexing it copies whole rows."""
        if length not in self._windows:
            self._windows[length] = [_view_windows(values, length) for values in self.files]
        return self._windows[length]

    @property
    def kind(self) -> np.dtype[np.signedinteger]:
        """The type of the values."""
        return self.files[0].dtype


def _view_windows(values: Values, length: int) -> Values:
    # A file without rows may be shorter than one.
    return sliding_window_view(values, length) if len(values) >= length else np.empty((0, length), values.dtype)


def map_files(folder: Path, files: Sequence[TokenFile]) -> list[MappedFile]:
    """Map the data files of a split. Raises DataMissing, and InvalidData if a file is not as it was written."""
    with translate_read_errors():
        return [_map_file(folder / file.path, file.bytes) for file in files]


def _map_file(path: Path, size: int) -> MappedFile:
    # Reading beyond the end of a truncated file would kill the process.
    if path.stat().st_size != size:
        raise InvalidData(FILE_DAMAGED)
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    buffer = pa.py_buffer(memory)
    return MappedFile(memory, list(pa.ipc.open_stream(buffer)), buffer.address, size)


def read_list_columns(files: Sequence[MappedFile]) -> dict[str, ListColumn]:
    """Return the columns that have one value per position, by name; ``input_ids`` comes first."""
    schema = next((batch.schema for file in files for batch in file.batches), None)
    fields = [] if schema is None else list(schema)
    names = [field.name for field in fields if pa.types.is_list(field.type) and _is_integer(field.type.value_type)]
    return {name: _read_column(files, name) for name in sorted(names, key=lambda name: name != IDS)}


def _is_integer(kind: pa.DataType) -> bool:
    return bool(pa.types.is_signed_integer(kind))


def _read_column(files: Sequence[MappedFile], name: str) -> ListColumn:
    kind = next(_kind_of(batch.column(name)) for file in files for batch in file.batches)
    lists = [batch.column(name) for file in files for batch in file.batches]
    return ListColumn(
        [file.array(kind) for file in files],
        np.array(list(_find_bases(files, name, kind.itemsize)), np.int64),
        [column.offsets.to_numpy() for column in lists],
    )


def _kind_of(lists: pa.ListArray) -> np.dtype[np.signedinteger]:
    kind: np.dtype[np.signedinteger] = np.dtype(lists.type.value_type.to_pandas_dtype())
    return kind


def _find_bases(files: Sequence[MappedFile], name: str, width: int) -> Iterator[int]:
    for file in files:
        for batch in file.batches:
            values = batch.column(name).values
            # Arrow aligns every buffer to eight bytes; without values there may be no buffer.
            buffer = values.buffers()[1]
            start = 0 if buffer is None or not len(values) else (buffer.address - file.address) // width
            yield start + values.offset

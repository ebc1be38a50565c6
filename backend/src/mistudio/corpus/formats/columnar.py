"""Parquet and Arrow files in small batches, so that a giant row group or record batch is never in memory as a whole."""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import InvalidData
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.formats.array_check import check_array
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, too_long_error
from mistudio.corpus.formats.group_sizes import GroupSizes, count_slice_rows, count_usual_rows, is_coded
from mistudio.corpus.formats.selection import GroupSlice
from mistudio.corpus.formats.storable_type import to_storable_schema
from mistudio.corpus.formats.type_inference import convert_array
from mistudio.corpus.formats.utf8_repair import Chunk

_BUFFER_BYTES: Final = 1 << 20
# Pages of a mapped file count as memory until they are released.
_MAPPED_BYTES: Final = 32 << 20
_ARROW_FILE_MARK: Final = b"ARROW1"


def read_parquet_schema(path: Path, *, label: str) -> pa.Schema:
    """Return the columns as they are stored, with the file's metadata; InvalidData if Parquet cannot read it."""
    with translate_read_errors(label), open_parquet(path) as file:
        return to_storable_schema(file.schema_arrow)


@contextmanager
def open_parquet(path: Path) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file so that neither a column chunk nor a row group is read as a whole."""
    with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True) as file:
        yield file


def translate_read_errors(label: str) -> AbstractContextManager[None]:
    """Translate Arrow's errors about a broken file into InvalidData; errors of the disk pass."""
    return translate_arrow_errors(
        lambda reason: f"{label} is damaged, incomplete or encrypted ({reason}). Get a new copy."
    )


def read_parquet(
    path: Path, *, label: str, columns: list[str] | None = None, row_groups: Sequence[GroupSlice] | None = None
) -> Iterator[Chunk]:
    """Read rows in order, by default all rows and columns; ``row_groups`` are those to read, and which rows of each.

    ``consumed`` is estimated by the row groups' compressed sizes. Raises InvalidData, which names the column and row
    group at fault.
    """
    with translate_read_errors(label), open_parquet(path) as file:
        consumed, sizes = 0.0, GroupSizes(path, file, columns)
        whole = [(index, 0, file.metadata.row_group(index).num_rows) for index in range(file.metadata.num_row_groups)]
        for index, start, stop in whole if row_groups is None else row_groups:
            group = file.metadata.row_group(index)
            size = sum(group.column(column).total_compressed_size for column in range(group.num_columns))
            with _translate_group_errors(file, index, label, columns):
                count = sizes.count_batch_rows(index, label)
                for batch, kept in _read_group(file, index, (start, stop), columns, count):
                    _check_row_size(kept, label)
                    consumed += size * batch / max(1, group.num_rows)
                    if kept.num_rows:
                        yield Chunk(kept, int(consumed))


def _read_group(
    file: pq.ParquetFile, index: int, rows: tuple[int, int], columns: list[str] | None, size: int
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows of each batch of ``size`` rows, and those of them that are wanted."""
    (start, stop), read = rows, 0
    for batch in file.iter_batches(size, row_groups=[index], columns=columns, use_threads=False):
        first, read = read, read + batch.num_rows
        yield batch.num_rows, batch.slice(max(0, start - first), max(0, stop - max(start, first)))
        if read >= stop:
            break


def _check_row_size(batch: pa.RecordBatch, label: str) -> None:
    if batch.num_rows == 1 and batch.nbytes > MAX_RECORD_BYTES:
        raise too_long_error(label)


def _translate_group_errors(
    file: pq.ParquetFile, index: int, label: str, columns: list[str] | None
) -> AbstractContextManager[None]:
    def explain(reason: str) -> str:
        damaged = [f"“{name}”" for name in _find_damaged_columns(file, index, columns)]
        where = f"column {', '.join(damaged)}, row group" if damaged else "row group"
        place = f"{where} {index + 1} of {file.metadata.num_row_groups}"
        return f"{label} is damaged, incomplete or encrypted: {place} ({reason}). Get a new copy."

    return translate_arrow_errors(explain)


def _find_damaged_columns(file: pq.ParquetFile, index: int, columns: list[str] | None) -> Iterator[str]:
    """Read the wanted columns of a row group one by one, by their numbers: two may have the same path."""
    for column in range(file.metadata.num_columns):
        path = file.metadata.schema.column(column).path
        if columns is not None and path.partition(".")[0] not in columns and path not in columns:
            continue
        try:
            for _batch in file.reader.iter_batches(
                count_usual_rows(file.metadata.row_group(index)), [index], column_indices=[column], use_threads=False
            ):
                pass
        except (pa.ArrowException, OSError, ValueError):
            yield path


def read_arrow_schema(path: Path, *, label: str) -> pa.Schema:
    """Return the columns as they are stored; InvalidData if it is neither an Arrow file nor an Arrow stream."""
    with translate_read_errors(label), path.open("rb") as file:
        return to_storable_schema(_open_arrow(pa.PythonFile(file, mode="r")).schema)


def read_arrow(path: Path, *, label: str) -> Iterator[Chunk]:
    """Read all rows of an Arrow IPC file or stream in order; a batch of gigabytes is never in memory as a whole."""
    with translate_read_errors(label), path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        source = pa.BufferReader(pa.py_buffer(mapped))
        reader = _open_arrow(source)
        is_stream = isinstance(reader, pa.RecordBatchStreamReader)
        count = 0 if is_stream else reader.num_record_batches
        read, released = 0, 0
        for index, batch in enumerate(reader if is_stream else map(reader.get_batch, range(count)), start=1):
            consumed = source.tell() if is_stream else len(mapped) * index // count
            for part in _slice_batch(batch, label):
                # Arrow reads offsets unchecked, and the first conversion would follow them anywhere.
                for column in part.columns:
                    check_array(column)
                yield Chunk(part, min(len(mapped), consumed))
                read += part.nbytes
                if read - released > _MAPPED_BYTES:
                    mapped.madvise(mmap.MADV_DONTNEED)
                    released = read


def _slice_batch(batch: pa.RecordBatch, label: str) -> Iterator[pa.RecordBatch]:
    batch.validate()
    for column in batch.columns:
        if is_coded(column.type):
            check_array(column)
    rows = count_slice_rows(batch, label)
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _open_arrow(source: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    mark = source.read(len(_ARROW_FILE_MARK))
    source.seek(0)
    return pa.ipc.open_file(source) if mark == _ARROW_FILE_MARK else pa.ipc.open_stream(source)


def cast_batch(batch: pa.RecordBatch, schema: pa.Schema, *, label: str) -> pa.RecordBatch:
    """Convert the batch's columns, in order, to the types of ``schema``. Raises InvalidData."""
    columns = [_cast_column(column, field, label) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _cast_column(column: pa.Array, field: pa.Field, label: str) -> pa.Array:
    try:
        return convert_array(column, field.type)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        reason = str(error).partition("\n")[0][:200].rstrip(".")
        raise InvalidData(
            f"{label}, column “{field.name}”: a value of type {column.type} cannot be stored as {field.type} "
            f"({reason}). Correct it, or store the column as text."
        ) from error

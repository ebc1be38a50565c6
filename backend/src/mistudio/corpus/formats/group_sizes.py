"""Estimates how large the row groups of a Parquet file are in memory, before they are read.

A dictionary holds each value once, so a file of some hundred bytes can hold gigabytes of text.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, too_long_error

BATCH_ROWS: Final = 1_000
BATCH_BYTES: Final = 2 << 20
# Of a batch with texts from a dictionary.
_INFLATED_BYTES: Final = 16 << 20
_NUMBER_BYTES: Final = 8


class GroupSizes:
    """Measures the dictionaries of a file that is open, by default of all columns; others need not be there."""

    def __init__(self, path: Path, file: pq.ParquetFile, columns: Sequence[str] | None = None) -> None:
        self._path = path
        self._metadata = file.metadata
        paths = [self._metadata.schema.column(number).path for number in range(self._metadata.num_columns)]
        self._wanted = [
            number
            for number, name in enumerate(paths)
            if columns is None or name in columns or name.partition(".")[0] in columns
        ]
        self._coded: pq.ParquetFile | None = None

    def estimate_bytes(self, index: int) -> int:
        """Return how many bytes a row group takes in memory at most, if no value of it is a list of many."""
        group = self._metadata.row_group(index)
        return sum(self._estimate_column(index, group.column(column), column) for column in self._wanted)

    def count_batch_rows(self, index: int, label: str) -> int:
        """Return how many rows of a row group to read at once. Raises InvalidData if one row is too large."""
        group = self._metadata.row_group(index)
        size, rows = self.estimate_bytes(index), max(1, int(group.num_rows))
        if size // rows > MAX_RECORD_BYTES:
            raise too_long_error(f"{label}, row group {index + 1} of {self._metadata.num_row_groups},")
        return max(1, min(count_usual_rows(group), _INFLATED_BYTES * rows // max(1, size)))

    def _estimate_column(self, index: int, chunk: pq.ColumnChunkMetaData, column: int) -> int:
        if chunk.physical_type != "BYTE_ARRAY":
            return int(chunk.num_values) * max(_NUMBER_BYTES, int(self._metadata.schema.column(column).length or 0))
        plain = int(chunk.total_uncompressed_size)
        # Few rows and a small dictionary need no closer look.
        if not chunk.has_dictionary_page or chunk.num_values * plain <= _INFLATED_BYTES:
            return plain
        return plain + int(chunk.num_values) * self._find_longest(index, column)

    def _find_longest(self, index: int, column: int) -> int:
        """Return the size of the longest value in a dictionary: the first row comes with all of it."""
        if self._coded is None:
            names = [self._metadata.schema.column(at).path for at in range(self._metadata.num_columns)]
            self._coded = pq.ParquetFile(self._path, metadata=self._metadata, read_dictionary=names, pre_buffer=False)
        batches = self._coded.reader.iter_batches(1, [index], column_indices=[column], use_threads=False)
        first = next(iter(batches), None)
        return 0 if first is None else max(map(measure_longest, first.columns), default=0)


def count_usual_rows(group: pq.RowGroupMetaData) -> int:
    """Return how many rows of a row group to read at once if no dictionary makes them larger."""
    rows = BATCH_BYTES * int(group.num_rows) // max(1, int(group.total_byte_size))
    return max(1, min(BATCH_ROWS, rows))


def count_slice_rows(batch: pa.RecordBatch, label: str) -> int:
    """Return how many rows of a batch to convert at once. Raises InvalidData if one row is too large."""
    coded = sum(map(measure_longest, batch.columns))
    plain = sum(column.nbytes for column in batch.columns if not is_coded(column.type)) // max(1, batch.num_rows)
    if coded > MAX_RECORD_BYTES or (batch.num_rows == 1 and plain > MAX_RECORD_BYTES):
        raise too_long_error(label)
    return max(1, min(BATCH_ROWS, BATCH_BYTES // max(1, int(plain)), _INFLATED_BYTES // max(1, coded)))


def is_coded(kind: pa.DataType) -> bool:
    """Return whether a type has a dictionary or runs at any depth."""
    return any(word in str(kind) for word in ("dictionary<", "run_end_encoded<"))


def measure_longest(array: pa.Array) -> int:
    """Return the size of the longest value that a dictionary or a run of ``array`` names, at any depth."""
    kind = array.type
    if pa.types.is_struct(kind):
        return sum(map(measure_longest, array.flatten()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return measure_longest(array.values)
    if pa.types.is_dictionary(kind):
        return _measure_values(array.dictionary)
    return _measure_values(array.values) if pa.types.is_run_end_encoded(kind) else 0


def _measure_values(values: pa.Array) -> int:
    kind = values.type
    if len(values) == values.null_count:
        return 0
    if any(test(kind) for test in (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string)):
        return int(pc.max(pc.binary_length(values)).as_py())
    return int(values.nbytes) if pa.types.is_nested(kind) else _NUMBER_BYTES

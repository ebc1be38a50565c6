"""Writes raw files: Parquet with row groups so small that any page is one short read.

A row group has at most 1,000 rows and about 384 KB. Compression is zstd at level 3. Text has no statistics, which would
be most of the footer; only columns with few distinct values get a dictionary.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mistudio.corpus.arrays import Ints

GROUP_ROWS: Final = 1_000
GROUP_BYTES: Final = 384 << 10
# A wide table would otherwise have more footer than data.
_BYTES_PER_COLUMN: Final = 8 << 10
_DISTINCT_SHARE: Final = 8


def max_group_bytes(schema: pa.Schema) -> int:
    """Return about how many bytes a row group of this schema may have."""
    return max(GROUP_BYTES, _BYTES_PER_COLUMN * len(schema))


class GroupWriter:
    """Writes batches of one schema to ``path`` in small row groups; the file is valid only after ``finish``."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._limit = max_group_bytes(schema)
        self._writer: pq.ParquetWriter | None = None
        self._pending: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; each full row group is written out."""
        for part, size in self._split(batch):
            if self._rows + part.num_rows > GROUP_ROWS or self._bytes + size > self._limit:
                self._flush()
            self._pending.append(part)
            self._rows += part.num_rows
            self._bytes += size

    def finish(self) -> None:
        """Write the remaining rows and the footer."""
        self._flush()
        if self._writer is None:
            self._writer = self._open(None)
        self._writer.close()
        self._writer = None

    def close(self) -> None:
        """Close the file; it is invalid unless ``finish`` was called."""
        if self._writer is not None:
            # pyarrow's writer always writes a footer when it closes, and a full disk has no room for one.
            with suppress(OSError):
                self._writer.close()
            self._writer.is_open = False
            self._writer = None

    def _split(self, batch: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield parts that fit into a row group, each with its size; the first fits into the rest of the current one.

        A row larger than a row group is a part of its own.
        """
        start, ends = 0, np.cumsum(measure_rows(batch))
        rows, room = GROUP_ROWS - self._rows, self._limit - self._bytes
        while start < batch.num_rows:
            before = int(ends[start - 1]) if start else 0
            end = int(np.searchsorted(ends, before + room, side="right"))
            end = min(max(end, start + 1), start + max(1, rows), batch.num_rows)
            yield batch.slice(start, end - start), int(ends[end - 1]) - before
            start, rows, room = end, GROUP_ROWS, self._limit

    def _flush(self) -> None:
        if not self._pending:
            return
        table = pa.Table.from_batches(self._pending, self._schema)
        if self._writer is None:
            self._writer = self._open(table)
        self._writer.write_table(table.combine_chunks(), row_group_size=GROUP_ROWS)
        self._pending, self._rows, self._bytes = [], 0, 0

    def _open(self, first: pa.Table | None) -> pq.ParquetWriter:
        flat = [column.name for column in self._schema if _is_flat(column.type)]
        numeric = [name for name in flat if pa.types.is_primitive(self._schema.field(name).type)]
        return pq.ParquetWriter(
            self._path,
            self._schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[] if first is None else [name for name in flat if _has_few_values(first.column(name))],
            write_statistics=numeric,
        )


def _is_flat(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_string(kind))


def _has_few_values(column: pa.ChunkedArray) -> bool:
    if pa.types.is_boolean(column.type) or pa.types.is_float16(column.type):
        return False
    return bool(pc.count_distinct(column).as_py() * _DISTINCT_SHARE <= len(column))


def measure_rows(batch: pa.RecordBatch) -> Ints:
    """Return about how many bytes each row takes in memory."""
    sizes = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        sizes += _measure_array(column)
    return sizes


def _measure_array(array: pa.Array) -> Ints:
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return _measure_array(array.storage)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _to_integers(pc.binary_length(array))
    if pa.types.is_struct(kind):
        return np.asarray(np.sum([_measure_array(field) for field in array.flatten()], axis=0), dtype=np.int64)
    if pa.types.is_list(kind):
        ends = np.cumsum(np.concatenate(([0], _measure_array(array.flatten()))))
        lengths = _to_integers(pc.list_value_length(array))
        stops = np.cumsum(lengths)
        return np.asarray(ends[stops] - ends[stops - lengths], dtype=np.int64)
    return np.full(len(array), array.nbytes // max(1, len(array)), dtype=np.int64)


def _to_integers(array: pa.Array) -> Ints:
    return np.asarray(array.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)

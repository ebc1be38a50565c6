"""Parquet and Arrow files, read in small batches."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.columnar import (
    cast_batch,
    read_arrow,
    read_arrow_schema,
    read_parquet,
    read_parquet_schema,
    translate_read_errors,
)
from mistudio.corpus.formats.group_sizes import BATCH_ROWS

TABLE = pa.table(
    {"text": pa.array([f"tale {number}" for number in range(5_000)], pa.large_string()), "n": range(5_000)},
    metadata={"k": "v"},
)
STORED = pa.schema([("text", pa.string()), ("n", pa.int64())])
ROWS = TABLE.to_pylist()


def write_parquet(path: Path) -> None:
    """Write the table in row groups of 3,000 rows."""
    pq.write_table(TABLE, path, row_group_size=3_000)


def write_arrow_file(path: Path) -> None:
    """Write the table as one record batch of an Arrow file."""
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        writer.write_table(TABLE)


def write_arrow_stream(path: Path) -> None:
    """Write the table as one record batch of an Arrow stream."""
    with pa.ipc.new_stream(path, TABLE.schema) as writer:
        writer.write_table(TABLE)


@pytest.mark.parametrize(
    ("write", "read_schema", "read"),
    [
        (write_parquet, read_parquet_schema, read_parquet),
        (write_arrow_file, read_arrow_schema, read_arrow),
        (write_arrow_stream, read_arrow_schema, read_arrow),
    ],
)
def test_all_rows_come_in_small_batches(
    tmp_path: Path, write: Callable[[Path], None], read_schema: Callable[..., pa.Schema], read: Callable[..., object]
) -> None:
    """The schema has stored types and the file's metadata; ``consumed`` rises to about the file's size."""
    path = tmp_path / "a"
    write(path)

    schema = read_schema(path, label="a")
    chunks = list(read(path, label="a"))  # type: ignore[call-overload]  # both return iterators

    assert (STORED, b"v") == (schema, schema.metadata[b"k"])
    assert ROWS == [row for chunk in chunks for row in chunk.batch.to_pylist()]
    assert max(chunk.batch.num_rows for chunk in chunks) <= BATCH_ROWS
    consumed = [chunk.consumed for chunk in chunks]
    assert consumed == sorted(consumed)
    assert path.stat().st_size / 2 < consumed[-1] <= path.stat().st_size


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else", b"ARROW1 and nothing else", b"\xff" * 1_000])
def test_a_broken_file_is_invalid(tmp_path: Path, content: bytes) -> None:
    """The message names it and has the library's reason."""
    path = tmp_path / "a"
    path.write_bytes(content)
    for read_schema in (read_parquet_schema, read_arrow_schema):
        with pytest.raises(InvalidData, match=r"a\.x is damaged, incomplete or encrypted \(.+\)\. Get a new copy\."):
            read_schema(path, label="a.x")


def test_errors_of_the_disk_pass(tmp_path: Path) -> None:
    """A missing file is not a damaged one."""
    with pytest.raises(FileNotFoundError), translate_read_errors("a"):
        (tmp_path / "missing").open("rb")


def test_a_batch_is_converted_to_a_schema() -> None:
    """Column by column, by position."""
    batch = TABLE.to_batches()[0]
    assert STORED == cast_batch(batch, STORED, label="a").schema
    assert ROWS == cast_batch(batch, STORED, label="a").to_pylist()


def test_a_value_beyond_its_stored_type_is_refused() -> None:
    """Parquet has no whole seconds; the message names the file and the column."""
    batch = pa.record_batch({"x": pa.array([1 << 62], pa.timestamp("s"))})
    with pytest.raises(InvalidData, match=r"a\.x, column “x”: a value of type timestamp\[s\] cannot be stored"):
        cast_batch(batch, pa.schema([("x", pa.timestamp("ms"))]), label="a.x")

"""How many rows to read at once, so that no batch is large in memory."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES
from mistudio.corpus.formats.columnar import read_arrow, read_parquet
from mistudio.corpus.formats.group_sizes import count_slice_rows, measure_longest

MEGABYTE = 1 << 20
ROWS = 200


def coded(size: int, rows: int = ROWS) -> pa.DictionaryArray:
    """Rows that all name one text of this size."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))


@pytest.mark.parametrize(
    "column",
    [coded(MEGABYTE), pa.StructArray.from_arrays([coded(MEGABYTE)], names=["a"])],
    ids=["texts", "objects"],
)
def test_a_dictionary_is_never_inflated_as_a_whole(tmp_path: Path, column: pa.Array) -> None:
    """A file of some hundred bytes would take gigabytes."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": column}), path, compression="zstd")
    assert path.stat().st_size < 1_000
    batches = [chunk.batch for chunk in read_parquet(path, label="a.parquet")]
    assert ROWS == sum(batch.num_rows for batch in batches)
    assert max(batch.num_rows for batch in batches) <= 16


def test_lists_from_a_dictionary_are_read_one_by_one(tmp_path: Path) -> None:
    """The size of a row is that of the average."""
    path = tmp_path / "a.parquet"
    offsets = pa.array(range(0, ROWS + 1, 20), pa.int32())
    pq.write_table(pa.table({"a": pa.ListArray.from_arrays(offsets, coded(MEGABYTE))}), path)
    assert {1} == {chunk.batch.num_rows for chunk in read_parquet(path, label="a.parquet")}


def test_a_usual_file_is_read_in_large_batches(tmp_path: Path) -> None:
    """Also where its few words are in a dictionary."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": ["yes", "no"] * 1_000, "n": range(2_000)}), path)
    assert [1_000, 1_000] == [chunk.batch.num_rows for chunk in read_parquet(path, label="a.parquet")]


def test_rows_too_large_for_memory_are_refused(tmp_path: Path) -> None:
    """Before they are read: the message names file and row group."""
    path = tmp_path / "a.parquet"
    rows = MAX_RECORD_BYTES // MEGABYTE + 10
    lists = pa.ListArray.from_arrays(pa.array([0, rows], pa.int32()), coded(MEGABYTE, rows))
    pq.write_table(pa.table({"a": lists}), path, compression="zstd")
    with pytest.raises(InvalidData, match=r"a\.parquet, row group 1 of 1, has a line or record of over 100 MB"):
        list(read_parquet(path, label="a.parquet"))


def test_an_arrow_file_with_a_dictionary_comes_in_small_batches(tmp_path: Path) -> None:
    """Its rows become texts afterwards."""
    path = tmp_path / "a.arrow"
    table = pa.table({"a": coded(MEGABYTE)})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    sizes = [chunk.batch.num_rows for chunk in read_arrow(path, label="a.arrow")]
    assert ROWS == sum(sizes)
    assert max(sizes) <= 16


@pytest.mark.parametrize(
    ("array", "longest"),
    [
        (pa.array(["abc"]), 0),
        (coded(5), 5),
        (pa.array([None, "abc", "abc"]).dictionary_encode(), 3),
        (pa.array([None], pa.string()).dictionary_encode(), 0),
        (pa.array([7]).dictionary_encode(), 8),
        (pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), coded(5)), 5),
        (pa.RunEndEncodedArray.from_arrays(pa.array([9], pa.int32()), pa.array(["abcd"])), 4),
    ],
)
def test_the_longest_value_that_rows_can_name(array: pa.Array, longest: int) -> None:
    """Of dictionaries and runs; any other array holds its values itself."""
    assert longest == measure_longest(array)


def test_one_row_beyond_the_limit_is_refused() -> None:
    """As in every format."""
    with pytest.raises(InvalidData, match="over 100 MB"):
        count_slice_rows(pa.record_batch({"a": coded(MAX_RECORD_BYTES + 1, 1)}), "a.arrow")

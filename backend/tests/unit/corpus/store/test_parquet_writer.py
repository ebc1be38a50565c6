"""Raw files as they are written: small row groups, few statistics, few dictionaries."""

import os
from contextlib import closing
from pathlib import Path
from tempfile import gettempdir

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.store.parquet_writer import GROUP_BYTES, GroupWriter, measure_rows


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 400_000), max_size=30), st.integers(1, 7))
def test_row_groups_are_small(sizes: list[int], step: int) -> None:
    """At most 1,000 rows and about 384 KB, for batches of any size; only a single row may be larger."""
    rows = [{"text": "x" * size} for size in [*sizes, *([3] * 2_100)]]
    path = Path(gettempdir()) / f"mistudio-groups-{os.getpid()}.parquet"
    schema = pa.schema([("text", pa.string())])
    try:
        writer = GroupWriter(path, schema)
        for start in range(0, len(rows), 100 * step):
            writer.write(pa.RecordBatch.from_pylist(rows[start : start + 100 * step], schema))
        writer.finish()
        metadata = pq.read_metadata(path)
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        assert len(rows) == metadata.num_rows
        assert all(group.num_rows <= 1_000 for group in groups)
        assert all(group.num_rows == 1 or group.total_byte_size <= 1.1 * GROUP_BYTES for group in groups)
    finally:
        path.unlink(missing_ok=True)


def test_sizes_of_rows_include_nested_text() -> None:
    """Text in lists and structs counts for its row."""
    messages = [[{"role": "user", "content": "x" * 5_000}], [], None, [{"role": None, "content": "y"}] * 2]
    batch = pa.RecordBatch.from_pylist([{"m": value} for value in messages]).slice(0, 4)
    assert [5_004, 0, 0, 2] == measure_rows(batch).tolist()
    assert [0, 2] == measure_rows(batch.slice(2)).tolist()


def test_the_footer_has_no_statistics_on_text(tmp_path: Path) -> None:
    """They would be most of the footer; numbers have statistics."""
    batch = pa.record_batch({"text": ["a"], "n": [1]})
    writer = GroupWriter(tmp_path / "a.parquet", batch.schema)
    writer.write(batch)
    writer.finish()
    group = pq.read_metadata(tmp_path / "a.parquet").row_group(0)
    assert [False, True] == [group.column(index).is_stats_set for index in range(2)]


def test_only_columns_of_few_values_get_a_dictionary(tmp_path: Path) -> None:
    """At most one distinct value in eight."""
    batch = pa.record_batch({"few": ["a", "b"] * 400, "many": [f"text {number}" for number in range(800)]})
    writer = GroupWriter(tmp_path / "a.parquet", batch.schema)
    writer.write(batch)
    writer.finish()
    group = pq.read_metadata(tmp_path / "a.parquet").row_group(0)
    assert [True, False] == [group.column(index).has_dictionary_page for index in range(2)]


def test_a_file_that_is_closed_unfinished_is_invalid(tmp_path: Path) -> None:
    """So it cannot be mistaken for a short one; without rows, a finished file is valid."""
    batch = pa.record_batch({"text": ["x" * 1_000] * 1_000})
    path = tmp_path / "a.parquet"
    with closing(GroupWriter(path, batch.schema)) as writer:
        for _number in range(3):
            writer.write(batch)
        assert path.exists()
        unfinished = path.read_bytes()
    assert not unfinished.endswith(b"PAR1")
    empty = GroupWriter(tmp_path / "empty.parquet", batch.schema)
    empty.finish()
    assert 0 == pq.read_metadata(tmp_path / "empty.parquet").num_rows

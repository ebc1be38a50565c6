"""Raw files: small row groups, kept sources, atomic writes, exact counts."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakes.corpora import ingest_bytes, json_lines, parquet_bytes
from fakes.timing import TIMEOUT
from mistudio.core.errors import DataMissing, DiskFull, JobCancelled
from mistudio.corpus.formats.columnar import read_arrow
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor


def test_a_well_grouped_parquet_file_is_kept_byte_for_byte(tmp_path: Path) -> None:
    """It is moved, not rewritten, and counted nevertheless."""
    table = pa.table({"text": [f"só {i}" for i in range(3_000)], "n": pa.array([None, *range(2_999)])})
    data = parquet_bytes(table, group_rows=1_000)
    report, target = ingest_bytes(tmp_path, data, label="a.parquet", format="parquet")
    assert report.kept
    assert data == target.read_bytes()
    assert not (tmp_path / "source").exists()
    assert hashlib.sha256(data).hexdigest() == report.sha256
    characters = sum(len(f"só {i}") for i in range(3_000))
    assert (characters, characters + 3_000) == (report.columns[0].characters, report.columns[0].utf8_bytes)
    assert [0, 1] == [column.nulls for column in report.columns]


def test_a_call_after_a_kill_right_after_the_move_counts_again(tmp_path: Path) -> None:
    """Only the target exists: the report is the same."""
    data = parquet_bytes(pa.table({"text": ["a", None]}))
    first, target = ingest_bytes(tmp_path, data, label="a.parquet", format="parquet")
    again = ingest_file(tmp_path / "source", target, format="parquet", label="a.parquet", monitor=NullMonitor())
    assert first == again
    with pytest.raises(DataMissing):
        ingest_file(tmp_path / "source", tmp_path / "no", format="json", label="a.jsonl", monitor=NullMonitor())


@pytest.mark.parametrize("group_rows", [5_000, 5])
def test_a_badly_grouped_parquet_file_is_rewritten(tmp_path: Path, group_rows: int) -> None:
    """Its row groups are too large, or so small that the footer outweighs the data."""
    table = pa.table({"text": [f"row {i}" for i in range(5_000)]}).replace_schema_metadata({"huggingface": "{}"})
    report, target = ingest_bytes(tmp_path, parquet_bytes(table, group_rows=group_rows), label="a", format="parquet")
    assert not report.kept
    assert table.equals(pq.read_table(target))
    assert b"{}" == pq.read_schema(target).metadata[b"huggingface"]
    assert 5 == pq.read_metadata(target).num_row_groups


def test_types_that_parquet_lacks_are_converted(tmp_path: Path) -> None:
    """Dictionaries become plain columns; empty structs and unknown types become JSON text."""
    table = pa.table(
        {
            "d": pa.array(["a", None]).dictionary_encode(),
            "v": pa.array(["a", "b"], pa.string_view()),
            "e": pa.array([{}, None], pa.struct([])),
            "i": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
            "l": pa.array([[1], []], pa.list_view(pa.int64())),
            "h": pa.array(np.array([1.5, 2], np.float16)),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    report, target = ingest_bytes(tmp_path, sink.getvalue().to_pybytes(), label="a.arrow", format="arrow")
    assert ["string", "string", "string", "string", "list<item: int64>", "halffloat"] == [
        column.type.replace("element", "item") for column in report.columns
    ]
    first = pq.read_table(target).to_pylist()[0]
    assert ("a", "a", "{}", [1], 1.5) == tuple(first[name] for name in "dvelh")


def test_conversations_are_counted_as_rendered(tmp_path: Path) -> None:
    """The characters of a conversation column are those of its rendering; nulls are tolerated."""
    rows: list[dict[str, object]] = [
        {"messages": [{"role": "user", "content": "Hä?"}, {"role": "assistant", "content": None}]},
        {"messages": None},
        {"messages": []},
    ]
    report, _ = ingest_bytes(tmp_path, json_lines(rows), label="a.jsonl", format="json")
    column = report.columns[0]
    text = "user: Hä?\n\nassistant: "
    assert ("conversation", 1, len(text), 1) == (column.kind, column.nulls, column.characters, column.empty)


class _Cancelled(NullMonitor):
    def __init__(self, after: int) -> None:
        self.left = after

    def checkpoint(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise JobCancelled("Stop.")


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_cancel_leaves_nothing_behind(tmp_path: Path, after: int) -> None:
    """There is no target and no temporary file, and the source stays; the next call succeeds."""
    source, target = tmp_path / "source", tmp_path / "target.parquet"
    source.write_bytes(json_lines([{"text": "x" * 1_000} for _ in range(20_000)]))
    with pytest.raises(JobCancelled):
        ingest_file(source, target, format="json", label="a.jsonl", monitor=_Cancelled(after))
    assert ["source"] == [path.name for path in tmp_path.iterdir()]
    seen: list[int] = []
    report = ingest_file(source, target, format="json", label="a.jsonl", monitor=NullMonitor(), progress=seen.append)
    assert 20_000 == report.rows
    assert sorted(set(seen)) == seen
    assert source.stat().st_size == seen[-1]


def test_a_full_disk_is_disk_full(tmp_path: Path) -> None:
    """The system's error becomes one that tells what to do, and no file is left."""

    class Full(NullMonitor):
        def checkpoint(self) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    source = tmp_path / "source"
    source.write_bytes(b"a\n")
    with pytest.raises(DiskFull):
        ingest_file(source, tmp_path / "t", format="text", label="a.txt", monitor=Full())
    assert ["source"] == [path.name for path in tmp_path.iterdir()]


def test_a_killed_process_leaves_no_partial_file(tmp_path: Path) -> None:
    """After a kill during the write there is no target; a second call writes it and leaves no temporary file."""
    source, target = tmp_path / "source", tmp_path / "target.parquet"
    source.write_bytes(json_lines([{"text": "x" * 1_000} for _ in range(12_000)]))
    code = (
        "import sys, time; from pathlib import Path; from mistudio.corpus.ingest.ingest import ingest_file;"
        "from mistudio.corpus.monitor import NullMonitor;"
        "ingest_file(Path(sys.argv[1]), Path(sys.argv[2]), format='json', label='a.jsonl', monitor=NullMonitor(),"
        "progress=lambda done: time.sleep(60))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(source), str(target)]) as child:
        deadline = time.monotonic() + TIMEOUT
        while not (tmp_path / ".target.parquet.writing").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    assert {"source", ".target.parquet.writing"} == {path.name for path in tmp_path.iterdir()}
    report = ingest_file(source, target, format="json", label="a.jsonl", monitor=NullMonitor())
    assert 12_000 == report.rows
    assert {"source", "target.parquet"} == {path.name for path in tmp_path.iterdir()}


def test_memory_stays_flat_for_a_giant_row_group(tmp_path: Path) -> None:
    """A row group of 150 MB, and 40 MB of lines, need a small part of that."""
    giant = parquet_bytes(pa.table({"text": [f"{i} " * 300 for i in range(100_000)]}), dictionary=False)
    lines = json_lines([{"text": f"{i} " * 300} for i in range(30_000)])
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    pa.set_memory_pool(pool)
    try:
        ingest_bytes(tmp_path, giant, label="a.parquet", format="parquet")
        assert pool.max_memory() < 48 << 20
        ingest_bytes(tmp_path, lines, label="a.jsonl", format="json")
        assert pool.max_memory() < 64 << 20
    finally:
        pa.set_memory_pool(before)


def test_a_giant_batch_is_split(tmp_path: Path) -> None:
    """A record batch of many megabytes is read in batches of at most 1,000 rows."""
    table = pa.table({"text": ["x" * 1_000] * 30_000})
    path = tmp_path / "a.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    sizes = [chunk.batch.num_rows for chunk in read_arrow(path, label="a.arrow")]
    assert 30_000 == sum(sizes)
    assert max(sizes) <= 1_000

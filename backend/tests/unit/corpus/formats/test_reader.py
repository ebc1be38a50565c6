"""Every format as chunks of one schema, and the reasons to read a file again."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mistudio.core.errors import InvalidData, JobCancelled, Json
from mistudio.corpus.formats.csv import RecordTooLong
from mistudio.corpus.formats.reader import Attempt, NotUtf8, ReadableFile, SchemaWidened, SourceFormat, read_chunks
from mistudio.corpus.monitor import NullMonitor

ROWS = [{"text": "a"}, {"text": "b"}]


class Cancelling(NullMonitor):
    """A monitor of a cancelled job."""

    def checkpoint(self) -> None:
        """Raise JobCancelled."""
        raise JobCancelled("The test cancelled this job.")


def make_file(path: Path, kind: SourceFormat, **options: Json) -> ReadableFile:
    """Return the file at ``path`` under its own name."""
    return ReadableFile(path, kind, path.name, options)


def write_rows(path: Path, kind: SourceFormat) -> ReadableFile:
    """Write the rows in this format."""
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif kind == "arrow":
        with pa.ipc.new_stream(path, pa.schema([("text", pa.string())])) as writer:
            writer.write_table(pa.Table.from_pylist(ROWS))
    else:
        content = {"json": json.dumps(ROWS), "csv": "text\na\nb\n", "text": "a\nb\n"}
        path.write_text(content[kind])
    return make_file(path, kind)


@pytest.mark.parametrize("kind", ["parquet", "arrow", "json", "csv", "text"])
def test_every_format_gives_the_same_rows(tmp_path: Path, kind: SourceFormat) -> None:
    """All chunks have one schema."""
    chunks = list(read_chunks(write_rows(tmp_path / "a", kind), Attempt(), monitor=NullMonitor()))
    assert ROWS == [row for chunk in chunks for row in chunk.batch.to_pylist()]
    assert 1 == len({chunk.batch.schema for chunk in chunks})


@pytest.mark.parametrize("kind", ["parquet", "arrow", "json", "csv", "text"])
def test_every_format_can_be_cancelled(tmp_path: Path, kind: SourceFormat) -> None:
    """Before the first row."""
    with pytest.raises(JobCancelled):
        list(read_chunks(write_rows(tmp_path / "a", kind), Attempt(), monitor=Cancelling()))


def test_a_file_with_a_wider_schema_must_be_read_again(tmp_path: Path) -> None:
    """The error has the schema of the whole file, with which the second attempt succeeds."""
    path = tmp_path / "a.jsonl"
    line = json.dumps({"n": 1, "pad": "x" * 1_000}) + "\n"
    path.write_text(line * 12_000 + '{"n": 2.5}\n{"more": true}\n')
    file = make_file(path, "json")

    with pytest.raises(SchemaWidened) as widened:
        list(read_chunks(file, Attempt(), monitor=NullMonitor()))
    schema = widened.value.schema
    assert pa.schema([("n", pa.float64()), ("pad", pa.string()), ("more", pa.bool_())]) == schema

    chunks = list(read_chunks(file, Attempt(schema), monitor=NullMonitor()))
    assert {schema} == {chunk.batch.schema for chunk in chunks}
    assert [1.0, None] == [chunks[0].batch["n"][0].as_py(), chunks[-1].batch["n"][-1].as_py()]


def test_a_csv_record_longer_than_a_block_must_be_read_again(tmp_path: Path) -> None:
    """With larger blocks."""
    path = tmp_path / "a.csv"
    path.write_text('a\n"' + "x\n" * 2_000 + '"\n')
    with pytest.raises(RecordTooLong):
        list(read_chunks(make_file(path, "csv"), Attempt(block_bytes=1_000), monitor=NullMonitor()))


def test_a_file_with_too_many_columns_is_invalid(tmp_path: Path) -> None:
    """Ids as keys, for example."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({f"id{number}": 1 for number in range(10_001)}))
    with pytest.raises(InvalidData, match=r"a\.json has over 10,000 different columns"):
        list(read_chunks(make_file(path, "json"), Attempt(), monitor=NullMonitor()))


def test_options_reach_the_reader(tmp_path: Path) -> None:
    """Encoding, and those of each format."""
    path = tmp_path / "a.txt"
    path.write_bytes("é\n".encode("cp1252"))
    file = make_file(path, "text", encoding="cp1252", keep_linebreaks=True)
    chunks = list(read_chunks(file, Attempt(), monitor=NullMonitor()))
    assert [{"text": "é\n"}] == [row for chunk in chunks for row in chunk.batch.to_pylist()]


def test_invalid_text_is_counted(tmp_path: Path) -> None:
    """Once it is known that the text is not in another encoding."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n\xff\n")
    with pytest.raises(NotUtf8):
        list(read_chunks(make_file(path, "csv"), Attempt(), monitor=NullMonitor()))
    (chunk,) = read_chunks(make_file(path, "csv"), Attempt(is_repaired=True), monitor=NullMonitor())
    assert ([{"a": "\ufffd"}], {"a": 1}) == (chunk.batch.to_pylist(), chunk.invalid)

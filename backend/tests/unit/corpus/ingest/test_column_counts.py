"""The figures of columns, counted chunk by chunk."""

import pyarrow as pa
import pytest

from mistudio.corpus.formats.json_type import JSON, make_array
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.store.file_report import ColumnReport


def make_chunk(text: list[str | None], number: list[int | None], *, invalid: dict[str, int] | None = None) -> Chunk:
    """Return a chunk of a text column and a column of integers."""
    batch = pa.record_batch({"text": pa.array(text, pa.string()), "n": pa.array(number, pa.int64())})
    return Chunk(batch, 0, invalid or {})


def test_figures_add_up_over_chunks() -> None:
    """Characters and bytes of texts; nulls of every column; empty and repaired texts."""
    counter = ColumnCounter()
    counter.add(make_chunk(["hä", None, ""], [1, None, 3], invalid={"text": 1}))
    counter.add(make_chunk(["", "日本", "a"], [None, None, 6], invalid={"text": 2}))
    text, number = counter.reports()
    assert 6 == counter.rows
    assert ColumnReport("text", "string", "text", 1, characters=5, utf8_bytes=10, empty=2, invalid=3) == text
    assert ColumnReport("n", "int64", "other", 3) == number


def test_conversations_count_as_rendered() -> None:
    """A null conversation is null, one without messages is empty."""
    messages = [[{"role": "user", "content": "Hä?"}], [], None]
    counter = ColumnCounter()
    counter.add(Chunk(pa.RecordBatch.from_pylist([{"m": value} for value in messages]), 0))
    (report,) = counter.reports()
    assert ("conversation", 1, 9, 10, 1) == (
        report.kind,
        report.nulls,
        report.characters,
        report.utf8_bytes,
        report.empty,
    )


def test_chunks_may_lack_columns() -> None:
    """The reports keep the order of the schema."""
    schema = pa.schema([("n", pa.int64()), ("text", pa.string())])
    counter = ColumnCounter(schema)
    counter.add(Chunk(pa.record_batch({"text": ["a", None]}), 0))
    assert [("n", 0), ("text", 1)] == [(report.name, report.nulls) for report in counter.reports()]


def test_a_file_without_rows_has_its_columns() -> None:
    """Their figures are zero."""
    counter = ColumnCounter(pa.schema([("text", pa.large_string())]))
    assert (ColumnReport("text", "large_string", "text", 0, 0, 0, 0, 0),) == counter.reports()
    assert () == ColumnCounter().reports()


def test_an_unknown_column_is_an_error() -> None:
    """A later chunk cannot have a column that the schema lacks."""
    counter = ColumnCounter(pa.schema([("text", pa.string())]))
    with pytest.raises(KeyError):
        counter.add(Chunk(pa.record_batch({"other": [1]}), 0))


@pytest.mark.parametrize(
    ("column", "paths"),
    [
        (pa.array([{"": "a", "b": {"": "c", "d": "e"}}]), ["m.b.d"]),
        (make_array(['{"": "a", "b": {"": "c", "d": "e"}}'], JSON), ["m.b.d"]),
        (pa.array([{"a.b": "x", "a": {"b": "y"}}]), ["m.a.b"]),
    ],
)
def test_only_paths_that_can_be_written_are_offered(column: pa.Array, paths: list[str]) -> None:
    """Keys without a name have no path, and of two equal paths the first counts."""
    counter = ColumnCounter()
    counter.add(Chunk(pa.record_batch({"m": column}), 0))
    (report,) = counter.reports()
    assert (paths, [1]) == ([field.name for field in report.fields], [field.characters for field in report.fields])


def test_a_json_column_is_decided_by_its_first_values() -> None:
    """Nulls and empty lists before them count as those of its texts."""
    talk = ['{"role": "user", "content": "Hä?"}']
    counter = ColumnCounter()
    chunks: list[list[list[str] | None]] = [[None, []], [talk, []]]
    for values in chunks:
        counter.add(Chunk(pa.record_batch({"m": make_array(values, pa.list_(JSON))}), 0))
    (report,) = counter.reports()
    assert ("conversation", 1, 9, 2) == (report.kind, report.nulls, report.characters, report.empty)


@pytest.mark.parametrize(
    ("texts", "is_label"),
    [
        (["https://a.org/x", "http://b.org"], True),
        (["doc-1", "doc-2"], True),
        (["3fa85f64-5717-4562-b3fc-2c963f66afa6"], True),
        (["one", "two"], False),
        (["see https://a.org", "doc-1"], False),
        (["日本1"], False),
        (["", None], False),
    ],
)
def test_identifiers_and_addresses_are_recognized(texts: list[str | None], is_label: bool) -> None:
    """By the first texts: all addresses, or all one word with a digit."""
    counter = ColumnCounter()
    counter.add(make_chunk(texts, [None] * len(texts)))
    assert is_label is counter.reports()[0].is_label


def test_mapped_roles_are_collected() -> None:
    """Over all chunks, of typed conversations and of those in JSON."""
    counter = ColumnCounter()
    for role in ("human", "gpt"):
        plain = pa.array([[{"from": role, "value": "x"}]])
        mixed = make_array([[f'{{"from": "{role}", "value": "x"}}']], pa.list_(JSON))
        counter.add(Chunk(pa.record_batch({"plain": plain, "mixed": mixed}), 0))
    assert [("human", "gpt")] * 2 == [report.mapped_roles for report in counter.reports()]

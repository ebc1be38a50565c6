"""The choice of the text column, the merge of files' columns, and the rendering of conversations."""

from dataclasses import replace

import pyarrow as pa
import pytest

from mistudio.core.errors import NoData, UnknownColumn
from mistudio.corpus.formats.json_type import JSON
from mistudio.corpus.store.columns import (
    choose_text_column,
    classify_column,
    merge_columns,
)
from mistudio.corpus.store.file_report import ColumnReport, FileReport


def text(name: str, characters: int = 10) -> ColumnReport:
    """Return a text column's report."""
    return ColumnReport(name, "string", "text", 0, characters, characters, 0, 0)


def talk(name: str, characters: int = 10) -> ColumnReport:
    """Return a conversation column's report."""
    return ColumnReport(name, "list<…>", "conversation", 0, characters, characters, 0, 0)


def struct(name: str, *fields: ColumnReport) -> ColumnReport:
    """Return the report of a column of structs."""
    fields = tuple(replace(field, is_field=True) for field in fields)
    return ColumnReport(name, "struct<…>", "other", 0, fields=fields)


def file(rows: int, *columns: ColumnReport) -> FileReport:
    """Return a file's report."""
    return FileReport(rows, 1, "", kept=False, columns=columns)


NUMBER = ColumnReport("n", "int64", "other", 0)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([text("url", 999), text("content", 1), text("text", 1)], "text"),
        (
            [text("id", 99), struct("translation", text("translation.en", 5), text("translation.de", 6))],
            "translation.de",
        ),
        ([text("docId", 99), text("image_url", 99), text("word", 1)], "word"),
        ([replace(text("source", 99), is_label=True), text("word", 1)], "word"),
        ([text("q", 1), replace(text("tags", 99), type="list<item: string>")], "q"),
        ([text("id", 9), replace(text("lines", 9), type="list<item: string>")], "lines"),
        ([text("q", 1), struct("meta", text("meta.note", 99))], "q"),
        ([text("id", 9), NUMBER], "id"),
        ([text("url", 999), text("Story", 1)], "Story"),
        ([text("id", 999), talk("messages", 1)], "messages"),
        ([text("q", 5), text("answer", 9), NUMBER], "answer"),
        ([talk("turns", 99), text("q", 5)], "q"),
        ([talk("turns", 99), NUMBER], "turns"),
        ([text("text", 0), text("q", 5)], "q"),
        ([text("text", 0), NUMBER], "text"),
    ],
)
def test_the_text_column_is_chosen(columns: list[ColumnReport], expected: str) -> None:
    """A usual name whose column has text, else a conversation, else the most text; the reason names the column."""
    chosen = choose_text_column(columns)
    assert expected == chosen.name
    assert expected in chosen.reason


def test_a_requested_column_is_checked() -> None:
    """A column with text is taken; the error of any other lists the choices."""
    columns = [text("a"), talk("b"), NUMBER]
    assert "b" == choose_text_column(columns, requested="b").name
    for name in ("n", "zzz"):
        with pytest.raises(UnknownColumn) as caught:
            choose_text_column(columns, requested=name)
        assert ["a", "b"] == caught.value.extra["choices"]
        assert name in caught.value.detail


def test_no_text_at_all_is_no_data() -> None:
    """The message lists the columns."""
    with pytest.raises(NoData, match="n"):
        choose_text_column([NUMBER])


def test_columns_of_files_are_merged() -> None:
    """Figures add up, types are listed side by side, a missing column counts as nulls, a null column keeps the type."""
    null = ColumnReport("a", "null", "other", 3)
    double = ColumnReport("n", "double", "other", 1)
    first, second, third = file(3, null, NUMBER), file(4, text("a", 7), double), file(5, text("a", 1), text("new", 2))
    merged = {column.name: column for column in merge_columns([first, second, third])}
    assert ["a", "n", "new"] == list(merged)
    assert ("string", "text", 3, 8) == (merged["a"].type, merged["a"].kind, merged["a"].nulls, merged["a"].characters)
    assert ("int64 | double", "other", 6) == (merged["n"].type, merged["n"].kind, merged["n"].nulls)
    assert 7 == merged["new"].nulls
    mixed = merge_columns([file(1, text("n")), file(1, NUMBER), file(1, text("n"))])
    assert [("string | int64", "other")] == [(column.type, column.kind) for column in mixed]


def test_columns_are_classified() -> None:
    """Every Arrow type of text is text; only lists of messages are conversations."""
    shared = [("from", pa.string()), ("value", pa.string())]
    message = [("role", pa.string()), ("content", pa.string()), ("extra", pa.int64())]
    parts = pa.list_(pa.struct([("type", pa.string()), ("text", pa.string())]))
    assert ["text"] * 4 == [
        classify_column(kind)
        for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()))
    ]
    assert ["conversation"] * 3 == [
        classify_column(pa.list_(pa.struct(fields)))
        for fields in (
            message,
            shared,
            [("role", pa.string()), ("content", parts)],
        )
    ]
    assert ["other"] * 4 == [
        classify_column(kind)
        for kind in (pa.binary(), pa.list_(pa.int64()), pa.list_(pa.struct(message[:1])), pa.struct(message))
    ]


def test_a_path_can_be_requested() -> None:
    """The error of an unknown one lists the paths."""
    columns = [text("id"), struct("translation", text("translation.en"))]
    assert "translation.en" == choose_text_column(columns, requested="translation.en").name
    with pytest.raises(UnknownColumn, match=r"Columns with text: id, translation\.en"):
        choose_text_column(columns, requested="translation.fr")


def test_the_fields_of_files_are_merged() -> None:
    """Rows of a file without the field are null."""
    one, other = struct("t", text("t.en", 5)), struct("t", text("t.en", 2), text("t.de", 1))
    merged = merge_columns([file(3, one), file(4, other)])[0]
    figures = [(field.name, field.characters, field.nulls) for field in merged.fields]
    assert [("t.en", 7, 0), ("t.de", 1, 3)] == figures


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (JSON, ["a", ["b"]], "text"),
        (JSON, ["a", [{"role": "user", "content": "b"}]], "conversation"),
        (JSON, [{"a": 1}, "b"], "other"),
        (JSON, [], "other"),
        (pa.list_(JSON), [[{"role": "user", "content": "b"}], []], "conversation"),
        (pa.list_(JSON), [[{"a": 1}, {"b": 2}]], "other"),
        (pa.list_(pa.string()), [], "text"),
        (pa.list_(pa.struct([("role", pa.string()), ("content", JSON)])), [], "conversation"),
        (pa.list_(pa.struct([("role", pa.string()), ("content", pa.null())])), [], "conversation"),
        (pa.list_(pa.struct([("role", pa.string()), ("tool_calls", pa.list_(JSON))])), [], "conversation"),
        (pa.list_(pa.struct([("role", pa.string()), ("content", pa.list_(JSON))])), [], "conversation"),
    ],
)
def test_values_decide_where_the_type_does_not(kind: pa.DataType, values: list[object], expected: str) -> None:
    """A JSON column is what its first values are."""
    assert expected == classify_column(kind, values)


def test_the_reason_names_what_was_passed_over() -> None:
    """The only text beside an identifier is not called the only column with text."""
    reason = "“word” is the only column that holds text{}."
    assert reason.format("") == choose_text_column([text("word"), NUMBER]).reason
    more = reason.format(" other than identifiers and addresses")
    assert more == choose_text_column([text("id"), text("word")]).reason

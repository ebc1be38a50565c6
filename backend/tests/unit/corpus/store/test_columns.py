"""The choice of the text column, the merge of files' columns, and the rendering of conversations."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.core.errors import NoData, UnknownColumn
from mistudio.corpus.store.columns import (
    choose_text_column,
    classify_column,
    extract_texts,
    merge_columns,
    render_conversation,
)
from mistudio.corpus.store.file_report import ColumnReport, FileReport


def text(name: str, characters: int = 10) -> ColumnReport:
    """Return a text column's report."""
    return ColumnReport(name, "string", "text", 0, characters, characters, 0, 0)


def talk(name: str, characters: int = 10) -> ColumnReport:
    """Return a conversation column's report."""
    return ColumnReport(name, "list<…>", "conversation", 0, characters, characters, 0, 0)


def file(rows: int, *columns: ColumnReport) -> FileReport:
    """Return a file's report."""
    return FileReport(rows, 1, "", kept=False, columns=columns)


NUMBER = ColumnReport("n", "int64", "other", 0)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([text("url", 999), text("content", 1), text("text", 1)], "text"),
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


MAYBE = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
MESSAGE = st.none() | st.fixed_dictionaries({"role": MAYBE, "content": MAYBE})
TALKS = st.lists(st.none() | st.lists(MESSAGE, max_size=4))


@settings(max_examples=150, deadline=None)
@given(TALKS, st.booleans(), st.integers(0, 3))
def test_a_column_renders_like_its_values(
    values: list[list[dict[str, str | None] | None] | None], large: bool, skipped: int
) -> None:
    """The fast rendering of a column equals the rendering of each conversation, nulls and slices included."""
    make = pa.large_list if large else pa.list_
    kind = make(pa.struct([("role", pa.string()), ("content", pa.string())]))
    array = pa.array(values, kind).slice(skipped)
    expected = [None if value is None else render_conversation(value) for value in values[skipped:]]
    assert expected == extract_texts(array).to_pylist()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "user: a\n\nassistant: b"),
        ([{"from": "human", "value": "a"}], "human: a"),
        ([{"role": None, "content": "a"}, None, {"role": "tool", "content": None}], "a\n\ntool: "),
        ([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, None]}], "user: a"),
        ([], ""),
        (None, ""),
        ("no list", ""),
    ],
)
def test_a_conversation_is_rendered_with_its_roles(value: object, expected: str) -> None:
    """A blank line separates messages; missing parts are tolerated."""
    assert expected == render_conversation(value)


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
        for kind in (pa.binary(), pa.list_(pa.string()), pa.list_(pa.struct(message[:1])), pa.struct(message))
    ]
    with pytest.raises(TypeError):
        extract_texts(pa.array([1]))


def test_content_in_parts_and_odd_messages_are_rendered() -> None:
    """The fast way does not cover them: their values are rendered one by one."""
    parts = [[{"role": "user", "content": [{"type": "text", "text": "a"}]}], None]
    both = [[{"role": None, "from": "human", "content": "x", "value": None}]]
    assert ["user: a", None] == extract_texts(pa.array(parts)).to_pylist()
    kind = pa.list_(pa.struct([(name, pa.string()) for name in ("role", "from", "content", "value")]))
    assert ["human: x"] == extract_texts(pa.chunked_array([pa.array(both, kind)])).to_pylist()
    assert ["a", None] == extract_texts(pa.array(["a", None]).dictionary_encode()).to_pylist()

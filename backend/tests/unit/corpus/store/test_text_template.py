"""Templates over columns: parsed, written, and read a table at a time as row by row."""

import datetime
import decimal
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.formats.json_type import JSON, make_array
from mistudio.corpus.formats.utf8_repair import decode_array
from mistudio.corpus.store.text_source import describe_source, list_paths, make_source, read_source
from mistudio.corpus.store.text_template import TextTemplate, render_part

NAMES = ("a", "b", "naïve 日本")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
LITERALS = st.lists(st.sampled_from(["{{", "}}", "\n\n", " ", "x", "ü", ":", "!r"]), max_size=5).map("".join)
TEMPLATES = st.lists(st.tuples(LITERALS, st.sampled_from(NAMES)), min_size=1, max_size=5).flatmap(
    lambda pairs: LITERALS.map(lambda end: "".join(f"{text}{{{name}}}" for text, name in pairs) + end)
)
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | WORDS for name in NAMES}), max_size=8)


def _format(template: str, row: dict[str, str | None]) -> str | None:
    """Return what ``str.format`` makes of a row: the reference."""
    used = [name for name in NAMES if f"{{{name}}}" in template]
    if all(row[name] is None for name in used):
        return None
    return template.format(**{name: value or "" for name, value in row.items()})


@settings(max_examples=300, deadline=None)
@given(TEMPLATES, ROWS)
def test_a_template_writes_what_str_format_writes(text: str, rows: list[dict[str, str | None]]) -> None:
    """A table at a time and row by row; a null is empty, and a row of nulls only has no text."""
    template = TextTemplate.parse(text)
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in NAMES})
    expected = [_format(text, row) for row in rows]
    assert template.read(table).to_pylist() == expected
    assert [template.render(row) for row in rows] == expected
    used = [[row[path] is None for path in template.paths] for row in rows]
    assert template.count_incomplete(table) == sum(any(nulls) and not all(nulls) for nulls in used)


class _Named(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"<{name}>"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("{}ab", max_size=8) | st.sampled_from(["{a}", "{{", "}}"]), max_size=5).map("".join))
def test_parsing_and_writing_are_inverse(text: str) -> None:
    """The parts of a template, written with their braces, are the template; what Python refuses is refused."""
    try:
        expected = text.format_map(_Named())
    except ValueError:
        expected = ""
    if "<" not in expected:
        with pytest.raises(ValidationFailed):
            TextTemplate.parse(text)
        return
    template = TextTemplate.parse(text)
    written = [
        f"{{{part}}}" if is_path else part.replace("{", "{{").replace("}", "}}") for part, is_path in template.parts
    ]
    assert "".join(written) == text
    assert template.render({path: f"<{path}>" for path in template.paths}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no column", "names no column"),
        ("{}", "Character 1 of the template: “{}” names no column"),
        ("a {b", "Character 3 of the template: “{” has no partner. Write {{"),
        ("{a}}", "Character 4 of the template: “}” has no partner. Write }}"),
        ("{a{b}}", "Character 1 of the template: “{” has no partner"),
        ("", "names no column"),
    ],
)
def test_a_wrong_template_says_where(text: str, message: str) -> None:
    """The message names the character and what to write."""
    with pytest.raises(ValidationFailed, match=re.escape(message)) as raised:
        TextTemplate.parse(text)
    assert raised.value.fields[0].field == "text_template"


def test_values_are_written_as_samples_show_them() -> None:
    """Numbers, lists, objects, dates and bytes; conversations and lists of texts as they are read as text."""
    day = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
    cases: list[tuple[object, str | None]] = [
        (None, None),
        ("a", "a"),
        (5, "5"),
        (1 << 60, str(1 << 60)),
        (0.1, "0.1"),
        (float("nan"), "nan"),
        (True, "true"),
        ([1, None], "[1, null]"),
        ({"é": [1.5]}, '{"é": [1.5]}'),
        (day, "2024-05-01T12:00:00+00:00"),
        (decimal.Decimal("1.50"), "1.50"),
        (b"abc", "binary, 3 B"),
        (["a", None, "b"], "a\nb"),
        ([], ""),
        ([{"role": "user", "content": "hi"}], "user: hi"),
        ([{"from": "a", "to": "b"}], '[{"from": "a", "to": "b"}]'),
        ("\ud800", "?"),
    ]
    assert [render_part(value) for value, _text in cases[:-1]] == [text for _value, text in cases[:-1]]
    assert (render_part("\ud800") or "").encode()


MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
COLUMNS = {
    "int": pa.array([1, None, -(1 << 62)], pa.int64()),
    "unsigned": pa.array([1, None, (1 << 64) - 1], pa.uint64()),
    "bool": pa.array([True, None, False]),
    "float": pa.array([0.1, None, 1e300]),
    "single": pa.array([0.1, None, 2.0], pa.float32()),
    "null": pa.nulls(3),
    "label": pa.array(["x", None, "x"]).dictionary_encode(),
    "large": pa.array(["x", None, ""], pa.large_string()),
    "words": pa.array([["a", None], None, []], pa.list_(pa.string())),
    "numbers": pa.array([[1], None, []], pa.list_(pa.int64())),
    "day": pa.array([datetime.date(2024, 1, 2), None, datetime.date(1, 1, 1)]),
    "bytes": pa.array([b"\x89PNG", None, b""]),
    "talk": pa.array([[{"role": None, "content": "a"}, None], None, []], pa.list_(MESSAGE)),
    "mail": pa.array([[{"from": "a"}], None, []], pa.list_(pa.struct([("from", pa.string())]))),
    "object": pa.array([{"en": "a", "n": 1}, None, {"en": None, "n": 2}]),
    "json": make_array(['{"k": [1.0], "t": "x"}', None, '"plain"'], JSON),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
}
PATHS = (*COLUMNS, "object.en", "object.n", "object.none", "json.k", "json.t", "none", "int.x")


@pytest.mark.parametrize("path", PATHS)
def test_a_table_is_written_like_its_rows(path: str) -> None:
    """Columns of every type, paths into them, and paths that lead nowhere: sliced, too."""
    template, table = TextTemplate.parse(f"<{{{path}}}|{{label}}>"), pa.table(COLUMNS)
    decoded = {
        name: decode_array(column.combine_chunks())
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    rows = [{name: values[row] for name, values in decoded.items()} for row in range(3)]
    expected = [template.render(row) for row in rows]
    assert template.read(table).to_pylist() == expected
    assert template.read(table.slice(1)).to_pylist() == expected[1:]


def test_a_source_is_a_column_or_a_template() -> None:
    """Both are read by one function, and named in messages."""
    template = make_source("a", "{a}-{b}")
    assert isinstance(template, TextTemplate)
    assert (list_paths(template), list_paths("a.b"), make_source("a", None)) == (("a", "b"), ("a.b",), "a")
    assert (describe_source(template), describe_source("a")) == ("template “{a}-{b}”", "column “a”")
    table = pa.table({"a": ["x", None], "b": ["y", None]})
    assert read_source(template, table).to_pylist() == ["x-y", None]
    assert read_source("a", table).to_pylist() == ["x", None]
    assert read_source("none", table).to_pylist() == [None, None]

"""Texts of columns of every type, and of paths into them."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.formats.json_type import JSON, make_array
from mistudio.corpus.store.conversations import is_conversation, render_conversation, render_value
from mistudio.corpus.store.text_path import extract_texts, find_root, get_value, read_cells, read_texts

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
        ([{"role": "user", "content": ["a", {"text": "b"}]}], "user: ab"),
        (
            [
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}],
                }
            ],
            'assistant: f({"x": 1})',
        ),
        (
            [{"role": "assistant", "content": "a", "tool_calls": [{"name": "f", "arguments": '{"x":1}'}, None]}],
            'assistant: a\nf({"x":1})',
        ),
        ([{"role": "assistant", "function_call": {"name": "f"}}], "assistant: f()"),
        ([{"role": "user", "content": {"a": 1}}], 'user: {"a": 1}'),
        ([], ""),
        (None, ""),
        ("no list", ""),
    ],
)
def test_a_conversation_is_rendered_with_its_roles(value: object, expected: str) -> None:
    """A blank line separates messages; missing parts are tolerated."""
    assert expected == render_conversation(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, ""),
        (["a", None, "b"], "a\nb"),
        ([{"role": "user", "content": "a"}], "user: a"),
        ({"a": "é"}, '{"a": "é"}'),
        ([1, "a"], '[1, "a"]'),
        (True, "true"),
    ],
)
def test_any_value_has_a_text(value: object, text: str) -> None:
    """The same in a column of the JSON type."""
    assert text == render_value(value)
    cells = make_array([None if value is None else json.dumps(value)], JSON)
    assert [None if value is None else text] == extract_texts(cells).to_pylist()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"role": "user", "content": "a"}, None], True),
        ([{"from": "human", "value": ["a"]}], True),
        ([{"role": "assistant", "tool_calls": []}], True),
        ([{"role": 1, "content": "a"}], False),
        ([{"role": "a"}], False),
        (["a"], False),
        ([], False),
        ("a", False),
    ],
)
def test_a_conversation_is_recognized(value: object, expected: bool) -> None:
    """By the keys of its messages."""
    assert expected is is_conversation(value)


STRUCT = pa.array(
    [{"en": "a", "x.y": {"z": "b"}}, None], pa.struct([("en", pa.string()), ("x.y", pa.struct([("z", pa.string())]))])
)
MIXED = make_array(['{"en": "a", "x.y": {"z": "b"}}', None, "5"], JSON)


@pytest.mark.parametrize(("path", "texts"), [("en", ["a", None]), ("x.y.z", ["b", None]), ("no", [None, None])])
def test_a_path_leads_into_a_column(path: str, texts: list[str | None]) -> None:
    """Through structs and through JSON; what is not there is null."""
    assert texts == read_texts(STRUCT, path).to_pylist() == read_texts(MIXED, path).to_pylist()[:2]
    assert texts == read_cells(STRUCT, path) == read_cells(MIXED, path)[:2]
    assert texts[0] == get_value({"en": "a", "x.y": {"z": "b"}}, path)


def test_a_column_wins_over_a_path() -> None:
    """A name with dots is a column as it stands, if there is one."""
    assert "a.b" == find_root("a.b", ["a", "a.b"])
    assert "a" == find_root("a.b.c", ["a"])
    assert find_root("b.a", ["a"]) is None
    assert "x" == get_value({"a": {"b": "y"}, "a.b": "x"}, "a.b")


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array([["a", "b"], None, []]), ["a\nb", None, ""]),
        (make_array([['{"role": "user", "content": "\\ud800"}']], pa.list_(JSON)), ["user: \ufffd"]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_a_column_of_another_type_has_texts(array: pa.Array, texts: list[str | None]) -> None:
    """Lists of texts, line by line, and JSON, whose lone surrogates are replaced."""
    assert texts == extract_texts(array).to_pylist()


def test_a_column_without_text_has_none() -> None:
    """Numbers, for example."""
    with pytest.raises(TypeError, match="int64"):
        extract_texts(pa.array([1]))


def test_content_in_parts_and_odd_messages_are_rendered() -> None:
    """The fast way does not cover them: their values are rendered one by one."""
    parts = [[{"role": "user", "content": [{"type": "text", "text": "a"}]}], None]
    both = [[{"role": None, "from": "human", "content": "x", "value": None}]]
    assert ["user: a", None] == extract_texts(pa.array(parts)).to_pylist()
    kind = pa.list_(pa.struct([(name, pa.string()) for name in ("role", "from", "content", "value")]))
    assert ["human: x"] == extract_texts(pa.chunked_array([pa.array(both, kind)])).to_pylist()
    assert ["a", None] == extract_texts(pa.array(["a", None]).dictionary_encode()).to_pylist()


def test_calls_without_any_content_are_rendered() -> None:
    """The field of content has no type of its own then, or is absent."""
    call = {"function": {"name": "f", "arguments": "{}"}}
    talks = [
        [{"role": "assistant", "content": None, "tool_calls": [call]}],
        [{"role": "assistant", "tool_calls": [call]}],
    ]
    for talk in talks:
        assert ["assistant: f({})"] == extract_texts(pa.array([talk])).to_pylist()

"""The YAML of a recipe: types of JSON only, lines for messages, limits."""

import contextlib
import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.core.errors import Json, RecipeInvalid
from mistudio.corpus.recipes.document import MAX_BYTES, Problem, name_place, parse_document


def refusal(text: str | bytes) -> str:
    """The message of the refusal."""
    with pytest.raises(RecipeInvalid) as caught:
        parse_document(text.encode() if isinstance(text, str) else text)
    return caught.value.detail


def test_values_have_the_types_of_json() -> None:
    """And what YAML 1.1 would change in silence stays text."""
    text = """
datasets:
  a: {rows: 1_000, share: 0.5, small: 1e-3, good: true, none: null, empty: , text: "12"}
  b: [2024-01-02, yes, on, 0123, 1:30, 0x10, .inf, +7, '', ~, 1.e5, 12e4, 12e4567]
"""
    assert {
        "datasets": {
            "a": {"rows": 1000, "share": 0.5, "small": 0.001, "good": True, "none": None, "empty": None, "text": "12"},
            "b": ["2024-01-02", "yes", "on", "0123", "1:30", "0x10", ".inf", 7, "", None, 1e5, 12e4, "12e4567"],
        }
    } == parse_document(text.encode()).value


@given(
    st.dictionaries(
        st.text("ab:#- é\n", max_size=5),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(10**18), 10**18)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text("ab \n\t“:{}[]&*!|>'\"%@`\\", max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=3), inner, max_size=3),
            max_leaves=8,
        ),
    )
)
def test_json_is_read(value: dict[str, Json]) -> None:
    """As the same value."""
    assert value == parse_document(json.dumps(value).encode()).value


def test_lines_of_values_and_keys() -> None:
    """The line is that of the key; what is missing has the line of what should contain it."""
    document = parse_document(b"datasets:\n  web:\n    download:\n      repo: a/b\n  x:\n  - 1\n  - y: 2\n")
    assert 4 == document.find_line(("datasets", "web", "download", "repo"))
    assert 3 == document.find_line(("datasets", "web", "download", "commit"))
    assert 7 == document.find_line(("datasets", "x", 1, "y"))
    assert "datasets.x[1].y" == name_place(("datasets", "x", 1, "y"))
    refused = document.refuse([Problem(("datasets", "x", 1, "y"), "Too large."), Problem(("datasets",), "Odd.")])
    assert "Line 1, datasets: Odd. Line 7, datasets.x[1].y: Too large." == refused.detail
    assert [{"line": 1, "key": "datasets", "message": "Odd."}] == cast("list[Json]", refused.extra["problems"])[:1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a recipe is a mapping"),
        ("- a", "a recipe is a mapping"),
        ("just text", "a recipe is a mapping"),
        ("a: 1\nb: [1, 2", "cannot be read: line"),
        ("a: 1\na: 2", "Line 2, a: the key occurs twice. Remove one."),
        ("a:\n  x: !!python/object/apply:os.system [ls]\n", "Line 2, a.x: “tag:yaml.org,2002:python/object"),
        ("a: !!set {x}", "is not a type"),
        (
            "a:\n  x: !!python/name:os.system ''\n",
            "Line 2, a.x: “tag:yaml.org,2002:python/name:os.system” is not a type",
        ),
        ("a: !!binary aGk=", "Line 1, a: “tag:yaml.org,2002:binary” is not a type"),
        ("a: !!int x", "is not a type"),
        ("? [1, 2]\n: 3", "Line 1, recipe: a key has to be text."),
        ("a: 1\n---\nb: 2", "cannot be read"),
        ("a: *nowhere", "cannot be read"),
        ("a: &x [*x]", "refers to itself"),
        (b"\xff\xfe\x00", "is not UTF-8 (byte 0)"),
        ("a: \x00", "cannot be read"),
        ("a: " + "[" * 100 + "]" * 100, "nested more than 50 deep"),
        ("a: [" + "1," * 30_000 + "]", "more than 20,000 values"),
        ("a: " + "x" * MAX_BYTES, "A recipe has at most 1,048,576"),
    ],
)
def test_refusals(text: str | bytes, message: str) -> None:
    """Each says where, and none takes long."""
    assert message in refusal(text)


def test_a_billion_laughs() -> None:
    """Aliases count as what they stand for."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, 12)]
    assert "more than 20,000 values" in refusal("\n".join(lines))


def test_aliases_are_copies() -> None:
    """Within the limits they are allowed."""
    document = parse_document(b"a: &a {x: 1}\nb: *a\n")
    assert {"a": {"x": 1}, "b": {"x": 1}} == document.value


@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>#'\"\n ,?%@\t0.~", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(RecipeInvalid):
        assert isinstance(parse_document(data).value, dict)

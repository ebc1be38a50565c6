"""Type inference: the narrowest type that holds all values, and values converted to it."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.json_type import JSON, Value, contains_json, decode_values, make_array
from mistudio.corpus.formats.storable_type import make_names_unique
from mistudio.corpus.formats.type_inference import (
    MAX_FIELDS,
    convert_array,
    fit_value,
    infer_common_type,
    infer_type,
    merge_schemas,
    merge_types,
)

INT, FLOAT, TEXT, NULL = pa.int64(), pa.float64(), pa.string(), pa.null()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (NULL, INT, INT),
        (INT, FLOAT, FLOAT),
        (pa.bool_(), INT, TEXT),
        (TEXT, INT, TEXT),
        (pa.list_(INT), pa.list_(FLOAT), pa.list_(FLOAT)),
        (pa.list_(INT), INT, JSON),
        (pa.list_(INT), pa.list_(TEXT), pa.list_(JSON)),
        (
            pa.struct([("a", INT), ("b", NULL)]),
            pa.struct([("b", TEXT), ("a", FLOAT)]),
            pa.struct([("a", FLOAT), ("b", TEXT)]),
        ),
        (pa.struct([("a", INT)]), pa.struct([("a", INT), ("b", INT)]), JSON),
        (pa.struct([("a", INT)]), pa.struct([("a", TEXT)]), pa.struct([("a", JSON)])),
        (pa.struct([("a", INT)]), pa.list_(INT), JSON),
        (JSON, TEXT, JSON),
        (NULL, JSON, JSON),
    ],
)
def test_the_narrowest_type_of_two(one: pa.DataType, other: pa.DataType, expected: pa.DataType) -> None:
    """A column of different scalars becomes text, what no type holds JSON, at the place where it is."""
    assert expected == merge_types(one, other)


@given(values=st.lists(VALUES, max_size=4))
def test_every_value_fits_the_common_type(values: list[Any]) -> None:  # values of any type
    """Arrow accepts the converted values, text that was text stays the same, and JSON gives the values back."""
    kind = infer_common_type(values)
    array = make_array([fit_value(value, kind) for value in values], kind)
    decoded = decode_values(array.to_pylist(), kind)
    pairs = zip(values, decoded, strict=True)
    assert all(value == converted for value, converted in pairs if isinstance(value, str) or kind == JSON)
    assert all(merge_types(kind, infer_type(value)) == kind for value in values)
    assert kind == infer_common_type(values, known=kind)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, FLOAT, 1.0),
        (1, TEXT, "1"),
        ({"a": ["é"]}, TEXT, '{"a": ["é"]}'),
        ({"a": ["é"]}, JSON, '{"a": ["é"]}'),
        ("5", JSON, '"5"'),
        (None, JSON, None),
        ({"a": None}, pa.struct([("a", TEXT)]), {"a": None}),
        ([1, None], pa.list_(FLOAT), [1.0, None]),
        (True, TEXT, "true"),
    ],
)
def test_a_value_is_converted(value: Value, kind: pa.DataType, expected: Value) -> None:
    """To a wider type, at any depth."""
    assert expected == fit_value(value, kind)


def test_deep_and_wide_values_become_json() -> None:
    """Numbers beyond 64 bits become text."""
    deep: Value = 1
    for _ in range(40):
        deep = [deep]
    kind, depth = infer_type(deep), 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    assert (JSON, 32) == (kind, depth)
    assert JSON == infer_type({str(number): 1 for number in range(MAX_FIELDS + 1)})
    assert [INT, TEXT, INT, TEXT] == [infer_type(number) for number in (2**63 - 1, 2**63, -(2**63), -(2**63) - 1)]


def test_merged_schemas_have_the_columns_of_both() -> None:
    """Those of the first come first, and it is returned itself if nothing changes."""
    one = pa.schema([("a", INT), ("b", TEXT)])
    assert pa.schema([("a", FLOAT), ("b", TEXT), ("c", INT)]) == merge_schemas(
        one, pa.schema([("c", INT), ("a", FLOAT)])
    )
    assert one is merge_schemas(one, pa.schema([("b", NULL)]))


@pytest.mark.parametrize(
    ("array", "kind", "values"),
    [
        (pa.array([1, None]), FLOAT, [1.0, None]),
        (pa.array([{"a": 1}, None]), TEXT, ['{"a": 1}', None]),
        (pa.array(["x", "x"]).dictionary_encode(), TEXT, ["x", "x"]),
        (pa.RunEndEncodedArray.from_arrays([2, 3], [1, 2]), INT, [1, 1, 2]),
        (pa.array([{"a": 1}]), pa.struct([("a", FLOAT)]), [{"a": 1.0}]),
        (pa.array([{"a": 1}, None]), JSON, ['{"a": 1}', None]),
        (pa.array(["5", None]), JSON, ['"5"', None]),
        (make_array(['{"a": 1}', None], JSON), JSON, ['{"a": 1}', None]),
        (make_array([['{"a": 1}'], None], pa.list_(JSON)), JSON, ['[{"a": 1}]', None]),
        (pa.nulls(1), pa.list_(JSON), [None]),
    ],
)
def test_an_array_is_converted(array: pa.Array, kind: pa.DataType, values: list[object]) -> None:
    """By Arrow's cast if it is correct, else value by value."""
    converted = convert_array(array, kind)
    assert (kind, values) == (converted.type, converted.to_pylist())
    assert array is convert_array(array, array.type)


def test_many_equal_names_are_numbered() -> None:
    """Without a search from 1 for each of them."""
    names = make_names_unique(["a.7", *["a"] * 20_000])
    assert (20_001, ["a.7", "a", "a.1"], "a.20000") == (len(set(names)), names[:3], names[-1])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([{"a": 1}, {"b": 1}], JSON),
        ([{}], JSON),
        ([{"a": None}, {"a": 1}], pa.struct([("a", INT)])),
        ([[{"a": 1}, {}], []], pa.list_(JSON)),
        ([{"a": {"x": 1}}, {"a": {"y": 1}}], pa.struct([("a", JSON)])),
        ([{"a": "x"}, {"a": [1]}, {"a": None}], pa.struct([("a", JSON)])),
        (["x", {"a": 1}], JSON),
        (["x", 1], TEXT),
        ([[1, "x"]], pa.list_(JSON)),
        ([[{"role": "a", "content": "x"}], [{"role": "a", "content": "x", "calls": []}]], pa.list_(JSON)),
    ],
)
def test_what_no_type_holds_is_json_at_its_place(values: list[Value], kind: pa.DataType) -> None:
    """The highest place at which keys or kinds differ; nulls do not count."""
    assert kind == infer_common_type(values) == infer_common_type(reversed(values))
    one, other = (infer_common_type(part) for part in (values[:1], values[1:]))
    assert kind == merge_types(one, other)
    assert contains_json(kind) == ("json" in str(kind))

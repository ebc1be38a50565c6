"""Type inference: the narrowest type that holds all values, and values converted to it."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.type_inference import (
    MAX_FIELDS,
    Value,
    convert_array,
    fit_value,
    infer_common_type,
    infer_type,
    make_names_unique,
    merge_schemas,
    merge_types,
    to_storable_schema,
    to_storable_type,
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
        (pa.list_(INT), INT, TEXT),
        (pa.struct([("a", INT)]), pa.struct([("b", TEXT), ("a", FLOAT)]), pa.struct([("a", FLOAT), ("b", TEXT)])),
        (pa.struct([("a", INT)]), pa.list_(INT), TEXT),
    ],
)
def test_the_narrowest_type_of_two(one: pa.DataType, other: pa.DataType, expected: pa.DataType) -> None:
    """Different kinds become text, which is JSON."""
    assert expected == merge_types(one, other)


@given(values=st.lists(VALUES, max_size=4))
def test_every_value_fits_the_common_type(values: list[Any]) -> None:  # values of any type
    """Arrow accepts the converted values, and text that was text stays the same."""
    kind = infer_common_type(values)
    array = pa.array([fit_value(value, kind) for value in values], kind)
    assert [isinstance(value, str) and value for value in values] == [
        isinstance(value, str) and converted.as_py() for value, converted in zip(values, array, strict=True)
    ]
    assert all(merge_types(kind, infer_type(value)) == kind for value in values)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, FLOAT, 1.0),
        (1, TEXT, "1"),
        ({"a": ["é"]}, TEXT, '{"a": ["é"]}'),
        ({"a": 1}, pa.struct([("a", TEXT), ("b", INT)]), {"a": "1", "b": None}),
        ([1, None], pa.list_(FLOAT), [1.0, None]),
        (True, TEXT, "true"),
    ],
)
def test_a_value_is_converted(value: Value, kind: pa.DataType, expected: Value) -> None:
    """To a wider type, at any depth."""
    assert expected == fit_value(value, kind)


def test_deep_and_wide_values_become_text() -> None:
    """So do numbers beyond 64 bits."""
    deep: Value = 1
    for _ in range(40):
        deep = [deep]
    kind, depth = infer_type(deep), 0
    while pa.types.is_list(kind):
        kind, depth = kind.value_type, depth + 1
    assert (TEXT, 32) == (kind, depth)
    assert TEXT == infer_type({str(number): 1 for number in range(MAX_FIELDS + 1)})
    assert [INT, TEXT, INT, TEXT] == [infer_type(number) for number in (2**63 - 1, 2**63, -(2**63), -(2**63) - 1)]


def test_merged_schemas_have_the_columns_of_both() -> None:
    """Those of the first come first, and it is returned itself if nothing changes."""
    one = pa.schema([("a", INT), ("b", TEXT)])
    assert pa.schema([("a", FLOAT), ("b", TEXT), ("c", INT)]) == merge_schemas(
        one, pa.schema([("c", INT), ("a", FLOAT)])
    )
    assert one is merge_schemas(one, pa.schema([("b", NULL)]))


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (pa.large_string(), TEXT),
        (pa.string_view(), TEXT),
        (pa.large_binary(), pa.binary()),
        (pa.dictionary(pa.int32(), TEXT), TEXT),
        (pa.run_end_encoded(pa.int32(), INT), INT),
        (pa.large_list(pa.large_string()), pa.list_(TEXT)),
        (pa.struct([]), TEXT),
        (pa.struct([("a", INT), ("a", INT)]), TEXT),
        (pa.struct([("a", pa.large_string())]), pa.struct([("a", TEXT)])),
        (pa.map_(TEXT, pa.large_string()), pa.map_(TEXT, TEXT)),
        (pa.month_day_nano_interval(), TEXT),
        (pa.list_(INT, 3), pa.list_(INT, 3)),
        (pa.timestamp("us"), pa.timestamp("us")),
    ],
)
def test_a_type_is_stored_in_its_plain_form(kind: pa.DataType, stored: pa.DataType) -> None:
    """Or as text if Parquet lacks it; storing it again changes nothing."""
    assert stored == to_storable_type(kind)
    assert stored == to_storable_type(stored)


@pytest.mark.parametrize(
    ("array", "kind", "values"),
    [
        (pa.array([1, None]), FLOAT, [1.0, None]),
        (pa.array([{"a": 1}, None]), TEXT, ['{"a": 1}', None]),
        (pa.array(["x", "x"]).dictionary_encode(), TEXT, ["x", "x"]),
        (pa.RunEndEncodedArray.from_arrays([2, 3], [1, 2]), INT, [1, 1, 2]),
        (pa.array([{"a": 1}]), pa.struct([("a", FLOAT), ("b", TEXT)]), [{"a": 1.0, "b": None}]),
    ],
)
def test_an_array_is_converted(array: pa.Array, kind: pa.DataType, values: list[object]) -> None:
    """By Arrow's cast if it is correct, else value by value."""
    converted = convert_array(array, kind)
    assert (kind, values) == (converted.type, converted.to_pylist())
    assert array is convert_array(array, array.type)


def test_a_storable_schema_keeps_its_metadata() -> None:
    """Its names are unique."""
    schema = pa.schema([("a", pa.large_string()), ("a", INT), ("", INT)], metadata={"k": "v"})
    assert pa.schema([("a", TEXT), ("a.1", INT), ("Unnamed: 2", INT)]) == to_storable_schema(schema)
    assert {b"k": b"v"} == to_storable_schema(schema).metadata


@given(names=st.lists(st.sampled_from(["", "a", "a.1", "b"]), max_size=8))
def test_names_become_unique(names: list[str]) -> None:
    """Each first name stays, and unique names stay all."""
    unique = make_names_unique(names)
    assert len(names) == len(set(unique))
    assert all(name == made for name, made in zip(names, unique, strict=True) if name and names.count(name) == 1) or (
        "a.1" in names
    )
    assert unique == make_names_unique(unique)


def test_many_equal_names_are_numbered() -> None:
    """Without a search from 1 for each of them."""
    names = make_names_unique(["a.7", *["a"] * 20_000])
    assert (20_001, ["a.7", "a", "a.1"], "a.20000") == (len(set(names)), names[:3], names[-1])

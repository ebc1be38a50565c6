"""The schema that holds the values of several files."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.json_type import JSON
from mistudio.corpus.formats.schema_union import merge_declared_types, merge_file_schemas, widen_to_anything

TEXT, INT, FLOAT = pa.string(), pa.int64(), pa.float64()
SCALARS = [
    *(pa.null(), pa.bool_(), pa.int8(), pa.int32(), INT, pa.uint8(), pa.uint64(), pa.float16(), pa.float32(), FLOAT),
    *(TEXT, pa.large_string(), pa.binary(), pa.binary(4), pa.date32(), pa.date64(), pa.timestamp("s"), JSON),
    *(
        pa.timestamp("ns"),
        pa.timestamp("us", "UTC"),
        pa.timestamp("ms", "Europe/Oslo"),
        pa.time32("s"),
        pa.time64("us"),
    ),
    *(pa.duration("s"), pa.duration("ns"), pa.decimal128(5, 2), pa.decimal256(60, 2), pa.dictionary(pa.int8(), TEXT)),
]
TYPES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        inner.map(pa.list_),
        inner.map(pa.large_list),
        inner.map(lambda kind: pa.list_(kind, 2)),
        st.dictionaries(st.sampled_from("abc"), inner, min_size=1).map(lambda fields: pa.struct(list(fields.items()))),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (INT, FLOAT, FLOAT),
        (pa.int32(), INT, INT),
        (pa.uint8(), pa.int8(), INT),
        (pa.uint64(), INT, pa.decimal128(20, 0)),
        (pa.float16(), pa.float32(), pa.float32()),
        (pa.null(), TEXT, TEXT),
        (TEXT, pa.large_string(), TEXT),
        (TEXT, pa.dictionary(pa.int32(), TEXT), TEXT),
        (TEXT, pa.binary(), TEXT),
        (pa.binary(), pa.binary(4), pa.binary()),
        (pa.date32(), pa.timestamp("us"), pa.timestamp("us")),
        (pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("ns")),
        (pa.timestamp("s", "Europe/Oslo"), pa.timestamp("us", "UTC"), pa.timestamp("us", "UTC")),
        (pa.timestamp("s"), pa.timestamp("s", "UTC"), TEXT),
        (pa.time32("s"), pa.time64("us"), pa.time64("us")),
        (pa.duration("s"), pa.duration("ms"), pa.duration("ms")),
        (pa.decimal128(2, 1), pa.decimal128(6, 3), pa.decimal128(6, 3)),
        (pa.decimal128(2, 1), INT, pa.decimal128(21, 1)),
        (pa.decimal128(2, 1), FLOAT, FLOAT),
        (pa.decimal128(20, 1), FLOAT, TEXT),
        (pa.bool_(), INT, TEXT),
        (pa.list_(INT), pa.large_list(FLOAT), pa.list_(FLOAT)),
        (pa.list_(INT, 2), pa.list_(FLOAT), pa.list_(FLOAT)),
        (INT, pa.list_(INT), JSON),
        (pa.struct([("a", INT)]), TEXT, JSON),
        (
            pa.struct([("a", INT), ("b", TEXT)]),
            pa.struct([("b", TEXT), ("a", FLOAT), ("c", INT)]),
            pa.struct([("a", FLOAT), ("b", TEXT), ("c", INT)]),
        ),
    ],
    ids=str,
)
def test_declared_types_are_widened(one: pa.DataType, other: pa.DataType, merged: pa.DataType) -> None:
    """In either order, apart from the order of a struct's fields."""
    assert merged == merge_declared_types(one, other)
    assert pa.types.is_struct(merged) or merged == merge_declared_types(other, one)


@given(TYPES, TYPES)
def test_merging_a_type_again_changes_nothing(one: pa.DataType, other: pa.DataType) -> None:
    """A file that was rewritten already keeps its schema."""
    merged = merge_declared_types(one, other)
    assert merge_declared_types(merged, one) == merged
    assert merge_declared_types(merged, other) == merged


def test_columns_stand_in_order_of_appearance() -> None:
    """A column that a file lacks may be null."""
    required = pa.field("a", INT, nullable=False)
    schemas = [pa.schema([required, ("b", TEXT)]), pa.schema([("c", INT), ("b", TEXT)])]
    merged = merge_file_schemas(schemas, are_inferred=False)
    assert ["a", "b", "c"] == merged.names
    assert merged.field("a").nullable


def test_objects_of_different_keys_are_json_where_types_are_inferred() -> None:
    """A null for each absent key would be another value."""
    schemas = [pa.schema([("a", pa.struct([(name, INT)]))]) for name in "xy"]
    assert merge_file_schemas(schemas, are_inferred=True).field("a").type == JSON


def test_there_is_a_type_for_what_does_not_fit() -> None:
    """Text for scalars, JSON for the rest, bytes for what is no text."""
    assert [TEXT, JSON, pa.binary()] == [widen_to_anything(kind) for kind in (FLOAT, pa.list_(INT), TEXT)]

"""Types, schemas and names in the form in which Parquet stores them."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.json_type import JSON
from mistudio.corpus.formats.storable_type import make_names_unique, to_storable_schema, to_storable_type

INT, TEXT = pa.int64(), pa.string()


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (pa.large_string(), TEXT),
        (pa.string_view(), TEXT),
        (pa.large_binary(), pa.binary()),
        (pa.json_(pa.large_string()), JSON),
        (pa.dictionary(pa.int32(), TEXT), TEXT),
        (pa.run_end_encoded(pa.int32(), INT), INT),
        (pa.large_list(pa.large_string()), pa.list_(TEXT)),
        (pa.struct([]), TEXT),
        (pa.struct([("a", INT), ("a", INT)]), TEXT),
        (pa.struct([("a", pa.large_string())]), pa.struct([("a", TEXT)])),
        (pa.map_(TEXT, pa.large_string()), pa.list_(pa.struct([("key", TEXT), ("value", TEXT)]))),
        (pa.month_day_nano_interval(), TEXT),
        (pa.list_(INT, 3), pa.list_(INT, 3)),
        (pa.timestamp("us"), pa.timestamp("us")),
        (pa.timestamp("s", "Europe/Berlin"), pa.timestamp("ms", "Europe/Berlin")),
        (pa.timestamp("ns", "Nowhere/Land"), pa.timestamp("ns", "UTC")),
        (pa.timestamp("us", "+01:00"), pa.timestamp("us", "+01:00")),
    ],
)
def test_a_type_is_stored_in_its_plain_form(kind: pa.DataType, stored: pa.DataType) -> None:
    """Or as text if Parquet lacks it; storing it again changes nothing."""
    assert stored == to_storable_type(kind)
    assert stored == to_storable_type(stored)


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


@pytest.mark.parametrize(("depth", "is_text"), [(32, False), (33, True), (200, True)])
def test_a_column_that_nests_very_deeply_is_json_text(depth: int, is_text: bool) -> None:
    """Parquet's readers refuse it; what is less deep keeps its type."""
    kind: pa.DataType = INT
    for _ in range(depth):
        kind = pa.list_(kind)
    (stored,) = to_storable_schema(pa.schema([("a", kind)]))
    assert (JSON if is_text else kind) == stored.type

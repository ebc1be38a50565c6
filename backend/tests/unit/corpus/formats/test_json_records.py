"""JSON records that Arrow cannot read: exact numbers, mixed types and invalid text."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.json_records import JsonRecord, build_chunk, parse_line
from mistudio.corpus.formats.json_type import Value
from mistudio.corpus.formats.type_inference import KnownSchema

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def parse(line: bytes) -> JsonRecord:
    """Parse the first line of a file."""
    return parse_line(line, label="a.jsonl", number=1)


@given(record=st.dictionaries(st.text(), VALUES, max_size=3))
def test_a_record_is_read_exactly(record: dict[str, Any]) -> None:  # values of any type
    """Numbers of any size, and all of Unicode."""
    assert json.dumps(record) == json.dumps(parse(json.dumps(record).encode()).row)


@pytest.mark.parametrize(
    ("line", "row", "invalid"),
    [
        (b'{"a": "\xff"}', {"a": "\ufffd"}, frozenset({"a"})),
        (b'{"a": ["\\ud800", 1], "b": 2}', {"a": ["\ufffd", 1], "b": 2}, frozenset({"a"})),
        (b'{"\xff": 1, "b": "x"}', {"\ufffd": 1, "b": "x"}, frozenset()),
        (b'{"a": {"b\xff": {"c": "\xff"}}}', {"a": {"b\ufffd": {"c": "\ufffd"}}}, frozenset({"a"})),
        (b"5", {"text": 5}, frozenset()),
    ],
)
def test_invalid_text_is_replaced(line: bytes, row: dict[str, Any], invalid: frozenset[str]) -> None:
    """Bytes that are not UTF-8 and lone surrogates, also in keys; the record names its columns."""
    assert JsonRecord(row, invalid) == parse(line)


@pytest.mark.parametrize("line", [b"{", b'{"a": }', b'{"a": 1} x', b"{'a': 1}"])
def test_invalid_json_is_named_with_its_line(line: bytes) -> None:
    """The message names file and line."""
    with pytest.raises(InvalidData, match=r"a\.jsonl, line 7 is not valid JSON: .* Correct it\."):
        parse_line(line, label="a.jsonl", number=7)


def test_columns_are_at_least_as_wide_as_the_known_ones() -> None:
    """A column that these records lack is left out."""
    known = KnownSchema(pa.schema([("a", pa.string()), ("b", pa.int64())]))
    chunk = build_chunk([JsonRecord({"a": 1}), JsonRecord({"a": None, "c": 2.5})], known, consumed=9)
    assert [("a", pa.string()), ("c", pa.float64())] == [(field.name, field.type) for field in chunk.batch.schema]
    assert [{"a": "1", "c": None}, {"a": None, "c": 2.5}] == chunk.batch.to_pylist()
    assert 9 == chunk.consumed


def test_invalid_rows_are_counted_per_column() -> None:
    """Each row once."""
    records = [JsonRecord({"a": "x"}, frozenset({"a"})), JsonRecord({"a": "y", "b": "z"}, frozenset({"a", "b"}))]
    assert {"a": 2, "b": 1} == build_chunk(records, KnownSchema(), consumed=0).invalid


def test_a_key_of_some_records_is_null_in_the_others() -> None:
    """Also one that is null itself, and nested ones."""
    rows: list[dict[str, Value]] = [{"a": [1]}, {"b": {"x": "y"}}, {"a": None, "c": 1 << 70}, {}]
    chunk = build_chunk([JsonRecord(row) for row in rows], KnownSchema(), consumed=0)
    assert [
        {"a": [1], "b": None, "c": None},
        {"a": None, "b": {"x": "y"}, "c": None},
        {"a": None, "b": None, "c": str(1 << 70)},
        {"a": None, "b": None, "c": None},
    ] == chunk.batch.to_pylist()


def test_json_cells_of_some_records_are_null_in_the_others() -> None:
    """At the top, in a list and in an object."""
    rows: list[dict[str, Value]] = [
        {"a": {"x": 1}, "b": [{"x": 1}], "c": {"k": {"x": 1}}},
        {"a": {"y": 1}, "b": [{"y": 2}], "c": {"k": {"y": 2}}},
        {},
    ]
    whole = build_chunk([JsonRecord(row) for row in rows[:2]], KnownSchema(), consumed=0).batch
    sparse = build_chunk([JsonRecord(row) for row in rows], KnownSchema(), consumed=0).batch
    assert whole.schema == sparse.schema
    assert [*whole.to_pylist(), {"a": None, "b": None, "c": None}] == sparse.to_pylist()

"""JSON in every shape: lines, arrays, sequences, and objects with an array under a field."""

import io
from typing import Any

import pyarrow as pa
import pytest

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.json import read_json
from mistudio.corpus.formats.json_type import JSON
from mistudio.corpus.formats.type_inference import KnownSchema
from mistudio.corpus.formats.utf8_repair import decode_array


def read_rows(data: bytes, **options: Json) -> list[dict[str, Any]]:  # values of any type
    """Read the records of a file."""
    stream = ByteStream(io.BytesIO(data), label="a.json")
    return [row for chunk in read_json(stream, KnownSchema(), options=options) for row in chunk.batch.to_pylist()]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
        b'\n{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}',
        b'[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]',
        b'[\n {"a": 1,\n  "b": "x"},\n {"a": 2,\n  "b": "y"}\n]\n',
        b'{"a": 1,\n "b": "x"}\n{"a": 2,\n "b": "y"}\n',
    ],
)
def test_records_are_the_same_in_every_shape(data: bytes) -> None:
    """Layout does not matter."""
    assert [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}] == read_rows(data)


def test_records_under_a_field() -> None:
    """Other fields are skipped; a single value is one record."""
    data = b'{"version": [1, 2], "data": [{"a": 1}, {"a": 2}], "more": {"data": 5}}'
    assert [{"a": 1}, {"a": 2}] == read_rows(data, field="data")
    assert [{"data": 5}] == read_rows(data, field="more")
    with pytest.raises(InvalidData, match="has no field “rows” with records"):
        read_rows(data, field="rows")


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'{"a": 1}\n{"a": 2.5}\n', [1.0, 2.5]),
        (b'{"a": 1}\n{"a": "x"}\n', ["1", "x"]),
        (b'{"a": {"b": 1}}\n{"a": [1]}\n', ['{"b": 1}', "[1]"]),
        (b'{"a": {"b": 1}}\n{"a": {"c": 1}}\n', ['{"b": 1}', '{"c": 1}']),
        (b'{"a": {"b": null}}\n{"a": {"b": 1}}\n{"a": null}\n', [{"b": None}, {"b": 1}, None]),
        (b'{"a": {}}\n', ["{}"]),
        (b'{"a": "5"}\n{"a": [5]}\n', ['"5"', "[5]"]),
        (b'{"a": 12345678901234567890}\n{"a": 1}\n', ["12345678901234567890", "1"]),
        (b'{"a": "2020-01-01"}\n{"a": "no date"}\n', ["2020-01-01", "no date"]),
        (b'{"a": null}\n{"a": [null, 1]}\n', [None, [None, 1]]),
        (b'{"a": 0.1}\n{"a": 9007199254740993}\n', [0.1, 9007199254740992.0]),
    ],
)
def test_values_of_several_types_get_one_that_holds_all(data: bytes, values: list[object]) -> None:
    """No value is lost, except the digits that a float lacks."""
    assert values == [row["a"] for row in read_rows(data)]


@pytest.mark.parametrize("data", [b'null\n{"a": 1}\n', b' \nnull\nnull\n{"a": 1}\n', b'[null, {"a": 1}]'])
def test_a_record_that_is_null_has_no_values(data: bytes) -> None:
    """Arrow's reader crashes at it where it is the first."""
    rows = read_rows(data)
    assert {"a": 1} == rows[-1]
    assert all(row == {"a": None} for row in rows[:-1])


def test_records_that_are_all_null_are_refused() -> None:
    """They have no columns."""
    with pytest.raises(InvalidData, match="the records have no fields"):
        read_rows(b"null\nnull\n")


def test_a_missing_key_is_null() -> None:
    """Wherever it first appears."""
    assert [{"a": 1, "b": None}, {"a": None, "b": 2}] == read_rows(b'{"a": 1}\n{"b": 2}\n')


def test_values_that_are_no_objects_become_text() -> None:
    """In a column of this name, as in ``datasets``."""
    assert [{"text": "x"}, {"text": "y"}] == read_rows(b'["x", "y"]')


@pytest.mark.parametrize(
    ("data", "line"), [(b'{"a": 1}\n{"a": }\n', 2), (b'[{"a": 1},\n\n{"a": }]', 3), (b'[{"a": 1}\n{"a": 2}]', 2)]
)
def test_invalid_json_is_named_with_its_line(data: bytes, line: int) -> None:
    """In lines and in arrays."""
    with pytest.raises(InvalidData, match=f"a.json, line {line} is not valid JSON: "):
        read_rows(data)


def test_deep_nesting_is_text_or_refused() -> None:
    """It never overflows a stack; brackets within texts do not count."""
    deep = b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}\n"
    value: Any = read_rows(deep)[0]["a"]
    while isinstance(value, list):
        (value,) = value
    assert "[" * 8 + "]" * 8 == value
    with pytest.raises(InvalidData, match="nested too deeply"):
        read_rows(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")
    assert [{"a": "[" * 100}] == read_rows(b'{"a": "' + b"[" * 100 + b'"}\n')


def test_objects_of_different_keys_are_json_across_blocks() -> None:
    """An object that lacks a key of an earlier block, or has another, makes the type JSON."""
    known = KnownSchema(pa.schema([("a", pa.list_(pa.struct([("b", pa.int64())])))]))
    stream = ByteStream(io.BytesIO(b'{"a": [{"c": 1}]}\n'), label="a.json")
    chunk = next(read_json(stream, known, options={}))
    assert pa.list_(JSON) == chunk.batch.schema.field("a").type
    assert [[{"c": 1}]] == decode_array(chunk.batch.column(0))

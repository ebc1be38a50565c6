"""Splitting a JSON text into its values, across blocks."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, ByteStream
from mistudio.corpus.formats.json_stream import JsonStream

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def make_stream(data: bytes) -> JsonStream:
    """Return a stream of ``data``."""
    return JsonStream(ByteStream(io.BytesIO(data), label="a.json"))


@given(values=st.lists(VALUES, max_size=5), indent=st.sampled_from([None, 1]))
def test_the_elements_of_an_array(values: list[Any], indent: int | None) -> None:  # values of any type
    """Each comes as its own text."""
    records = make_stream(json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert [json.dumps(value) for value in values] == [
        json.dumps(json.loads(record.decode("utf-8", "surrogatepass"))) for record in records.read_records()
    ]


def test_values_in_a_sequence() -> None:
    """With any white space between them, or none."""
    assert [b'{"a": 1}', b'"x"', b"5", b"true"] == list(make_stream(b'{"a": 1}"x" \n5\ttrue').read_records())


def test_a_value_across_blocks_is_complete() -> None:
    """Its text is longer than a block of 4 MiB; numbers and escapes at the border are not cut."""
    values = ["x" * (5 << 20), 1234567890123, "\\" * (4 << 20), [1, 2]]
    data = json.dumps(values).encode()
    assert values == [json.loads(record) for record in make_stream(data).read_records()]


def test_bytes_stay_as_they_are() -> None:
    """Also those that are not UTF-8."""
    assert [b'"\xff"', b'"\xe6\x97\xa5"'] == list(make_stream(b'["\xff", "\xe6\x97\xa5"]').read_records())


@pytest.mark.parametrize(
    ("data", "records", "has_field"),
    [
        (b'{"a": [1], "b": [2, 3]}', [b"2", b"3"], True),
        (b'{"b": {"c": 1}}', [b'{"c": 1}'], True),
        (b'{"b": []}', [], True),
        (b'{"a": {"b": [1]}}', [], False),
        (b'{"\\u0062": [1]}', [b"1"], True),
        (b"{}", [], False),
    ],
)
def test_the_records_under_a_field(data: bytes, records: list[bytes], has_field: bool) -> None:
    """Only of the outermost object; an escaped key is the same key."""
    stream = make_stream(data)
    assert records == list(stream.read_records_under("b"))
    assert has_field == stream.has_field


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[1,\n2,]", "line 2 is not valid JSON: a value is missing before “]”"),
        (b"[1\n2]", "line 2 is not valid JSON: “,” or “]” is missing"),
        (b"[1,", "line 1 is not valid JSON"),
        (b'["a', "line 1 is not valid JSON: Unterminated string"),
        (b"[" * 100_000, "line 1 is not valid JSON: it is nested too deeply"),
    ],
)
def test_invalid_json_is_named_with_its_line(data: bytes, message: str) -> None:
    """And the reason."""
    with pytest.raises(InvalidData) as refused:
        list(make_stream(data).read_records())
    assert f"a.json, {message}" in refused.value.detail


def test_a_field_is_only_in_an_object() -> None:
    """Its keys are in quotes."""
    with pytest.raises(InvalidData, match=r"“{” is missing"):
        list(make_stream(b"[1]").read_records_under("a"))
    with pytest.raises(InvalidData, match="a key in quotes is missing"):
        list(make_stream(b"{a: 1}").read_records_under("a"))


def test_a_value_too_large_for_memory_is_refused() -> None:
    """As soon as it is; the rest of it is never read."""
    with pytest.raises(InvalidData, match=r"a\.json has a line or record of over 100 MB"):
        list(make_stream(b'["' + b"x" * (MAX_RECORD_BYTES + 1) + b'"]').read_records())

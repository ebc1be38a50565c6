"""Shapes of JSON files detected from first bytes."""

import io
import json
from typing import Literal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.json_shape import JsonShape, detect_json_shape
from mistudio.corpus.formats.json_table import read_table

VALUE = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abdt01", max_size=3), inner, max_size=3),
    max_leaves=8,
)
FRAMES = st.lists(st.tuples(st.text(max_size=6), st.integers(0, 99)), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"version": "1", "data": [{"text": "a"}]}, JsonShape("field", "data", ("data",))),
        ({"rows": [{"a": 1}], "n": 1}, JsonShape("field", "rows", ("rows",))),
        ({"data": {"items": [{"a": 1}]}}, JsonShape("field", "data.items", ("data.items",))),
        ({"rows": [{"a": 1}], "examples": [{"a": 1}]}, JsonShape(lists=("rows", "examples"))),
        ({"text": "x", "entities": [{"a": 1}]}, JsonShape(lists=("entities",))),
        ({"messages": [{"role": "user", "content": "x"}]}, JsonShape()),
        ({"text": ["a", "b"], "label": [1, 2]}, JsonShape()),
        ({"text": "a"}, JsonShape()),
        ([{"text": "a"}], JsonShape()),
    ],
)
def test_a_file_of_one_object_has_the_shape_of_its_values(value: object, shape: JsonShape) -> None:
    """On one line or on many."""
    for indent in (None, 2):
        assert shape == detect_json_shape(json.dumps(value, indent=indent).encode())


def test_several_objects_are_records() -> None:
    """Whatever each holds."""
    line = b'{"data": [{"a": 1}]}'
    assert JsonShape() == detect_json_shape(line + b"\n" + line) == detect_json_shape(line + line)


@pytest.mark.parametrize("orient", ["columns", "index", "split"])
@given(rows=FRAMES)
def test_a_table_of_pandas_is_read_as_pandas_has_it(
    orient: Literal["columns", "index", "split"], rows: list[tuple[str, int]]
) -> None:
    """By each orient that gives one object."""
    frame = pd.DataFrame(rows, columns=["text", "n"])
    data = frame.to_json(orient=orient).encode()
    assert orient == detect_json_shape(data).kind
    read = [json.loads(row) for row in read_table(ByteStream(io.BytesIO(data), label="a.json"), orient)]
    assert pa.Table.from_pandas(frame).to_pylist() == read


@given(value=VALUE, cut=st.integers(0, 60))
def test_any_beginning_has_a_shape(value: object, cut: int) -> None:
    """Detection never fails, and a field that is named is in the text."""
    data = json.dumps(value).encode()[:cut]
    shape = detect_json_shape(data)
    assert shape.field is None or shape.field.rpartition(".")[2].encode() in data

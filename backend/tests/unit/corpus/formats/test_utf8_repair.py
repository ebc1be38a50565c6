"""Invalid UTF-8 in columns of any type: replaced and counted."""

import numpy as np
import pyarrow as pa
import pytest

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.utf8_repair import Chunk, python_values, repair_array, repair_chunk


def make_texts(*values: bytes | None) -> pa.Array:
    """Return a text column with these bytes, valid or not."""
    binary = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(values), binary.buffers())


def nest(texts: pa.Array, kind: str) -> pa.Array:
    """Return two rows, with the first two texts and with the third one, in a column of this kind."""
    offsets = pa.array([0, 2, 3], pa.int32())
    columns = {
        "list": lambda: pa.ListArray.from_arrays(offsets, texts),
        "struct": lambda: pa.StructArray.from_arrays([texts.slice(1), pa.nulls(2)], ["a", "b"]),
        "map": lambda: pa.MapArray.from_arrays(offsets, pa.array(["x", "y", "z"]), texts),
        "large": lambda: pa.LargeListArray.from_arrays(offsets.cast(pa.int64()), texts),
    }
    return columns[kind]()


def test_invalid_text_is_replaced_and_counted() -> None:
    """Nulls and valid texts stay."""
    array, count = repair_array(make_texts(b"a", b"\xff", None, b"x\xe6y\xe6", "日".encode()))
    assert ["a", "\ufffd", None, "x\ufffdy\ufffd", "日"] == array.to_pylist()
    assert 2 == count


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("list", [["a", "\ufffd"], ["c"]]),
        ("large", [["a", "\ufffd"], ["c"]]),
        ("struct", [{"a": "\ufffd", "b": None}, {"a": "c", "b": None}]),
        ("map", [[("x", "a"), ("y", "\ufffd")], [("z", "c")]]),
    ],
)
def test_invalid_text_is_replaced_at_any_depth(kind: str, values: list[object]) -> None:
    """A row counts once; the type stays."""
    array = nest(make_texts(b"a", b"\xff", b"c"), kind)
    repaired, count = repair_array(array)
    assert (values, 1, array.type) == (repaired.to_pylist(), count, repaired.type)


def test_nulls_in_a_list_beside_invalid_text_are_read() -> None:
    """pyarrow's own cast cannot."""
    lists = pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), pa.nulls(2))
    struct = pa.StructArray.from_arrays([lists, make_texts(b"\xff")], ["a", "b"])
    assert [{"a": [None, None], "b": "\ufffd"}] == python_values(struct)


def test_a_date_that_python_lacks_is_text() -> None:
    """The year 20,000; other values of the column stay dates."""
    first, second = python_values(pa.array([0, 6_585_000], pa.date32()))
    assert ("1970-01-01", "19999-02-13") == (str(first), second)


def test_a_chunk_counts_repaired_rows_per_column() -> None:
    """In addition to those that the reader counted; a valid chunk is returned itself."""
    batch = pa.RecordBatch.from_arrays([make_texts(b"\xff", b"a"), make_texts(b"a", b"b")], names=["a", "b"])
    chunk = repair_chunk(Chunk(batch, 7, {"a": 1, "b": 1}), label="a.csv")
    assert ({"a": 2, "b": 1}, 7) == (chunk.invalid, chunk.consumed)
    assert [{"a": "\ufffd", "b": "a"}, {"a": "a", "b": "b"}] == chunk.batch.to_pylist()
    assert chunk is repair_chunk(chunk, label="a.csv")


def test_a_chunk_that_is_broken_in_another_way_is_invalid() -> None:
    """An index outside of its dictionary."""
    broken = pa.DictionaryArray.from_arrays(pa.array([5], pa.int8()), pa.array(["a"]), safe=False)
    batch = pa.RecordBatch.from_arrays([broken], names=["a"])
    with pytest.raises(InvalidData, match=r"a\.arrow is damaged"):
        repair_chunk(Chunk(batch, 0), label="a.arrow")


def test_invalid_text_does_not_hide_an_offset_out_of_bounds() -> None:
    """Such an array was read before it was checked, which could end the process."""
    buffers = [None, pa.py_buffer(np.array([0, 1, 1 << 30, 3], np.int32).tobytes()), pa.py_buffer(b"\xffab")]
    broken = pa.StructArray.from_arrays([pa.Array.from_buffers(pa.string(), 3, buffers)], ["field"])
    with pytest.raises(InvalidData, match=r"a\.arrow is damaged"):
        repair_chunk(Chunk(pa.RecordBatch.from_arrays([broken], names=["a"]), 0), label="a.arrow")

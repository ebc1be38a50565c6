"""``mistudio.corpus.formats.array_check``: arrays that would be read out of bounds, and those that only look odd."""

import numpy as np
import pyarrow as pa
import pytest

from mistudio.corpus.formats.array_check import check_array

FAR = 1 << 30


def texts(offsets: list[int], data: bytes = b"abcdef") -> pa.StringArray:
    """Texts at these offsets of ``data``."""
    buffers = [None, pa.py_buffer(np.array(offsets, np.int32).tobytes()), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def lists(offsets: list[int], values: pa.Array) -> pa.ListArray:
    """Lists at these offsets of ``values``."""
    buffers = [None, pa.py_buffer(np.array(offsets, np.int32).tobytes())]
    return pa.Array.from_buffers(pa.list_(values.type), len(offsets) - 1, buffers, children=[values])


def coded(indices: list[int], values: pa.Array) -> pa.DictionaryArray:
    """Values by indices, whatever they are."""
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), values, safe=False)


def struct(values: pa.Array) -> pa.StructArray:
    """Objects with one field."""
    return pa.StructArray.from_arrays([values], ["field"])


WORDS = pa.array(["a", "b"])


@pytest.mark.parametrize(
    "array",
    [
        texts([0, FAR, 3]),
        texts([0, 3, 1]),
        lists([0, FAR, 2], WORDS),
        lists([0, 2, 1, 2], WORDS),
        lists([0, 1, 2], texts([0, FAR, 3])),
        lists([0, 1, 2], struct(coded([0, FAR], WORDS))),
        coded([FAR], WORDS),
        coded([-FAR], WORDS),
        coded([0], texts([0, FAR, 3])),
        struct(texts([0, FAR, 3])),
        pa.FixedSizeListArray.from_arrays(texts([0, FAR, 3]), 2),
        pa.MapArray.from_arrays(pa.array([0, 1, 2], pa.int32()), WORDS, texts([0, FAR, 3])),
    ],
)
def test_an_array_that_leaves_its_buffers_is_refused(array: pa.Array) -> None:
    """``to_pylist`` of some of these ends the process."""
    with pytest.raises(pa.ArrowInvalid):
        check_array(array)


@pytest.mark.parametrize(
    "array",
    [
        texts([0, 2, 2, 3], b"\xff\xfe\xfd"),
        lists([0, 1, 2], texts([0, 1, 2], b"\xff\xfe")),
        coded([0, 1], texts([0, 1, 2], b"\xff\xfe")),
        struct(texts([0, 1, 2], b"\xff\xfe")),
        pa.array(["a", None], pa.string_view()),
        pa.array([["a"], None, []], pa.large_list(pa.large_string())),
        pa.array([[("a", ["b"])], None, []], pa.map_(pa.string(), pa.list_(pa.string()))),
        pa.array([["a", "b"], None, ["c", "d"]], pa.list_(pa.string(), 2)),
        pa.array([["a"], None], pa.list_view(pa.string())),
        pa.array([1.5, None]),
        pa.array([None, None]),
    ],
)
def test_any_other_array_passes_as_do_its_parts(array: pa.Array) -> None:
    """Texts may be invalid UTF-8, which is repaired later."""
    for part in (array, array[1:], array[:1], array[:0]):
        check_array(part)

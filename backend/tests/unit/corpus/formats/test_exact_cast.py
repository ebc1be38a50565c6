"""Columns cast to the schema of a dataset."""

import pyarrow as pa
import pytest

from mistudio.core.errors import Json
from mistudio.corpus.formats.exact_cast import ValueMisfit, cast_exactly
from mistudio.corpus.formats.json_type import JSON

LABEL: Json = {"names": ["neg", "pos"], "_type": "ClassLabel"}
INT = pa.int64()


@pytest.mark.parametrize(
    ("values", "kind", "cast"),
    [
        (pa.array([1, None]), pa.float64(), [1.0, None]),
        (pa.array([1, 2]), pa.string(), ["1", "2"]),
        (pa.array([{"a": 1}, None]), pa.struct([("b", pa.string()), ("a", INT)]), [{"b": None, "a": 1}, None]),
        (pa.array([["a"]], pa.list_view(pa.string())), pa.list_(pa.string()), [["a"]]),
        (pa.array([1, None]), JSON, ["1", None]),
        (pa.nulls(2), pa.list_(INT), [None, None]),
    ],
)
def test_values_are_kept(values: pa.Array, kind: pa.DataType, cast: list[object]) -> None:
    """In the wider type."""
    found = cast_exactly(values, kind)
    assert found.type == kind
    assert cast == (found.storage if kind == JSON else found).to_pylist()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([2**60 + 1]), pa.float64()),
        (pa.array([1.5]), INT),
        (pa.array(["x"]), INT),
        (pa.array([b"\xff"]), pa.string()),
        (pa.array([{"a": 1, "b": 2}]), pa.struct([("a", INT)])),
        (pa.array([[{"a": 1, "b": 2}]]), pa.list_(pa.struct([("a", INT)]))),
        (pa.array(["x"]), pa.struct([("a", INT)])),
    ],
)
def test_a_value_that_does_not_fit_is_an_error(values: pa.Array, kind: pa.DataType) -> None:
    """Never rounded, cut or dropped."""
    with pytest.raises(ValueMisfit):
        cast_exactly(values, kind)


def test_names_of_labels_become_their_numbers() -> None:
    """As ``datasets`` reads them: with blanks around, as digits, and -1 for none."""
    assert [1, 0, None, 1, -1] == cast_exactly(pa.array(["pos", " neg ", None, "1", "-1"]), INT, LABEL).to_pylist()
    assert [1] == cast_exactly(pa.array(["pos"]).dictionary_encode(), INT, LABEL).to_pylist()
    assert [0, -1] == cast_exactly(pa.array([0, -1]), INT, LABEL).to_pylist()


@pytest.mark.parametrize("values", [pa.array(["meh"]), pa.array(["2"]), pa.array([2]), pa.array([-2]), pa.array([1.5])])
def test_other_labels_are_an_error(values: pa.Array) -> None:
    """With the value in the message."""
    with pytest.raises(ValueMisfit, match=str(values[0])):
        cast_exactly(values, INT, LABEL)


def test_numbers_that_are_no_times_of_the_calendar_do_not_fit() -> None:
    """Nothing could show them: Python's years go from 1 to 9999."""
    seconds = pa.timestamp("s")
    assert 1 == cast_exactly(pa.array([1, None]), seconds).cast(INT)[0].as_py()
    assert 2 == len(cast_exactly(pa.array([None, None], INT), seconds))
    with pytest.raises(ValueMisfit, match="the maximum is no time of the years 1 to 9999"):
        cast_exactly(pa.array([1, 2**40]), seconds)
    with pytest.raises(ValueMisfit, match="the minimum is no time"):
        cast_exactly(pa.array([-(2**40), 1]), seconds)

"""Order: rows are sorted as Python sorts their values, stable, with NaN and null last."""

import math
from datetime import datetime
from functools import cmp_to_key

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.columns.kinds import ColumnType
from mistudio.corpus.columns.order import OrderBy, SortKeys, sort_keys

NUMBERS = st.one_of(st.integers(-3, 3), st.integers(2**53 - 2, 2**53 + 2))


def order(chunks: list[list[object]], kind: pa.DataType, *, descending: bool) -> list[int]:
    """Sort chunks of values of one type."""
    keys = SortKeys.of(ColumnType("c", (kind,)))
    arrays = [keys.make(pa.array(chunk, kind)) for chunk in chunks]
    return [int(each) for each in sort_keys(arrays, is_descending=descending)]


def plain_order(chunks: list[list[object]], *, descending: bool) -> list[int]:
    """Sort the same in Python: stable, NaN after everything else, null after NaN."""
    values = [value for chunk in chunks for value in chunk]

    def is_last(value: object) -> int:
        return 2 if value is None else 1 if isinstance(value, float) and math.isnan(value) else 0

    def compare(one: int, other: int) -> int:
        first, second = values[one], values[other]
        if is_last(first) or is_last(second):
            return is_last(first) - is_last(second)
        sign = int(first > second) - int(first < second)  # type: ignore[operator]
        return -sign if descending else sign

    return sorted(range(len(values)), key=cmp_to_key(compare))


def chunks(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[list[object]]]:
    """Some row groups of values with nulls."""
    return st.lists(st.lists(st.one_of(st.none(), values), max_size=8), max_size=4)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), NUMBERS),
        (pa.uint8(), st.integers(0, 4)),
        (pa.float64(), st.one_of(st.sampled_from([math.nan, 0.5, math.inf, -math.inf]), st.floats())),
        (pa.bool_(), st.booleans()),
        (pa.string(), st.text(max_size=3)),
        (pa.large_string(), st.sampled_from(["a", "é", "😀", "\uffff", ""])),
        (pa.decimal128(6, 2), st.decimals(-9, 9, places=2)),
        (pa.timestamp("us"), st.datetimes(datetime(1960, 1, 1), datetime(1960, 1, 2))),
    ],
)
@settings(deadline=None)
@given(st.data(), st.booleans())
def test_sorts_as_python_does(
    kind: pa.DataType, values: st.SearchStrategy[object], data: st.DataObject, descending: bool
) -> None:
    """Every kind of value is sorted, and equal values keep their order both ways."""
    drawn = data.draw(chunks(values))
    assert order(drawn, kind, descending=descending) == plain_order(drawn, descending=descending)


def test_files_of_different_number_types_are_sorted_together() -> None:
    """Keys of integers and floats are of one type."""
    keys = SortKeys.of(ColumnType("c", (pa.int64(), pa.float32(), pa.null())))
    arrays = [keys.make(pa.array([3, 1])), keys.make(pa.array([2.5], pa.float32())), keys.make(pa.nulls(1))]
    assert sort_keys(arrays, is_descending=False).tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.struct([("a", pa.int64())]), pa.json_(), pa.binary()])
def test_refuses_what_has_no_order(kind: pa.DataType) -> None:
    """The message says what the column holds."""
    with pytest.raises(ValidationFailed, match="cannot be sorted") as caught:
        SortKeys.of(ColumnType("c", (kind,)))
    assert [each.field for each in caught.value.fields] == ["order_by"]


def test_refuses_too_many_rows() -> None:
    """More rows than fit into memory are refused, fewer of text than of numbers."""
    SortKeys.of(ColumnType("c", (pa.int64(),))).require_room(16_000_000)
    for kind, rows in ((pa.int64(), 16_000_001), (pa.string(), 5_000_001)):
        with pytest.raises(ValidationFailed, match="too many to sort"):
            SortKeys.of(ColumnType("c", (kind,))).require_room(rows)


def test_a_minus_means_descending() -> None:
    """``-stars`` is the column stars, the greatest first."""
    assert OrderBy.parse("-stars") == OrderBy("stars", is_descending=True)
    assert OrderBy.parse("stars") == OrderBy("stars")

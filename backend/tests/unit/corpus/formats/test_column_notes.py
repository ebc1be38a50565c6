"""Columns whose numbers or dates stay text."""

import pyarrow as pa
import pytest

from mistudio.corpus.formats.column_notes import ColumnNotes


@pytest.mark.parametrize(
    ("values", "dates"),
    [
        (["2020-01-01", None, "2021-12-31"], ("a",)),
        (["2020-01-01T12:00:00Z", "2020-01-01T12:00:00+01:00"], ("a",)),
        (["2020-01-01 12:00:00"], ("a",)),
        (["2020-01-01", "no date"], ()),
        (["2020-01-01 was a Wednesday"], ()),
        (["", "2020-01-01"], ()),
        ([None], ()),
        ([5], ()),
        ([["2020-01-01"], []], ("a",)),
        ([{"x": "y", "at": "2020-01-01"}], ("a",)),
        ([{"x": "y"}], ()),
    ],
)
def test_dates_at_any_depth(values: list[object], dates: tuple[str, ...]) -> None:
    """A column of dates is one whose texts are all dates."""
    notes = ColumnNotes()
    notes.note_dates(pa.record_batch({"a": pa.array(values)}))
    assert dates == notes.list_dates()


def test_a_later_text_makes_a_column_one_of_texts() -> None:
    """Then ``datasets`` has texts, too."""
    notes = ColumnNotes()
    for text in ("2020-01-01", "x", "2020-01-01"):
        notes.note_dates(pa.record_batch({"a": [text]}))
    assert () == notes.list_dates()


def test_numbers_beside_texts() -> None:
    """Within a part of the file, or between parts."""
    notes = ColumnNotes()
    notes.note_values("a", pa.string(), ["x", None, 5])
    notes.note_values("b", pa.string(), ["x", None])
    notes.note_values("c", pa.int64(), [5])
    notes.note_types(pa.schema({"d": pa.int64(), "e": pa.string()}), pa.schema({"d": pa.string(), "e": pa.string()}))
    notes.note_types(pa.schema([]), pa.schema({"f": pa.bool_()}))
    assert {"a", "d"} == notes.numbers

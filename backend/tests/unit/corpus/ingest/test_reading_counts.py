"""The record of how a file was read, completed by what its rows showed."""

import pyarrow as pa

from mistudio.corpus.formats.column_notes import ColumnNotes
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.reading_counts import complete_reading


def count(batch: pa.RecordBatch, *, text_columns: dict[str, bool] | None = None, short_rows: int = 0) -> ColumnCounter:
    """Return the counts of one chunk."""
    counter = ColumnCounter()
    counter.add(Chunk(batch, 0, text_columns=text_columns or {}, short_rows=short_rows))
    return counter


GAPS = pa.record_batch({"n": pa.array([1, None], pa.int64()), "m": pa.array([1, 2], pa.int64())})


def test_nothing_to_say_gives_no_record() -> None:
    """A record with anything in it stays, whether its rows add to it or not."""
    counter = count(pa.record_batch({"text": ["a"]}))
    assert complete_reading(Reading(), counter, ColumnNotes(), "json", {}) is None
    latin = Reading(encoding="cp1252")
    assert latin == complete_reading(latin, counter, ColumnNotes(), "json", {})


def test_only_csv_has_columns_of_numbers_with_gaps() -> None:
    """A JSON file writes its nulls; short rows count in any format."""
    counter = count(GAPS, short_rows=3)
    assert Reading(short_rows=3, gap_numbers=("n",)) == complete_reading(Reading(), counter, ColumnNotes(), "csv", {})
    assert Reading(short_rows=3) == complete_reading(Reading(), counter, ColumnNotes(), "json", {})


def test_columns_that_the_card_declares_are_left_out() -> None:
    """The card decides on their types."""
    counter = count(GAPS, text_columns={"zip": True, "code": True, "name": False})
    notes = ColumnNotes(numbers={"b", "a"}, dates={"day", "mixed", "a"}, others={"mixed"})
    found = complete_reading(Reading(), counter, notes, "csv", {"n": None, "a": None, "code": None})
    assert Reading(number_texts=("zip",), numbers_as_text=("b",), dates_as_text=("day",)) == found


def test_at_most_twenty_columns_are_named() -> None:
    """They come in order."""
    notes = ColumnNotes(numbers={f"c{number:02d}" for number in range(30)})
    found = complete_reading(Reading(), count(GAPS), notes, "json", {})
    assert found is not None
    assert tuple(f"c{number:02d}" for number in range(20)) == found.numbers_as_text

"""Completes the record of how a file was read by what was seen in its rows."""

from dataclasses import replace
from typing import Final

from mistudio.corpus.formats.column_notes import ColumnNotes
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.ingest.column_counts import ColumnCounter

_MOST_NAMED: Final = 20


def complete_reading(reading: Reading, counter: ColumnCounter, notes: ColumnNotes) -> Reading | None:
    """Return the reading with what was seen in the file's rows; None if there is nothing to say."""
    texts = tuple(name for name, are_numbers in counter.text_columns.items() if are_numbers)
    counted = replace(
        reading,
        short_rows=counter.short_rows,
        skipped_rows=counter.skipped_rows,
        number_texts=texts[:_MOST_NAMED],
        numbers_as_text=tuple(sorted(notes.numbers))[:_MOST_NAMED],
        dates_as_text=notes.list_dates()[:_MOST_NAMED],
    )
    return None if counted == Reading() else counted

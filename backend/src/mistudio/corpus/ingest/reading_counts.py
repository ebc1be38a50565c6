"""Completes the record of how a file was read by what was seen in its rows."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mistudio.corpus.formats.column_notes import ColumnNotes
from mistudio.corpus.formats.features import Features
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.ingest.column_counts import ColumnCounter

_MOST_NAMED: Final = 20


def complete_reading(
    reading: Reading, counter: ColumnCounter, notes: ColumnNotes, file_format: str, declared: Features
) -> Reading | None:
    """Return the reading with what was seen in the file's rows; None if there is nothing to say.

    Columns that the card declares have the types that it says.
    """
    texts = [name for name, are_numbers in counter.text_columns.items() if are_numbers]
    gaps = [item.name for item in counter.reports() if file_format == "csv" and item.type == "int64" and item.nulls]

    def select(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in declared)[:_MOST_NAMED]

    counted = replace(
        reading,
        short_rows=counter.short_rows,
        skipped_rows=counter.skipped_rows,
        number_texts=select(texts),
        gap_numbers=select(gaps),
        numbers_as_text=select(sorted(notes.numbers)),
        dates_as_text=select(notes.list_dates()),
    )
    return None if counted == Reading() else counted

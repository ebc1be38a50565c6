"""Says in sentences how source files were read, where that is not what their names say or what ``datasets`` does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Final

from mistudio.corpus.formats.reading import Reading
from mistudio.utils.text import format_count

_NAMED: Final = 3
_CHARACTERS: Final = {"\t": "a tab", "\x01": "Ctrl-A", "\x1f": "the unit separator", '"': "a double quote"}
_ORIENTS: Final = {
    "columns": "one object of columns, as pandas' to_json() writes it",
    "index": "one object of rows by index, as pandas' to_json(orient='index') writes it",
    "split": "columns and rows apart, as pandas' to_json(orient='split') writes it",
}


def describe_readings(readings: Iterable[tuple[str, Reading | None]], *, has_card: bool) -> list[str]:
    """Return one sentence for each way in which some of the files, given by their names, were read.

    ``has_card`` means that the options come from a card, so that they are no surprise.
    """
    files: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for name, reading in readings:
        for sentence, count in _describe(_drop_declared(reading) if has_card else reading) if reading else ():
            files.setdefault(sentence, []).append(name)
            counts[sentence] = counts.get(sentence, 0) + count
    return [
        f"{_list_names(names)}: {sentence.format(rows=format_count(counts[sentence], 'row'))}"
        for sentence, names in files.items()
    ]


def _drop_declared(reading: Reading) -> Reading:
    names = [field.name for field in fields(reading) if field.name not in reading.declared]
    return Reading(**{name: getattr(reading, name) for name in names})


def _describe(reading: Reading) -> Iterator[tuple[str, int]]:
    """Yield sentences about one file; ``{rows}`` stands for the count beside the sentence."""
    if reading.encoding:
        yield f"read as {reading.encoding}. If letters look wrong, set another encoding and read the files again.", 0
    if reading.packing:
        yield f"the file is packed with {reading.packing}, although its name does not say so.", 0
    if reading.delimiter:
        yield f"the delimiter is {_name(reading.delimiter)}.", 0
    if reading.quote:
        yield f"the quote is {_name(reading.quote)}.", 0
    if reading.escape:
        yield "a backslash before a quote was read as part of the cell.", 0
    if reading.skipped_lines:
        yield f"left out before the header: {format_count(reading.skipped_lines, 'line')}.", 0
    if reading.short_rows:
        yield "{rows} lacked cells at the end, which are null.", reading.short_rows
    if reading.skipped_rows:
        yield "{rows} with too many cells were left out, as the card says.", reading.skipped_rows
    yield from ((sentence, 0) for sentence in (*_describe_columns(reading), *_describe_json(reading)))


def _describe_columns(reading: Reading) -> Iterator[str]:
    """Yield where columns have other types than ``datasets`` gives them."""
    for names, sentence in (
        (reading.number_texts, "kept as text, as numbers would lose leading zeros, plus signs or digits: {}."),
        (reading.numbers_as_text, "stored as text, because other values are text or beyond 64 bits: numbers in {}."),
        (reading.dates_as_text, "kept as text, as they were written: dates in {}."),
        (reading.gap_numbers, "whole numbers stay whole beside missing cells, where datasets makes fractions: {}."),
    ):
        if names:
            yield sentence.format(_list_names([f"“{_escape(name)}”" for name in names]))


def _describe_json(reading: Reading) -> Iterator[str]:
    if reading.field:
        yield f"the records are those under “{_escape(reading.field)}”; other fields of the file are left out."
    if reading.orient:
        yield f"the file is {_ORIENTS[reading.orient]}; each row is a sample."
    if reading.fields:
        names = " or ".join(f"“{_escape(field)}”" for field in reading.fields[:_NAMED])
        yield f"the file is one object and was read as one sample. To read its records, set the field to {names}."


def _name(character: str) -> str:
    return _CHARACTERS.get(character, _escape(f"“{character}”"))


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _list_names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED:,} more"

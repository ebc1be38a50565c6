"""CSV files with rows that lack cells at the end, which Arrow's reader refuses: the cells become nulls, as in pandas.

It is slower than Arrow, so only such files are read this way.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, ByteStream, read_blocks
from mistudio.corpus.formats.csv import (
    get_delimiter,
    is_left_open,
    is_numbered,
    long_row_error,
    open_quote_error,
)
from mistudio.corpus.formats.csv_types import list_text_columns, type_batch
from mistudio.corpus.formats.storable_type import make_names_unique
from mistudio.corpus.formats.type_inference import KnownSchema
from mistudio.corpus.formats.utf8_repair import Chunk

_ROWS: Final = 5_000
_CHUNK_BYTES: Final = 4 << 20

csv.field_size_limit(MAX_RECORD_BYTES)


def read_padded_csv(source: ByteStream, known: KnownSchema, *, options: Mapping[str, Json]) -> Iterator[Chunk]:
    """Read the records; cells that a row lacks become nulls, and the rows are counted.

    Raises InvalidData with the row's number (the header is row 1) for a row with too many cells.
    """
    records = _number_records(source, options)
    named = options.get("names") or options.get("column_names")
    first = next(records, None)
    if first is None:
        return
    names = [str(name) for name in named] if isinstance(named, list) else first[1]
    has_header = not is_numbered(options) and (not isinstance(named, list) or options.get("header") == 0)
    if is_numbered(options):
        names = [str(number) for number in range(len(first[1]))]
    names, is_strict = make_names_unique(names), options.get("on_bad_lines", "error") == "error"
    rows: list[list[str]] = [] if has_header else [first[1]]
    size, skipped, last = 0, 0, first
    for number, record in records:
        last = number, record
        if len(record) > len(names):
            if is_strict:
                raise long_row_error(source.label, options, number, len(names), len(record))
            skipped += 1
            continue
        rows.append(record)
        size += sum(map(len, record))
        if len(rows) >= _ROWS or size >= _CHUNK_BYTES:
            yield _make_chunk(rows, names, known, options, source, skipped)
            rows, size, skipped = [], 0, 0
    yield _make_chunk(rows, names, known, options, source, skipped)
    if is_left_open(last[1][-1].encode("utf-8", "surrogateescape"), source.ending, options):
        raise open_quote_error(source.label, last[0])


def _number_records(source: ByteStream, options: Mapping[str, Json]) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(source)
    skipped, escape = options.get("skiprows"), options.get("escapechar")
    for _ in range(skipped if isinstance(skipped, int) else 0):
        next(lines, None)
    quote = str(options.get("quotechar") or '"')
    reader = csv.reader(
        lines,
        delimiter=get_delimiter(options, source.label),
        quotechar=quote,
        quoting=csv.QUOTE_NONE if options.get("quoting") == csv.QUOTE_NONE else csv.QUOTE_MINIMAL,
        escapechar=str(escape) if escape else None,
        doublequote=options.get("doublequote") is not False,
    )
    try:
        # pandas skips empty lines, also those of spaces, but no quoted cells.
        rows = (row for row in reader if len(row) > 1 or "".join(row).strip() or quote in lines.last)
        yield from enumerate(rows, start=1)
    except csv.Error as error:
        raise InvalidData(f"{source.label}, line {reader.line_num:,} cannot be read as CSV: {error}.") from error


class _Lines:
    """The lines of a source; ``last`` is the one that was read last."""

    def __init__(self, source: ByteStream) -> None:
        self.last = ""
        self._lines = _read_lines(source)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        return self.last


def _read_lines(source: ByteStream) -> Iterator[str]:
    for block in read_blocks(source):
        # Invalid UTF-8 passes unchanged: it is repaired and counted later.
        yield from io.StringIO(block.decode("utf-8", "surrogateescape"), newline="")


def _make_chunk(
    rows: Sequence[list[str]],
    names: list[str],
    known: KnownSchema,
    options: Mapping[str, Json],
    source: ByteStream,
    skipped: int,
) -> Chunk:
    columns = [_make_texts([row[at] if at < len(row) else None for row in rows]) for at in range(len(names))]
    batch = pa.RecordBatch.from_arrays(columns, names=names)
    short = sum(len(row) < len(names) for row in rows)
    typed = type_batch(batch, names, known, options)
    texts = list_text_columns(typed, known)
    return Chunk(typed, source.consumed, short_rows=short, skipped_rows=skipped, text_columns=texts)


def _make_texts(cells: list[str | None]) -> pa.StringArray:
    values = pa.array(
        [None if cell is None else cell.encode("utf-8", "surrogateescape") for cell in cells], pa.binary()
    )
    # pa.string() would refuse invalid UTF-8 here.
    return pa.Array.from_buffers(pa.string(), len(values), values.buffers())

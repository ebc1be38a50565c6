"""CSV and TSV. Every cell is read as text; ``csv_types`` decides which columns become numbers or booleans."""

import csv
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, ByteStream, plain_suffix, too_long_error
from mistudio.corpus.formats.column_count import MAX_COLUMNS, check_column_count
from mistudio.corpus.formats.csv_types import list_text_columns, type_batch
from mistudio.corpus.formats.storable_type import make_names_unique
from mistudio.corpus.formats.type_inference import KnownSchema
from mistudio.corpus.formats.utf8_repair import Chunk

# Arrow holds several blocks at once.
CSV_BLOCK_BYTES: Final = 1 << 20
_DELIMITER_NAMES: Final = {",": "a comma", "\t": "a tab"}


class HasShortRows(Exception):
    """A row lacks cells or is blank, or only a header is there; ``read_padded_csv`` must read the file again."""


class RecordTooLong(Exception):
    """A record does not fit into the block; the file must be read again with larger blocks."""


def read_csv(
    source: ByteStream, known: KnownSchema, *, options: Mapping[str, Json], block_bytes: int = CSV_BLOCK_BYTES
) -> Iterator[Chunk]:
    """Read the records, with types at least as wide as those of ``known``.

    Raises InvalidData with the row's number (the header is row 1) for a row with too many cells, or with a quote that
    is never closed; HasShortRows for one with too few; RecordTooLong for a record longer than ``block_bytes``.
    """
    faults: list[pa_csv.InvalidRow] = []
    head = source.peek()
    if not head:
        return
    _check_header(head, source.label, options)
    try:
        with _open_reader(source, options, block_bytes, faults) as reader:
            found = reader.schema.names
            names = [str(number) for number in range(len(found))] if is_numbered(options) else make_names_unique(found)
            batch, rows, last_cell, skipped = None, 0, b"", 0
            for batch in reader:
                rows += batch.num_rows
                if batch.num_rows:
                    last_cell = _get_last_cell(batch)
                new, skipped = len(faults) - skipped, len(faults)
                _refuse_blank_rows(batch)
                typed = type_batch(batch, names, known, options)
                texts = list_text_columns(typed, known)
                yield Chunk(typed, source.consumed, skipped_rows=new, text_columns=texts)
            if batch is None:
                empty = pa.RecordBatch.from_arrays([pa.nulls(0)] * len(names), names=names)
                yield Chunk(empty, source.consumed, skipped_rows=len(faults))
            if is_left_open(last_cell, source.ending, options):
                raise open_quote_error(source.label, rows + 1)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if "straddl" in str(error):
            raise (RecordTooLong if block_bytes < MAX_RECORD_BYTES else too_long_error(source.label)) from error
        if (faults and _is_short(faults[-1])) or "infer number of columns" in str(error):
            raise HasShortRows from error
        raise _invalid_error(source.label, options, faults, error) from error


def _check_header(head: bytes, label: str, options: Mapping[str, Json]) -> None:
    """Refuse too many columns before Arrow makes them."""
    delimiter, skipped = get_delimiter(options, label), options.get("skiprows")
    lines = head.split(b"\n", 1 + (skipped if isinstance(skipped, int) else 0))
    line = next((line for line in lines[:-1][::-1] if line.strip()), b"")
    if line.count(delimiter.encode()) >= MAX_COLUMNS:
        quote = str(options.get("quotechar") or '"')
        names = next(csv.reader([line.decode("utf-8", "replace")], delimiter=delimiter, quotechar=quote))
        check_column_count(len(names), label)


def _is_short(row: pa_csv.InvalidRow) -> bool:
    return bool(row.actual_columns < row.expected_columns)


def _open_reader(
    source: ByteStream, options: Mapping[str, Json], block_bytes: int, faults: list[pa_csv.InvalidRow]
) -> pa_csv.CSVStreamingReader:
    def note_fault(row: pa_csv.InvalidRow) -> str:
        faults.append(row)
        return "error" if options.get("on_bad_lines", "error") == "error" or _is_short(row) else "skip"

    return pa_csv.open_csv(
        pa.PythonFile(source, mode="r"),
        read_options=_make_read_options(options, block_bytes),
        parse_options=_make_parse_options(options, source.label, note_fault),
        convert_options=pa_csv.ConvertOptions(
            check_utf8=False, default_column_type=pa.string(), strings_can_be_null=False
        ),
    )


def _make_read_options(options: Mapping[str, Json], block_bytes: int) -> pa_csv.ReadOptions:
    """Return where the rows begin and the columns' names; the options mean what they mean in pandas."""
    names, skipped = options.get("names") or options.get("column_names"), options.get("skiprows")
    is_replaced = isinstance(names, list) and options.get("header") == 0
    return pa_csv.ReadOptions(
        use_threads=False,
        block_size=block_bytes,
        column_names=names if isinstance(names, list) else None,
        autogenerate_column_names=is_numbered(options),
        skip_rows=(skipped if isinstance(skipped, int) else 0) + is_replaced,
    )


def is_numbered(options: Mapping[str, Json]) -> bool:
    """Return whether the columns are named by their numbers."""
    named = options.get("names") or options.get("column_names")
    return not named and options.get("header", "infer") is None


def _make_parse_options(
    options: Mapping[str, Json], label: str, note_fault: Callable[[pa_csv.InvalidRow], str]
) -> pa_csv.ParseOptions:
    """Return how a row is split into cells."""
    escape = options.get("escapechar")
    is_quoted = options.get("quoting") != csv.QUOTE_NONE
    return pa_csv.ParseOptions(
        delimiter=get_delimiter(options, label),
        quote_char=str(options.get("quotechar") or '"') if is_quoted else False,
        double_quote=options.get("doublequote") is not False,
        escape_char=str(escape) if escape else False,
        newlines_in_values=True,
        invalid_row_handler=note_fault,
    )


def _get_last_cell(batch: pa.RecordBatch) -> bytes:
    """Return the bytes of the last row's last cell; they may be invalid UTF-8, which is repaired later."""
    cell: bytes = batch.column(batch.num_columns - 1).slice(batch.num_rows - 1).cast(pa.binary())[0].as_py()
    return cell


def is_left_open(last_cell: bytes, ending: bytes, options: Mapping[str, Json]) -> bool:
    """Return whether the last cell took all text after an open quote, which the parser accepts.

    A cell with a line break must be quoted, so the last cell of a file must then end with a quote.
    """
    is_quoted = options.get("quoting") != csv.QUOTE_NONE and not options.get("escapechar")
    quote = str(options.get("quotechar") or '"').encode()
    return is_quoted and b"\n" in last_cell and not ending.rstrip(b" \r\n").endswith(quote)


def _refuse_blank_rows(batch: pa.RecordBatch) -> None:
    """Raise HasShortRows for lines of spaces in a file of one column: Arrow does not say which of them are quoted."""
    if batch.num_columns == 1:
        is_blank = pc.match_substring_regex(batch.column(0), r"^[ \t]+$")
        if pc.any(is_blank, min_count=0).as_py():
            raise HasShortRows


def open_quote_error(label: str, row: int) -> InvalidData:
    """Return the error for a quote that takes the rest of the file into one cell."""
    return InvalidData(f"{label}, row {row:,}: a quote is never closed. Close it.")


def get_delimiter(options: Mapping[str, Json], label: str) -> str:
    """Return the delimiter of the options, else the one that the file's name stands for."""
    default = "\t" if plain_suffix(label) in {".tsv", ".tab"} else ","
    return str(options.get("delimiter") or options.get("sep") or default)


def _invalid_error(
    label: str, options: Mapping[str, Json], faults: list[pa_csv.InvalidRow], error: Exception
) -> InvalidData:
    if not faults:
        reason = str(error).partition("\n")[0].rstrip(".")
        return InvalidData(f"{label} cannot be read as CSV ({reason}). Check its delimiter and encoding.")
    row = faults[-1]
    return long_row_error(label, options, row.number, row.expected_columns, row.actual_columns)


def long_row_error(label: str, options: Mapping[str, Json], row: int | None, expected: int, found: int) -> InvalidData:
    """Return the error for a row with more cells than the header."""
    place = f"{label}, row {row:,}" if row is not None else label
    delimiter = get_delimiter(options, label)
    return InvalidData(
        f"{place}: expected {expected} columns, found {found}. "
        f"Correct the row, or set the delimiter if it is not {_DELIMITER_NAMES.get(delimiter, delimiter)}."
    )

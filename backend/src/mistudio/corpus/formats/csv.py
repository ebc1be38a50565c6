"""CSV and TSV. Every cell is read as text; a column becomes numbers or truth values only where its text says so.

So a type is never luck: ``007`` and ``2020-01-01`` stay what they are, and a column whose later cells are not numbers
 is text from the beginning.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, ByteStream, plain_suffix, too_long
from mistudio.corpus.formats.type_inference import Known, merge_types, unique_names
from mistudio.corpus.formats.utf8_repair import Chunk

# Arrow holds several blocks at once.
CSV_BLOCK_BYTES: Final = 1 << 20
_MISSING: Final = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
_WHOLE: Final = r"^(0|-?[1-9]\d{0,17})$"
_NUMBER: Final = r"^[-+]?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$"
_TRUTH: Final = r"^(true|false|True|False|TRUE|FALSE)$"


class RecordTooLong(Exception):
    """A record does not fit into the block; to be read again with larger blocks."""


def read_csv(
    source: ByteStream, known: Known, *, options: Mapping[str, Json], block_bytes: int = CSV_BLOCK_BYTES
) -> Iterator[Chunk]:
    """The records, typed at least as widely as ``known`` has them.

    Raises InvalidData with the row's number (the header is row 1) where a row has too many or too few cells, or opens a
    quote that is never closed; RecordTooLong where a record is longer than ``block_bytes``.
    """
    faults: list[pa_csv.InvalidRow] = []
    if not source.peek():
        return
    try:
        with _open(source, options, block_bytes, faults) as reader:
            found = reader.schema.names
            names = [str(number) for number in range(len(found))] if _is_auto(options) else unique_names(found)
            batch, rows, last_cell = None, 0, ""
            for batch in reader:
                rows += batch.num_rows
                if batch.num_rows:
                    last_cell = batch.column(batch.num_columns - 1)[-1].as_py()
                yield Chunk(_typed(batch, names, known, options), source.consumed)
            if batch is None:
                yield Chunk(pa.RecordBatch.from_arrays([pa.nulls(0)] * len(names), names=names), source.consumed)
            if _is_left_open(last_cell, source.ending, options):
                raise InvalidData(f"{source.label}, row {rows + 1:,}: a quote is opened that is never closed.")
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        if "straddl" in str(error):
            raise (RecordTooLong if block_bytes < MAX_RECORD_BYTES else too_long(source.label)) from error
        raise _invalid(source.label, faults, error) from error


def _open(
    source: ByteStream, options: Mapping[str, Json], block_bytes: int, faults: list[pa_csv.InvalidRow]
) -> pa_csv.CSVStreamingReader:
    def note(row: pa_csv.InvalidRow) -> str:
        faults.append(row)
        return "error" if options.get("on_bad_lines", "error") == "error" else "skip"

    return pa_csv.open_csv(
        pa.PythonFile(source, mode="r"),
        read_options=_rows(options, block_bytes),
        parse_options=_cells(options, source.label, note),
        convert_options=pa_csv.ConvertOptions(
            check_utf8=False, default_column_type=pa.string(), strings_can_be_null=False
        ),
    )


def _rows(options: Mapping[str, Json], block_bytes: int) -> pa_csv.ReadOptions:
    """Where the rows begin and what the columns are called, by the options' names and meanings in pandas."""
    names, skipped = options.get("names") or options.get("column_names"), options.get("skiprows")
    is_replaced = isinstance(names, list) and options.get("header") == 0
    return pa_csv.ReadOptions(
        use_threads=False,
        block_size=block_bytes,
        column_names=names if isinstance(names, list) else None,
        autogenerate_column_names=_is_auto(options),
        skip_rows=(skipped if isinstance(skipped, int) else 0) + is_replaced,
    )


def _is_auto(options: Mapping[str, Json]) -> bool:
    """Whether the columns have no names but their numbers."""
    named = options.get("names") or options.get("column_names")
    return not named and options.get("header", "infer") is None


def _cells(options: Mapping[str, Json], label: str, note: Callable[[pa_csv.InvalidRow], str]) -> pa_csv.ParseOptions:
    """How a row is cut into cells."""
    delimiter, escape = options.get("delimiter") or options.get("sep"), options.get("escapechar")
    is_quoted = options.get("quoting") != csv.QUOTE_NONE
    return pa_csv.ParseOptions(
        delimiter=str(delimiter) if delimiter else _delimiter(label),
        quote_char=str(options.get("quotechar") or '"') if is_quoted else False,
        double_quote=options.get("doublequote") is not False,
        escape_char=str(escape) if escape else False,
        newlines_in_values=True,
        invalid_row_handler=note,
    )


def _is_left_open(last_cell: str, ending: bytes, options: Mapping[str, Json]) -> bool:
    """Whether the last cell took all that came after its quote, which the parser lets pass.

    A cell with a line break must stand in quotes, and the last cell of a file must then end with one.
    """
    is_quoted = options.get("quoting") != csv.QUOTE_NONE and not options.get("escapechar")
    quote = str(options.get("quotechar") or '"').encode()
    return is_quoted and "\n" in last_cell and not ending.rstrip(b" \r\n").endswith(quote)


def _delimiter(label: str) -> str:
    return "\t" if plain_suffix(label) in {".tsv", ".tab"} else ","


def _invalid(label: str, faults: list[pa_csv.InvalidRow], error: Exception) -> InvalidData:
    if not faults:
        reason = str(error).partition("\n")[0].rstrip(".")
        return InvalidData(f"{label} cannot be read as CSV ({reason}).")
    row = faults[-1]
    place = f"{label}, row {row.number:,}" if row.number is not None else label
    return InvalidData(f"{place}: {row.expected_columns} columns expected, {row.actual_columns} found.")


def _typed(batch: pa.RecordBatch, names: list[str], known: Known, options: Mapping[str, Json]) -> pa.RecordBatch:
    types, missing = known.types(), _named_missing(options)
    columns = []
    for name, raw in zip(names, batch.columns, strict=True):
        column = _without(raw, missing) if missing else raw
        numbers = _plain_numbers(column, options)
        least = types.get(name, pa.null())
        kind = least if pa.types.is_string(least) else merge_types(least, _infer(numbers))
        columns.append(_read_as(column if pa.types.is_string(kind) else numbers, kind))
    return pa.RecordBatch.from_arrays(columns, names=names)


def _named_missing(options: Mapping[str, Json]) -> list[str]:
    """What stands for a missing value by the options, in columns of text, too."""
    named = options.get("na_values")
    values = named if isinstance(named, list) else [named]
    return [str(value) for value in values if value is not None]


def _without(column: pa.Array, missing: Sequence[str]) -> pa.Array:
    return pc.if_else(pc.is_in(column, value_set=pa.array(missing)), pa.scalar(None, pa.string()), column)


def _plain_numbers(column: pa.Array, options: Mapping[str, Json]) -> pa.Array:
    """The cells with numbers written as Arrow reads them; they are used only if all of them are numbers."""
    for mark, plain in ((options.get("thousands"), ""), (options.get("decimal"), ".")):
        if isinstance(mark, str) and mark != plain:
            column = pc.replace_substring(column, mark, plain)
    return column


def _infer(column: pa.Array) -> pa.DataType:
    filled = column.filter(pc.not_equal(pc.binary_length(column), 0))
    if len(filled) == 0:
        return pa.null()
    present = filled.filter(pc.invert(pc.is_in(filled, value_set=pa.array(_MISSING))))
    for pattern, kind in ((_WHOLE, pa.int64()), (_NUMBER, pa.float64()), (_TRUTH, pa.bool_())):
        if len(present) and _all_match(present, pattern):
            return kind
    return pa.string()


def _all_match(column: pa.Array, pattern: str) -> bool:
    # One look at a few cells settles it for a column of text, which is most of the bytes.
    return all(
        pc.all(pc.match_substring_regex(part, pattern), min_count=0).as_py()
        for part in (column.slice(0, 4), column.slice(4))
    )


def _read_as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return column
    if pa.types.is_null(kind):
        return pa.nulls(len(column))
    return _without(column, _MISSING).cast(kind)

"""Types of CSV columns: one becomes numbers or booleans only if all its cells are such and lose nothing by it.

So ``007`` and ``2020-01-01`` stay text, and a column whose later cells are not numbers is text from its first row.
Cells that pandas takes for missing values, such as ``NA`` and empty ones, are nulls.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import Json
from mistudio.corpus.formats.type_inference import KnownSchema, merge_types

# The texts that pandas takes for missing values.
_MISSING: Final = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"),
    *("NULL", "NaN", "None", "n/a", "nan", "null"),
)
_WHOLE: Final = r"^ *-?(0|[1-9]\d{0,18}) *$"
_LEAST_LONG: Final = 19
_NUMBER: Final = r"^ *[-+]?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+|[iI]nf(inity)?)([eE][-+]?\d{1,3})? *$"
# What pandas takes for a number, and what becomes another text as one.
_DIGITS: Final = r"^ *[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)? *$"
# What Arrow takes for a time.
_PLUS: Final = r"^ *\+\d+ *$"
_TRUTH: Final = r"^(true|false|True|False|TRUE|FALSE)$"


def type_batch(
    batch: pa.RecordBatch, names: list[str], known: KnownSchema, options: Mapping[str, Json]
) -> pa.RecordBatch:
    """Return the batch, whose columns are texts, with nulls and types, at least as wide as those of ``known``."""
    types, missing = known.types(), _list_missing(options)
    columns = []
    for name, raw in zip(names, batch.columns, strict=True):
        column = _replace_with_null(raw, missing)
        numbers = _normalize_numbers(column, options)
        least = types.get(name, pa.null())
        kind = least if pa.types.is_string(least) else merge_types(least, _infer_type(numbers))
        columns.append(_convert_column(column if pa.types.is_string(kind) else numbers, kind))
    return pa.RecordBatch.from_arrays(columns, names=names)


def _list_missing(options: Mapping[str, Json]) -> list[str]:
    """Return the texts that stand for missing values, as pandas has them."""
    named = options.get("na_values")
    values = named if isinstance(named, list) else [named]
    defaults = () if options.get("keep_default_na") is False else _MISSING
    return [*defaults, *(str(value) for value in values if value is not None)]


def _replace_with_null(column: pa.Array, missing: Sequence[str]) -> pa.Array:
    is_missing = pc.is_in(column, value_set=pa.array(missing, pa.string()))
    if not pc.any(is_missing, min_count=0).as_py():
        return column
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), column)


def _normalize_numbers(column: pa.Array, options: Mapping[str, Json]) -> pa.Array:
    """Write numbers as Arrow reads them; the result is used only if all cells are numbers."""
    for mark, plain in ((options.get("thousands"), ""), (options.get("decimal"), ".")):
        if isinstance(mark, str) and mark != plain:
            column = pc.replace_substring(column, mark, plain)
    return column


def _infer_type(column: pa.Array) -> pa.DataType:
    present = column.drop_null() if column.null_count else column
    if len(present) == 0:
        return pa.null()
    if _all_match(present, _WHOLE):
        return pa.int64() if _fits_int64(present) else pa.string()
    # A plus before a whole number may be that of a phone number.
    if _all_match(present, _NUMBER) and not pc.any(pc.match_substring_regex(present, _PLUS), min_count=0).as_py():
        return pa.float64()
    return pa.bool_() if _all_match(present, _TRUTH) else pa.string()


def _fits_int64(column: pa.Array) -> bool:
    if pc.max(pc.binary_length(column)).as_py() < _LEAST_LONG:
        return True
    try:
        pc.ascii_trim(column, " ").cast(pa.int64())
    except pa.ArrowInvalid:
        return False
    return True


def list_text_columns(typed: pa.RecordBatch, known: KnownSchema) -> dict[str, bool]:
    """Return the columns that stay text although nothing declares them so, and whether all their cells are numbers."""
    texts = {
        name: column.drop_null()
        for name, column in zip(typed.schema.names, typed.columns, strict=True)
        if pa.types.is_string(column.type) and name not in known.hints
    }
    return {name: _all_match(column, _DIGITS) for name, column in texts.items() if len(column)}


def _all_match(column: pa.Array, pattern: str) -> bool:
    # A few cells decide for a column of text, and most of the bytes are text.
    return all(
        pc.all(pc.match_substring_regex(part, pattern), min_count=0).as_py()
        for part in (column.slice(0, 4), column.slice(4))
    )


def _convert_column(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        return column
    if pa.types.is_null(kind):
        return pa.nulls(len(column))
    return (column if pa.types.is_boolean(kind) else pc.ascii_trim(column, " ")).cast(kind)

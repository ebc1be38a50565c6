"""Casts columns to the schema of a dataset. A value that the type cannot hold is an error, never changed."""

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import list_labels
from mistudio.corpus.formats.json_type import contains_json, is_json
from mistudio.corpus.formats.type_inference import convert_array

_PYTHON: Final = ("list_view", "run_end", "union", "interval")
_QUOTED: Final = 60


class ValueMisfit(Exception):
    """A value does not fit the type; the message says in a clause which, or why."""


def cast_exactly(array: pa.Array, kind: pa.DataType, feature: Json = None) -> pa.Array:
    """Return ``array`` as ``kind``, the type of ``feature`` if there is one. Raises ValueMisfit."""
    if pa.types.is_int64(kind) and (names := list_labels(feature)):
        array = _number_labels(array, names)
    if array.type.equals(kind):
        return array
    if contains_json(kind) or any(word in str(array.type) for word in _PYTHON):
        return convert_array(array, kind)
    # Arrow would drop fields in silence.
    if missing := _list_lost_fields(array.type, kind):
        raise ValueMisfit(f"field “{missing[0]}” is not declared")
    try:
        cast = (array.storage if isinstance(array.type, pa.BaseExtensionType) else array).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueMisfit(str(error).partition("\n")[0].rstrip(".")) from error
    if pa.types.is_timestamp(kind) and pa.types.is_integer(array.type):
        _check_years(cast)
    return cast


def fit_table(columns: Mapping[str, pa.ChunkedArray], rows: int, schema: pa.Schema) -> pa.Table:
    """Return columns of ``rows`` values as a table of the schema; one that is missing is null. Raises ValueMisfit."""
    fitted = [
        cast_column(columns[wanted.name], wanted.type) if wanted.name in columns else pa.nulls(rows, wanted.type)
        for wanted in schema
    ]
    return pa.Table.from_arrays(fitted, schema=schema)


def cast_column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return ``column`` as ``kind``. Raises ValueMisfit."""
    if column.type.equals(kind):
        return column
    return pa.chunked_array([cast_exactly(chunk, kind) for chunk in column.chunks], type=kind)


def _check_years(times: pa.Array) -> None:
    """Refuse times that Python cannot show, so that no program can read the rows."""
    for end, time in pc.min_max(times).items():
        try:
            time.as_py()
        except (ValueError, OverflowError) as error:
            raise ValueMisfit(f"the {end}imum is no time of the years 1 to 9999") from error


def _list_lost_fields(kind: pa.DataType, wanted: pa.DataType) -> list[str]:
    if pa.types.is_struct(kind) and pa.types.is_struct(wanted):
        known = {field.name: field.type for field in wanted}
        lost = [field.name for field in kind if field.name not in known]
        return lost + [
            name for field in kind if field.name in known for name in _list_lost_fields(field.type, known[field.name])
        ]
    if not pa.types.is_nested(kind) or pa.types.is_struct(kind) or is_json(wanted) or wanted.num_fields != 1:
        return []
    return _list_lost_fields(kind.field(0).type, wanted.field(0).type)


def _number_labels(array: pa.Array, names: Sequence[str]) -> pa.Array:
    """Return numbers of labels for their names, as ``datasets`` does; -1 stands for no label."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        numbers = {name: number for number, name in reversed(list(enumerate(names)))}
        return pa.array([None if text is None else _number(text, numbers) for text in array.to_pylist()], pa.int64())
    if pa.types.is_integer(array.type) and len(array) > array.null_count:
        bounds = pc.min_max(array).as_py()
        wrong = next((bounds[end] for end in ("max", "min") if not -1 <= bounds[end] < len(names)), None)
        if wrong is not None:
            raise ValueMisfit(f"{wrong} is not the number of one of its {len(names)} labels")
    return array


def _number(text: str, numbers: dict[str, int]) -> int:
    found = numbers.get(text, numbers.get(text.strip()))
    if found is not None:
        return found
    try:
        number = int(text)
    except ValueError:
        number = len(numbers)
    if not -1 <= number < len(numbers):
        raise ValueMisfit(f"“{text[:_QUOTED]}” is not one of its labels")
    return number

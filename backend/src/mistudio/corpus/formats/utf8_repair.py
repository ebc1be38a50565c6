"""Finds invalid UTF-8 in text columns, replaces it with U+FFFD as Python does, and counts it.

The readers of Parquet, Arrow, CSV and JSON all pass such bytes on unchecked, and later stages would crash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.array_check import check_array
from mistudio.corpus.formats.json_type import decode_values, make_array


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source file; ``invalid`` counts repaired rows per column, ``consumed`` source bytes so far.

    ``short_rows`` counts CSV rows that lacked cells, ``skipped_rows`` those that an option left out. ``text_columns``
    are columns of CSV that were kept as text, and whether all of their cells are numbers.
    """

    batch: pa.RecordBatch
    consumed: int
    invalid: Mapping[str, int] = field(default_factory=dict)
    short_rows: int = 0
    skipped_rows: int = 0
    text_columns: Mapping[str, bool] = field(default_factory=dict)


def repair_chunk(chunk: Chunk, *, label: str) -> Chunk:
    """Make every text of ``chunk`` valid UTF-8; raise InvalidData if it is broken in another way."""
    if _is_valid(chunk.batch):
        return chunk
    columns, invalid = [], dict(chunk.invalid)
    try:
        for name, column in zip(chunk.batch.schema.names, chunk.batch.columns, strict=True):
            repaired, count = repair_array(column)
            columns.append(repaired)
            if count:
                invalid[name] = invalid.get(name, 0) + count
        batch = pa.RecordBatch.from_arrays(columns, schema=chunk.batch.schema)
        batch.validate(full=True)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise InvalidData(f"{label} is damaged: its values cannot be read. Get a new copy.") from error
    return replace(chunk, batch=batch, invalid=invalid)


def repair_array(array: pa.Array) -> tuple[pa.Array, int]:
    """Replace invalid UTF-8 in ``array``, at any depth; return it and the number of values that had some.

    Raises ArrowInvalid if the array is broken in another way.
    """
    if _is_valid(array):
        return array, 0
    check_array(array)
    values = python_values(array)
    raw = array.cast(_to_binary_type(array.type)).to_pylist()
    count = sum(_has_invalid(value) for value in raw)
    return make_array(values, array.type), count


def decode_array(array: pa.Array) -> list[object]:
    """Return Python objects as ``python_values`` does, and what JSON texts of the JSON type stand for."""
    return decode_values(python_values(array), array.type)


def python_values(array: pa.Array) -> list[object]:
    """Return Python objects, with invalid UTF-8 replaced, and text for what Python lacks (the year 20,000)."""
    try:
        values: list[object] = array.to_pylist()
    except (ValueError, OverflowError):
        values = [_python_value(array.slice(index, 1)) for index in range(len(array))]
    return values


def _python_value(single: pa.Array) -> object:
    kind = single.type
    try:
        return single.to_pylist()[0]
    except UnicodeDecodeError:
        return _decode_value(single.cast(_to_binary_type(kind)).to_pylist()[0], kind)
    except (ValueError, OverflowError):
        return str(single[0].cast(pa.string())) if not pa.types.is_nested(kind) else f"unreadable {kind}"


def _is_valid(data: pa.Array | pa.RecordBatch) -> bool:
    try:
        data.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _to_binary_type(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_dictionary(kind):
        return _to_binary_type(kind.value_type if pa.types.is_dictionary(kind) else kind.storage_type)
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct([item.with_type(_to_binary_type(item.type)) for item in kind])
    if pa.types.is_map(kind):
        return pa.map_(_to_binary_type(kind.key_type), _to_binary_type(kind.item_type))
    return _to_binary_list_type(kind)


def _to_binary_list_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(_to_binary_type(kind.value_type)), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_to_binary_type(kind.value_type)))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_to_binary_type(kind.value_type)))
    # pyarrow's cast of a list of only nulls to its own type breaks within a struct; any other type works.
    return pa.bool_() if pa.types.is_null(kind) else kind


def _decode_value(value: object, kind: pa.DataType) -> object:
    """Decode ``value``, which has the binary form of ``kind``: bytes become text where ``kind`` has text."""
    if isinstance(kind, pa.BaseExtensionType):
        return _decode_value(value, kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _decode_value(value, kind.value_type)
    if isinstance(value, bytes):
        is_bytes = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
        return value if is_bytes else value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _decode_value(item, kind.field(name).type) for name, item in value.items()}
    if isinstance(value, list) and pa.types.is_map(kind):
        return [(_decode_value(key, kind.key_type), _decode_value(item, kind.item_type)) for key, item in value]
    return [_decode_value(item, kind.value_type) for item in value] if isinstance(value, list) else value


def _has_invalid(value: object) -> bool:
    """Return whether bytes are invalid UTF-8; those of binary columns, which are rare beside text, count alike."""
    if isinstance(value, bytes):
        return value != value.decode("utf-8", "replace").encode()
    if isinstance(value, dict):
        return any(_has_invalid(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_has_invalid(item) for item in value)

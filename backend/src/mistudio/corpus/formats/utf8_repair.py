"""Text that says it is UTF-8 and is not: found, replaced with U+FFFD as Python does, and counted; no crash later on.

Parquet, Arrow, CSV and JSON readers alike hand such bytes on unchecked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from mistudio.core.errors import InvalidData


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source file. ``invalid`` counts rows repaired per column, ``consumed`` source bytes so far."""

    batch: pa.RecordBatch
    consumed: int
    invalid: Mapping[str, int] = field(default_factory=dict)


def repaired(chunk: Chunk, *, label: str) -> Chunk:
    """``chunk`` with every text valid UTF-8; InvalidData if it is broken in some other way."""
    if _is_valid(chunk.batch):
        return chunk
    columns, invalid = [], dict(chunk.invalid)
    try:
        for name, column in zip(chunk.batch.schema.names, chunk.batch.columns, strict=True):
            clean, count = repair(column)
            columns.append(clean)
            if count:
                invalid[name] = invalid.get(name, 0) + count
        batch = pa.RecordBatch.from_arrays(columns, schema=chunk.batch.schema)
        batch.validate(full=True)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise InvalidData(f"{label} is damaged: its values cannot be read.") from error
    return Chunk(batch, chunk.consumed, invalid)


def repair(array: pa.Array) -> tuple[pa.Array, int]:
    """``array`` with invalid UTF-8 replaced, at any depth, and the number of its values that had some."""
    if _is_valid(array):
        return array, 0
    values = python_values(array)
    raw = array.cast(_as_binary(array.type)).to_pylist()
    count = sum(_has_invalid(value) for value in raw)
    return pa.array(values, array.type), count


def python_values(array: pa.Array) -> list[object]:
    """The values as Python objects; invalid UTF-8 is replaced, what Python cannot hold (the year 20,000) is text."""
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
        return _decoded(single.cast(_as_binary(kind)).to_pylist()[0], kind)
    except (ValueError, OverflowError):
        return str(single[0].cast(pa.string())) if not pa.types.is_nested(kind) else f"unreadable {kind}"


def _is_valid(data: pa.Array | pa.RecordBatch) -> bool:
    try:
        data.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _as_binary(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_dictionary(kind):
        return _as_binary(kind.value_type if pa.types.is_dictionary(kind) else kind.storage_type)
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        return pa.struct([item.with_type(_as_binary(item.type)) for item in kind])
    if pa.types.is_map(kind):
        return pa.map_(_as_binary(kind.key_type), _as_binary(kind.item_type))
    return _rest_as_binary(kind)


def _rest_as_binary(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(_as_binary(kind.value_type)), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_as_binary(kind.value_type)))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_as_binary(kind.value_type)))
    # pyarrow's cast of a list of nothing but nulls to itself breaks within a struct; any other type will do.
    return pa.bool_() if pa.types.is_null(kind) else kind


def _decoded(value: object, kind: pa.DataType) -> object:
    """``value`` of the binary twin of ``kind``, with text where ``kind`` has text."""
    if isinstance(kind, pa.BaseExtensionType):
        return _decoded(value, kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _decoded(value, kind.value_type)
    if isinstance(value, bytes):
        is_bytes = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
        return value if is_bytes else value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _decoded(item, kind.field(name).type) for name, item in value.items()}
    if isinstance(value, list) and pa.types.is_map(kind):
        return [(_decoded(key, kind.key_type), _decoded(item, kind.item_type)) for key, item in value]
    return [_decoded(item, kind.value_type) for item in value] if isinstance(value, list) else value


def _has_invalid(value: object) -> bool:
    """Whether bytes that ought to be text are not; bytes that were never text are rare beside it, and count as such."""
    if isinstance(value, bytes):
        return value != value.decode("utf-8", "replace").encode()
    if isinstance(value, dict):
        return any(_has_invalid(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_has_invalid(item) for item in value)

"""The schema of all files of a dataset: for each column the narrowest type that holds the values of every file.

Types of files that declare them (Parquet, Arrow) are widened in place: a struct gets the fields of all. Types that were
inferred from values (JSON, CSV) follow ``type_inference``. What has no common type becomes text, or JSON if nested.
"""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from mistudio.corpus.formats.json_type import JSON, is_json
from mistudio.corpus.formats.storable_type import to_storable_type
from mistudio.corpus.formats.type_inference import merge_types

_MAX_DIGITS: Final = 38
_MOST_DIGITS: Final = 76
_EXACT_DIGITS: Final = 15
_UNITS: Final = ("s", "ms", "us", "ns")
_WHOLE_DIGITS: Final = {8: 3, 16: 5, 32: 10, 64: 20}


def merge_file_schemas(schemas: Sequence[pa.Schema], *, are_inferred: bool) -> pa.Schema:
    """Return one schema for all files, with the columns in order of appearance and without metadata."""
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for field in schema:
            known = fields.get(field.name)
            fields[field.name] = field if known is None else _merge_fields(known, field, are_inferred)
    absent = {name for name in fields for schema in schemas if name not in schema.names}
    return pa.schema([field.with_nullable(True) if name in absent else field for name, field in fields.items()])


def _merge_fields(one: pa.Field, other: pa.Field, are_inferred: bool) -> pa.Field:
    merge = merge_types if are_inferred else merge_declared_types
    kind = one.type if one.type.equals(other.type) else merge(one.type, other.type)
    return one.with_type(kind).with_nullable(one.nullable or other.nullable)


def merge_declared_types(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the narrowest type of a column that holds the values of both, which files declare."""
    if pa.types.is_null(one) or pa.types.is_null(other):
        return other if pa.types.is_null(one) else one
    return one if one.equals(other) else _merge_plain_types(to_storable_type(one), to_storable_type(other))


def _merge_plain_types(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one.equals(other):
        return one
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        return _merge_structs(one, other)
    if _is_list(one) and _is_list(other):
        return pa.list_(merge_declared_types(one.value_type, other.value_type))
    if _is_beyond_scalar(one) or _is_beyond_scalar(other):
        return JSON
    return _merge_numbers(one, other) or _merge_times(one, other) or _merge_binary(one, other) or pa.string()


def widen_to_anything(kind: pa.DataType) -> pa.DataType:
    """Return the type for values that do not fit ``kind``, the common type of their files."""
    if _is_beyond_scalar(kind):
        return JSON
    return pa.binary() if pa.types.is_string(kind) else pa.string()


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_beyond_scalar(kind: pa.DataType) -> bool:
    return is_json(kind) or pa.types.is_nested(kind)


def _merge_structs(one: pa.StructType, other: pa.StructType) -> pa.DataType:
    fields = {field.name: field.type for field in one}
    for field in other:
        known = fields.get(field.name)
        fields[field.name] = field.type if known is None else merge_declared_types(known, field.type)
    return pa.struct(list(fields.items()))


def _merge_numbers(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    if pa.types.is_integer(one) and pa.types.is_integer(other):
        return _merge_integers(one, other)
    kinds = (one, other)
    if any(pa.types.is_decimal(kind) for kind in kinds):
        return _merge_decimals(one, other)
    if not all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds):
        return None
    are_small = all(pa.types.is_floating(kind) and kind.bit_width <= 32 for kind in kinds)
    return pa.float32() if are_small else pa.float64()


def _merge_integers(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    are_unsigned = [pa.types.is_unsigned_integer(kind) for kind in (one, other)]
    width = max(one.bit_width, other.bit_width)
    if all(are_unsigned):
        return pa.type_for_alias(f"uint{width}")
    if any(are_unsigned) and pa.uint64() in (one, other):
        return pa.decimal128(_WHOLE_DIGITS[64], 0)
    return pa.int64() if any(are_unsigned) else pa.type_for_alias(f"int{width}")


def _merge_decimals(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    if pa.types.is_floating(one) or pa.types.is_floating(other):
        number = one if pa.types.is_decimal(one) else other
        return pa.float64() if number.precision <= _EXACT_DIGITS else None
    sizes = [_count_digits(kind) for kind in (one, other)]
    if None in sizes:
        return None
    whole, scale = (max(size[part] for size in sizes if size) for part in (0, 1))
    if whole + scale > _MOST_DIGITS:
        return None
    return (pa.decimal128 if whole + scale <= _MAX_DIGITS else pa.decimal256)(whole + scale, scale)


def _count_digits(kind: pa.DataType) -> tuple[int, int] | None:
    """Return how many digits are before and after the point."""
    if pa.types.is_integer(kind):
        return _WHOLE_DIGITS[kind.bit_width], 0
    return (kind.precision - kind.scale, kind.scale) if pa.types.is_decimal(kind) else None


def _merge_times(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    if pa.types.is_date(one) and pa.types.is_date(other):
        return pa.timestamp("ms") if pa.date64() in (one, other) else one
    if pa.types.is_timestamp(one) and pa.types.is_timestamp(other):
        # Without a zone a time is no instant.
        if (one.tz is None) != (other.tz is None):
            return None
        return pa.timestamp(_finer(one.unit, other.unit), one.tz if one.tz == other.tz else "UTC")
    if {pa.types.is_date(one), pa.types.is_date(other)} == {True, False}:
        time = other if pa.types.is_date(one) else one
        return pa.timestamp(_finer(time.unit, "ms")) if pa.types.is_timestamp(time) and time.tz is None else None
    if pa.types.is_time(one) and pa.types.is_time(other):
        unit = _finer(one.unit, other.unit)
        return pa.time64(unit) if unit in ("us", "ns") else pa.time32(unit)
    are_durations = pa.types.is_duration(one) and pa.types.is_duration(other)
    return pa.duration(_finer(one.unit, other.unit)) if are_durations else None


def _finer(one: str, other: str) -> str:
    return max(one, other, key=_UNITS.index)


def _merge_binary(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return text if one is: some programs mark text in Parquet as bytes; bytes that are no text do not fit it."""
    are_bytes = [pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind) for kind in (one, other)]
    return pa.binary() if all(are_bytes) else None

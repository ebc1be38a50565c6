"""The form in which a type, a schema and its column names are stored in Parquet."""

from collections.abc import Iterable
from functools import cache

import pyarrow as pa

from mistudio.corpus.formats.json_type import JSON, MAX_DEPTH, is_json


def to_storable_type(kind: pa.DataType) -> pa.DataType:
    """Return the type in which ``kind`` is stored: its plain form, or JSON text for what Parquet lacks."""
    if isinstance(kind, pa.BaseExtensionType):
        return JSON if is_json(kind) else to_storable_type(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return to_storable_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_timestamp(kind):
        return _to_storable_timestamp(kind)
    return _to_storable_nested_type(kind)


def _to_storable_timestamp(kind: pa.TimestampType) -> pa.TimestampType:
    """Return a timestamp of the same instants: Parquet has no whole seconds, and nothing reads an unknown time zone."""
    zone = kind.tz if kind.tz is None or is_time_zone(kind.tz) else "UTC"
    return pa.timestamp("ms" if kind.unit == "s" else kind.unit, zone)


@cache
def is_time_zone(name: str) -> bool:
    """Return whether this machine knows the time zone."""
    try:
        pa.lib.string_to_tzinfo(name)
    except (pa.ArrowException, ValueError, KeyError, OSError):
        return False
    return True


def _to_storable_nested_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        fields = [field.with_type(to_storable_type(field.type)) for field in kind]
        return pa.struct(fields) if fields and len({field.name for field in fields}) == len(fields) else pa.string()
    if pa.types.is_map(kind):
        pair = [("key", to_storable_type(kind.key_type)), ("value", to_storable_type(kind.item_type))]
        return pa.list_(pa.struct(pair))
    if pa.types.is_fixed_size_list(kind) and kind.list_size > 0:
        return pa.list_(kind.value_field.with_type(to_storable_type(kind.value_type)), kind.list_size)
    if _is_any_list(kind):
        return pa.list_(kind.value_field.with_type(to_storable_type(kind.value_type)))
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    return pa.string() if pa.types.is_union(kind) or kind == pa.month_day_nano_interval() else kind


def is_loadable(kind: pa.DataType) -> bool:
    """Return whether ``datasets`` loads a Parquet column of this type."""
    if isinstance(kind, pa.BaseExtensionType):
        return is_json(kind)
    if pa.types.is_dictionary(kind):
        return is_loadable(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.tz is not None and not is_time_zone(kind.tz):
        return False
    tests = (pa.types.is_map, pa.types.is_list_view, pa.types.is_large_list_view, pa.types.is_run_end_encoded)
    if any(test(kind) for test in (*tests, pa.types.is_decimal32, pa.types.is_decimal64)):
        return False
    return all(is_loadable(kind.field(index).type) for index in range(kind.num_fields))


def _is_any_list(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_list,
        pa.types.is_large_list,
        pa.types.is_list_view,
        pa.types.is_large_list_view,
        pa.types.is_fixed_size_list,
    )
    return any(test(kind) for test in tests)


def to_storable_schema(schema: pa.Schema) -> pa.Schema:
    """Return ``schema`` with to_storable_type types, unique names and its own metadata."""
    fields = [field.with_type(_to_column_type(field.type)) for field in schema]
    names = make_names_unique([field.name for field in fields])
    return pa.schema([field.with_name(name) for field, name in zip(fields, names, strict=True)], schema.metadata)


def _to_column_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of a column; Parquet's readers refuse what is nested very deeply, so that is JSON text."""
    return JSON if _measure_depth(kind) > MAX_DEPTH else to_storable_type(kind)


def _measure_depth(kind: pa.DataType) -> int:
    """Return how deep lists, maps and objects nest in a type."""
    depth, level = 0, [kind]
    while level := [one.field(number).type for one in level for number in range(one.num_fields)]:
        depth += 1
    return depth


def make_names_unique(names: Iterable[str]) -> list[str]:
    """Number the later of two equal column names and name empty ones, as pandas does."""
    taken: dict[str, None] = {}
    counts: dict[str, int] = {}
    for position, name in enumerate(names):
        wanted = name or f"Unnamed: {position}"
        # Lower numbers are taken.
        unique, count = wanted, counts.get(wanted, 0)
        while unique in taken:
            count += 1
            unique = f"{wanted}.{count}"
        counts[wanted] = count
        taken[unique] = None
    return list(taken)

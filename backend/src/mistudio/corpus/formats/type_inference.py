"""Infers a column's type from the values of all blocks of a file: the narrowest type that holds them all.

The order is null < bool < text, null < whole numbers (int64) < numbers (double) < text, null < list, null < struct.
Every other combination becomes text, in which values that are not text are JSON. Structs take the union of their
fields. ``merge_types`` is the least upper bound in that order: it never loses a value, and widening comes to an end.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.utf8_repair import python_values

MAX_COLUMNS: Final = 10_000
MAX_DEPTH: Final = 32
MAX_FIELDS: Final = 1_000
_INT64: Final = 1 << 63
_SCALARS: Final = {
    type(None): pa.null(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
}
# What json.loads gives.
Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"


@dataclass
class KnownSchema:
    """The schema known so far while a file is read: None at first, then wider with each block."""

    schema: pa.Schema | None = None

    def types(self) -> dict[str, pa.DataType]:
        """Return the type of each known column."""
        return {} if self.schema is None else dict(zip(self.schema.names, self.schema.types, strict=True))


def merge_types(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the narrowest type that holds the values of both."""
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        return _make_struct(_merge_fields(dict(_list_fields(one)), dict(_list_fields(other))))
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(merge_types(one.value_type, other.value_type))
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def merge_schemas(one: pa.Schema, other: pa.Schema) -> pa.Schema:
    """Return the columns of both, those of ``one`` first, with the narrowest types that hold both; ``one`` if equal."""
    fields = _merge_fields(
        dict(zip(one.names, one.types, strict=True)), dict(zip(other.names, other.types, strict=True))
    )
    wider = pa.schema(list(fields.items()))
    return one if one.equals(wider) else wider


def _merge_fields(one: dict[str, pa.DataType], other: Mapping[str, pa.DataType]) -> dict[str, pa.DataType]:
    for name, kind in other.items():
        one[name] = merge_types(one[name], kind) if name in one else kind
    return one


def _list_fields(kind: pa.DataType) -> list[tuple[str, pa.DataType]]:
    return [(kind.field(index).name, kind.field(index).type) for index in range(kind.num_fields)]


def _make_struct(fields: Mapping[str, pa.DataType]) -> pa.DataType:
    return pa.struct(list(fields.items())) if len(fields) <= MAX_FIELDS else pa.string()


def infer_type(value: Value, *, depth: int = 0) -> pa.DataType:
    """Return the narrowest type that holds ``value``; what is nested deeper than MAX_DEPTH is JSON text."""
    if not isinstance(value, list | dict):
        is_long = isinstance(value, int) and not -_INT64 <= value < _INT64
        return pa.string() if is_long else _SCALARS[type(value)]
    if depth >= MAX_DEPTH:
        return pa.string()
    if isinstance(value, list):
        return pa.list_(infer_common_type(value, depth=depth + 1))
    return _make_struct({name: infer_type(item, depth=depth + 1) for name, item in value.items()})


def infer_common_type(values: Iterable[Value], *, depth: int = 0) -> pa.DataType:
    """Return the narrowest type that holds all ``values``."""
    kind = pa.null()
    for value in values:
        kind = _widen_type(kind, value, depth)
    return kind


def _widen_type(kind: pa.DataType, value: Value, depth: int) -> pa.DataType:
    # The common case, nothing but text, must not build a type for each value.
    if value is None or (isinstance(value, str) and kind == pa.string()):
        return kind
    return merge_types(kind, infer_type(value, depth=depth))


def fit_value(value: Value, kind: pa.DataType) -> Value:
    """Convert ``value`` to type ``kind``, which must be at least as wide as its own."""
    if value is None or pa.types.is_null(kind):
        return None
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else to_json_text(value)
    if pa.types.is_list(kind) and isinstance(value, list):
        inner = kind.value_type
        return [fit_value(item, inner) for item in value]
    if pa.types.is_struct(kind) and isinstance(value, dict):
        return {name: fit_value(value.get(name), inner) for name, inner in _list_fields(kind)}
    return float(value) if pa.types.is_floating(kind) and isinstance(value, int) else value


def to_json_text(value: object) -> str:
    """Return ``value`` as JSON text with unescaped characters; what JSON lacks becomes a string."""
    return json.dumps(value, ensure_ascii=False, default=str)


def to_storable_type(kind: pa.DataType) -> pa.DataType:
    """Return the type in which ``kind`` is stored: its plain form, or JSON text for what Parquet lacks."""
    if isinstance(kind, pa.BaseExtensionType):
        return (
            kind
            if to_storable_type(kind.storage_type).equals(kind.storage_type)
            else to_storable_type(kind.storage_type)
        )
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return to_storable_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    return _to_storable_nested_type(kind)


def _to_storable_nested_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        fields = [field.with_type(to_storable_type(field.type)) for field in kind]
        return pa.struct(fields) if fields and len({field.name for field in fields}) == len(fields) else pa.string()
    if pa.types.is_map(kind):
        return pa.map_(to_storable_type(kind.key_type), to_storable_type(kind.item_type))
    if pa.types.is_fixed_size_list(kind) and kind.list_size > 0:
        return pa.list_(kind.value_field.with_type(to_storable_type(kind.value_type)), kind.list_size)
    if _is_any_list(kind):
        return pa.list_(kind.value_field.with_type(to_storable_type(kind.value_type)))
    return pa.string() if pa.types.is_union(kind) or kind == pa.month_day_nano_interval() else kind


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
    fields = [field.with_type(to_storable_type(field.type)) for field in schema]
    names = make_names_unique([field.name for field in fields])
    return pa.schema([field.with_name(name) for field, name in zip(fields, names, strict=True)], schema.metadata)


def check_column_count(count: int, label: str) -> None:
    """Raise InvalidData for more than MAX_COLUMNS columns."""
    if count > MAX_COLUMNS:
        raise InvalidData(
            f"{label} has over {MAX_COLUMNS:,} different columns, so it is not a table of records. Leave it out."
        )


def make_names_unique(names: Iterable[str]) -> list[str]:
    """Number the later of two equal column names and name empty ones, as pandas does."""
    taken: dict[str, None] = {}
    counts: dict[str, int] = {}
    for position, name in enumerate(names):
        wanted = name or f"Unnamed: {position}"
        # Numbers below the last one given are taken, so that equal names need no search from 1.
        unique, count = wanted, counts.get(wanted, 0)
        while unique in taken:
            count += 1
            unique = f"{wanted}.{count}"
        counts[wanted] = count
        taken[unique] = None
    return list(taken)


def convert_array(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Convert ``array`` to ``kind``, which ``to_storable_type`` or ``merge_types`` returned for its own type."""
    if array.type.equals(kind):
        return array
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    try:
        if not _needs_python(array.type):
            return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    values = cast("list[Value]", python_values(array))
    return pa.array([fit_value(value, kind) for value in values], kind)


def _needs_python(kind: pa.DataType) -> bool:
    """Return whether Arrow has no correct cast of the type, so that Python must convert each value."""
    text = str(kind)
    return any(word in text for word in ("list_view", "struct", "union", "interval", "run_end"))

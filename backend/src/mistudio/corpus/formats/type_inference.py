"""Infers a column's type from the values of all blocks of a file: the narrowest type that holds them all.

The order is null < bool < text, null < whole numbers (int64) < numbers (double) < text, null < list, null < struct.
A column of different scalars becomes text. Every other combination becomes the JSON type at its place, as in
``datasets``: objects of different keys or of none, lists or objects beside scalars, different scalars within a list or
an object. ``merge_types`` is the least upper bound in that order: it never loses a value, and widening comes to an end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.formats.column_notes import ColumnNotes
from mistudio.corpus.formats.json_type import (
    JSON,
    MAX_DEPTH,
    Value,
    contains_json,
    is_json,
    make_array,
    to_json_text,
)
from mistudio.corpus.formats.utf8_repair import decode_array

MAX_FIELDS: Final = 1_000
_INT64: Final = 1 << 63
_SCALARS: Final = {
    type(None): pa.null(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
}


@dataclass
class KnownSchema:
    """The schema known so far while a file is read: None at first, then wider with each block.

    ``hints`` are types of columns that the file may have.
    """

    schema: pa.Schema | None = None
    hints: Mapping[str, pa.DataType] = field(default_factory=dict)
    notes: ColumnNotes = field(default_factory=ColumnNotes)

    def types(self) -> dict[str, pa.DataType]:
        """Return the type of each known column."""
        known = {} if self.schema is None else dict(zip(self.schema.names, self.schema.types, strict=True))
        return {**self.hints, **known}


def merge_types(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the narrowest type of a column that holds the values of both."""
    return _merge(one, other, pa.string())


def _merge(one: pa.DataType, other: pa.DataType, mixed: pa.DataType) -> pa.DataType:
    """Merge two types; ``mixed`` is the type for different scalars."""
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        return _merge_structs(dict(_list_fields(one)), dict(_list_fields(other)))
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(_merge(one.value_type, other.value_type, JSON))
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    return JSON if _is_beyond_scalar(one) or _is_beyond_scalar(other) else mixed


def _merge_structs(one: Mapping[str, pa.DataType], other: Mapping[str, pa.DataType]) -> pa.DataType:
    # The union of their fields would add a null for each absent key.
    if one.keys() != other.keys():
        return JSON
    return pa.struct([(name, _merge(kind, other[name], JSON)) for name, kind in one.items()])


def _is_beyond_scalar(kind: pa.DataType) -> bool:
    return is_json(kind) or pa.types.is_nested(kind)


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
    return pa.struct(list(fields.items())) if 0 < len(fields) <= MAX_FIELDS else JSON


def infer_type(value: Value, *, depth: int = 0) -> pa.DataType:
    """Return the narrowest type that holds ``value``; what is nested deeper than MAX_DEPTH is JSON."""
    if not isinstance(value, list | dict):
        is_long = isinstance(value, int) and not -_INT64 <= value < _INT64
        return pa.string() if is_long else _SCALARS[type(value)]
    if depth >= MAX_DEPTH:
        return JSON
    if isinstance(value, list):
        return pa.list_(_infer_common(value, pa.null(), JSON, depth + 1))
    return _make_struct({name: infer_type(item, depth=depth + 1) for name, item in value.items()})


def infer_common_type(values: Iterable[Value], *, known: pa.DataType | None = None) -> pa.DataType:
    """Return the narrowest type of a column that holds all ``values``, and those of the type ``known``."""
    return _infer_common(values, pa.null() if known is None else known, pa.string(), 0)


def _infer_common(values: Iterable[Value], kind: pa.DataType, mixed: pa.DataType, depth: int) -> pa.DataType:
    is_text, is_any = kind.equals(pa.string()), is_json(kind)
    for value in values:
        if is_any:
            break
        # The common case, nothing but text, must not build a type for each value.
        if value is None or (is_text and isinstance(value, str)):
            continue
        kind = _widen_type(kind, value, mixed, depth)
        is_text, is_any = kind.equals(pa.string()), is_json(kind)
    return kind


def _widen_type(kind: pa.DataType, value: Value, mixed: pa.DataType, depth: int) -> pa.DataType:
    """Return the narrowest type that holds those of ``kind`` and ``value``; build no type if ``kind`` does."""
    if depth < MAX_DEPTH and isinstance(value, list) and pa.types.is_list(kind):
        inner = kind.value_type
        wider = _infer_common(value, inner, JSON, depth + 1)
        return kind if wider is inner else pa.list_(wider)
    if isinstance(value, dict) and pa.types.is_struct(kind):
        return _widen_struct(kind, value, depth)
    return _merge(kind, infer_type(value, depth=depth), mixed)


def _widen_struct(kind: pa.DataType, value: dict[str, Value], depth: int) -> pa.DataType:
    fields = dict(_list_fields(kind))
    if fields.keys() != value.keys():
        return JSON
    wider = {name: _infer_common((value[name],), item, JSON, depth + 1) for name, item in fields.items()}
    return kind if all(wider[name] is item for name, item in fields.items()) else _make_struct(wider)


def fit_value(value: Value, kind: pa.DataType) -> Value:
    """Convert ``value`` to type ``kind``, which must be at least as wide as its own; JSON types take JSON text."""
    if value is None or pa.types.is_null(kind):
        return None
    if is_json(kind):
        return to_json_text(value)
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else to_json_text(value)
    if pa.types.is_list(kind) and isinstance(value, list):
        inner = kind.value_type
        return [fit_value(item, inner) for item in value]
    if pa.types.is_struct(kind) and isinstance(value, dict):
        return {name: fit_value(value.get(name), inner) for name, inner in _list_fields(kind)}
    return float(value) if pa.types.is_floating(kind) and isinstance(value, int) else value


def convert_array(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Convert ``array`` to ``kind``, which ``to_storable_type`` or ``merge_types`` returned for its own type."""
    if array.type.equals(kind):
        return array
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    try:
        if not _needs_python(array.type, kind):
            return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    values = cast("list[Value]", decode_array(array))
    return make_array([fit_value(value, kind) for value in values], kind)


def _needs_python(kind: pa.DataType, wanted: pa.DataType) -> bool:
    """Return whether Arrow has no correct cast to ``wanted``, so that Python must convert each value."""
    # Arrow would take a text for JSON as it is, without its quotes.
    if contains_json(wanted) and not (pa.types.is_null(kind) or is_json(kind)):
        return True
    text = str(kind)
    return any(word in text for word in ("list_view", "struct", "union", "interval", "run_end"))

"""The JSON type of Arrow and Parquet: a column of values that no other type holds, each as JSON text.

``datasets`` reads and writes the same type, as its feature ``Json``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import orjson
import pyarrow as pa

JSON: Final = pa.json_()
# What is nested deeper is JSON text.
MAX_DEPTH: Final = 32
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONG_NUMBER: Final = re.compile(rb"\d{19}")
# What json.loads gives.
Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"


def is_json(kind: pa.DataType) -> bool:
    """Return whether ``kind`` is Arrow's JSON type."""
    return isinstance(kind, pa.JsonType)


def contains_json(kind: pa.DataType) -> bool:
    """Return whether ``kind`` is the JSON type or has it at some depth."""
    if isinstance(kind, pa.BaseExtensionType):
        return is_json(kind)
    if pa.types.is_dictionary(kind):
        return contains_json(kind.value_type)
    return any(contains_json(kind.field(index).type) for index in range(kind.num_fields))


def load_json(text: bytes) -> Value:
    """Parse JSON exactly; bytes that are not UTF-8 become lone surrogates. Raises ValueError and RecursionError."""
    # orjson rounds whole numbers beyond 64 bits, and refuses NaN, lone surrogates and invalid UTF-8.
    if not _LONG_NUMBER.search(text):
        try:
            return cast("Value", orjson.loads(text))
        except orjson.JSONDecodeError:
            pass
    return cast("Value", json.loads(text.decode("utf-8", "surrogateescape")))


def clean_text(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode."""
    return _SURROGATE.sub("\ufffd", text)


def clean_value(value: Value) -> Value:
    """Replace lone surrogates in keys and texts at any depth."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [clean_value(item) for item in value]
    return {clean_text(name): clean_value(item) for name, item in value.items()} if isinstance(value, dict) else value


def to_json_text(value: object) -> str:
    """Return ``value`` as JSON text with unescaped characters; what JSON lacks becomes a string."""
    try:
        return _to_plain_text(value)
    except RecursionError:
        return _to_deep_text(value)


def _to_plain_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


@dataclass(frozen=True)
class _Written:
    text: str


def _to_deep_text(value: object) -> str:
    """Return the text that ``json`` would write if it could nest so deeply."""
    pieces: list[str] = []
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Written):
            pieces.append(item.text)
        elif isinstance(item, dict):
            waiting += reversed(
                _spread("{", {_to_plain_text(str(name)) + ": ": one for name, one in item.items()}, "}")
            )
        elif isinstance(item, list | tuple):
            waiting += reversed(_spread("[", dict(enumerate(item)), "]"))
        else:
            pieces.append(_to_plain_text(item))
    return "".join(pieces)


def _spread(opening: str, items: Mapping[str | int, object], closing: str) -> list[object]:
    """Return what to write for an object, by the texts of its names, or for a list, by position."""
    spread: list[object] = [_Written(opening)]
    for number, (name, item) in enumerate(items.items()):
        spread += [_Written((", " if number else "") + (name if isinstance(name, str) else "")), item]
    return [*spread, _Written(closing)]


def make_array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    """Return an array of type ``kind``, in which values of the JSON type are JSON texts."""
    # pyarrow makes no nested arrays of an extension type, but casts to them.
    plain = _to_plain_type(kind)
    return pa.array(values, kind) if plain.equals(kind) else pa.array(values, plain).cast(kind)


def _to_plain_type(kind: pa.DataType) -> pa.DataType:
    if is_json(kind):
        return kind.storage_type
    if not contains_json(kind):
        return kind
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_to_plain_type(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_to_plain_type(kind.key_type), _to_plain_type(kind.item_type))
    item = kind.value_field.with_type(_to_plain_type(kind.value_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(item, kind.list_size)
    return pa.large_list(item) if pa.types.is_large_list(kind) else pa.list_(item)


def decode_values(values: list[object], kind: pa.DataType) -> list[object]:
    """Return the Python values of an array of type ``kind`` with JSON texts parsed; what is no JSON stays text."""
    return [_decode(value, kind) for value in values] if contains_json(kind) else values


def _decode(value: object, kind: pa.DataType) -> object:
    if value is None or not contains_json(kind):
        return value
    if is_json(kind):
        return _decode_text(value)
    if isinstance(value, dict):
        return {name: _decode(item, kind.field(name).type) for name, item in value.items()}
    if pa.types.is_map(kind) and isinstance(value, list):
        return [(_decode(key, kind.key_type), _decode(item, kind.item_type)) for key, item in value]
    return [_decode(item, kind.value_type) for item in value] if isinstance(value, list) else value


def _decode_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return clean_value(load_json(value.encode())) if "\\u" in value else load_json(value.encode())
    except (ValueError, RecursionError):
        return value

"""Frozen dataclasses as JSON, and back; pydantic knows their fields from their types."""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter

from mistudio.core.errors import InvalidData, Json, UnsupportedVersion

Record = TypeVar("Record")

_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {}


def as_json(record: Any) -> dict[str, Json]:  # of any class
    """The fields of a dataclass as plain JSON values: lists for tuples, objects for records within."""
    return cast("dict[str, Json]", _adapter(type(record)).dump_python(record, mode="json"))


def from_json(kind: type[Record], value: object) -> Record:
    """The record of that class for which ``as_json`` gave ``value``; keys that it does not know count for nothing.

    ValueError, which names the fields, where one is missing or not of its type.
    """
    return cast("Record", _adapter(kind).validate_python(value))


def to_versioned(content: Mapping[str, object], version: int) -> bytes:
    """The file of a record with this content, by which a later program knows how to read it."""
    whole = {**content, "format_version": version}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def from_versioned(kind: type[Record], data: bytes, *, newest: int, name: str, remedy: str) -> Record:
    """The record in a file of ``to_versioned``, called ``name`` where it is of no use, for which there is ``remedy``.

    Raises UnsupportedVersion if it is newer than ``newest``, InvalidData if it holds no such record.
    """
    try:
        content = json.loads(data)
        found = int(content.pop("format_version"))
        if found > newest:
            raise UnsupportedVersion(f"{name} has version {found}; this program reads up to {newest}: update it.")
        return from_json(kind, content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidData(f"{name} is damaged: {remedy}.") from error


def _adapter(kind: type) -> TypeAdapter[Any]:  # of that class
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]

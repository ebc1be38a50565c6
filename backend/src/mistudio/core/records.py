"""Frozen dataclasses as JSON, and back; pydantic knows their fields from their types."""

from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter

from mistudio.core.errors import Json

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


def _adapter(kind: type) -> TypeAdapter[Any]:  # of that class
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]

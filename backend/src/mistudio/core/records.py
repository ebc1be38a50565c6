"""Converts frozen dataclasses to JSON and back, also in files; pydantic derives the fields from their types."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pydantic import TypeAdapter

from mistudio.core.errors import InvalidData, Json, UnsupportedVersion
from mistudio.utils.file_utils import write_bytes_atomic

Record = TypeVar("Record")

_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {}


def as_json(record: Any) -> dict[str, Json]:  # of any class
    """Return the fields of a dataclass as JSON values: lists for tuples, objects for nested records."""
    return cast("dict[str, Json]", _adapter(type(record)).dump_python(record, mode="json"))


def from_json(kind: type[Record], value: object) -> Record:
    """Return the record of this class that ``as_json`` made into ``value``; unknown keys are ignored.

    Raises ValueError, which names the fields, if one is missing or has the wrong type.
    """
    return cast("Record", _adapter(kind).validate_python(value))


def write_record(path: Path, record: object) -> None:
    """Write a dataclass as JSON into the file ``path``, atomically."""
    write_bytes_atomic(path, json.dumps(as_json(record)).encode())


def read_record(kind: type[Record], path: Path) -> Record | None:
    """Return the record that ``write_record`` wrote into the file; None if it is missing or damaged."""
    try:
        return from_json(kind, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def to_versioned(content: Mapping[str, object], version: int) -> bytes:
    """Return the bytes of a file with this content and its format version."""
    whole = {**content, "format_version": version}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def from_versioned(kind: type[Record], data: bytes, *, newest: int, name: str, remedy: str) -> Record:
    """Return the record in a file of ``to_versioned``.

    Raises UnsupportedVersion if the file is newer than ``newest``, InvalidData if it holds no such record. The messages
    name the file by ``name``, and InvalidData gives ``remedy``.
    """
    try:
        content = json.loads(data)
        found = int(content.pop("format_version"))
        if found > newest:
            raise UnsupportedVersion(
                f"{name} has version {found}, but this program reads versions up to {newest}. Update the program."
            )
        return from_json(kind, content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidData(f"{name} is damaged: {remedy}.") from error


def _adapter(kind: type) -> TypeAdapter[Any]:  # of that class
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]

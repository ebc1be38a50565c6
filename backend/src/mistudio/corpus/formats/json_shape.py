"""Detects how a JSON file holds its records, from its first bytes: one by one, under a key, or column by column."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ShapeKind: TypeAlias = Literal["records", "field", "columns", "index", "split"]
Node: TypeAlias = "str | int | float | bool | Sequence[Node] | Mapping[str, Node] | None"

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)
# Keys under which exports keep their records.
_CONTAINERS: Final = (
    *(
        "data",
        "rows",
        "examples",
        "records",
        "items",
        "samples",
        "instances",
        "entries",
        "results",
        "documents",
        "docs",
    ),
    *("train", "dataset", "questions", "annotations", "articles"),
)
_ROLE_KEYS: Final = ({"role", "content"}, {"from", "value"})
_MAX_DEPTH: Final = 100


@dataclass(frozen=True)
class JsonShape:
    """How a file holds its records.

    ``field`` is the path of the array that holds them, for the kind ``field``. ``lists`` are the paths of other arrays
    of objects, any of which may be named as the field.
    """

    kind: ShapeKind = "records"
    field: str | None = None
    lists: tuple[str, ...] = ()


def detect_json_shape(head: bytes) -> JsonShape:
    """Return the shape of a JSON file that begins with ``head``, which is UTF-8 without a mark.

    The shapes ``columns`` ({"text": {"0": …}}), ``index`` ({"0": {"text": …}}) and ``split`` are those that pandas'
    ``DataFrame.to_json`` writes. Only a file of a single object has another shape than ``records``.
    """
    text = head.decode("utf-8", "replace").lstrip()
    value = _parse_start(text) if text.startswith("{") else None
    if not isinstance(value, Mapping) or not value:
        return JsonShape()
    if _is_split(value):
        return JsonShape("split")
    if oriented := _detect_frame(value):
        return JsonShape(oriented)
    lists = tuple(_list_record_lists(value))
    named = [path for path in lists if path.rpartition(".")[2].lower() in _CONTAINERS]
    if len(named) == 1 or (named and named[0].rpartition(".")[2] == "data"):
        return JsonShape("field", named[0], lists)
    return JsonShape(lists=lists)


def _parse_start(text: str) -> Node:
    """Return the only value of ``text``, as far as it goes; None if a second value follows or it is not JSON."""
    closers: list[str] = []
    cut, end = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in ("[", "{"):
            closers.append("]" if mark == "[" else "}")
            cut, end = token.end(), "".join(reversed(closers))
        elif mark in ("]", "}"):
            if not closers or closers.pop() != mark:
                return None
            cut, end = token.end(), "".join(reversed(closers))
            if not closers:
                return None if text[cut:].strip() else _load(text[:cut])
        elif mark == "," and closers:
            cut, end = token.start(), "".join(reversed(closers))
        if len(closers) > _MAX_DEPTH:
            return None
    return _load(text[:cut] + end)


def _load(text: str) -> Node:
    try:
        loaded: Node = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return loaded


def _is_split(value: Mapping[str, Node]) -> bool:
    columns, rows = value.get("columns"), value.get("data")
    return (
        isinstance(columns, Sequence)
        and set(value) <= {"columns", "index", "data"}
        and (not rows or (_is_array(rows) and _is_array(_first(rows))))
    )


def _detect_frame(value: Mapping[str, Node]) -> Literal["columns", "index"] | None:
    """Return which way around an object of objects holds a table, one side of which is numbered."""
    if not all(isinstance(inner, Mapping) for inner in value.values()):
        return None
    if _is_numbered(value):
        first = next(iter(value.values()))
        return "index" if isinstance(first, Mapping) and first and not _is_numbered(first) else None
    inner_keys = [list(inner) for inner in value.values() if isinstance(inner, Mapping) and inner]
    # The head may end within a column.
    has_one_start = len({keys[0] for keys in inner_keys}) == 1
    return "columns" if has_one_start and all(key.isdecimal() for keys in inner_keys for key in keys) else None


def _is_numbered(value: Mapping[str, Node]) -> bool:
    return all(key.isdecimal() for key in value)


def _list_record_lists(value: Mapping[str, Node], prefix: str = "") -> list[str]:
    """Return the paths of arrays of objects, outer ones first; messages of a conversation are no records."""
    found = [f"{prefix}{key}" for key, inner in value.items() if _holds_records(inner)]
    if not prefix:
        for key, inner in value.items():
            if isinstance(inner, Mapping):
                found += _list_record_lists(inner, f"{key}.")
    return found


def _holds_records(value: Node) -> bool:
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    objects = [item for item in items if isinstance(item, Mapping)]
    if not objects or len(objects) != len(items):
        return False
    return not any(keys <= set(objects[0]) for keys in _ROLE_KEYS)


def _is_array(value: Node) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _first(value: Node) -> Node:
    return value[0] if isinstance(value, Sequence) and value else None

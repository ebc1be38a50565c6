"""Classifies columns by what can be asked of their values, and finds the types of a column or of a path into one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from mistudio.core.errors import Json, UnknownColumn
from mistudio.corpus.formats.features import list_labels
from mistudio.corpus.formats.json_type import is_json
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_path import find_root, is_text

Kind: TypeAlias = Literal["number", "text", "boolean", "time", "list", "struct", "json", "binary", "null"]

# The names of the kinds in messages.
NAMES: Final[Mapping[Kind, str]] = {
    "number": "numbers",
    "text": "text",
    "boolean": "true and false",
    "time": "dates and times",
    "list": "lists",
    "struct": "structs",
    "json": "JSON values",
    "binary": "bytes",
    "null": "only nulls",
}


@dataclass(frozen=True)
class ColumnType:
    """A column, or a path into one: the types that the dataset's files give it, and the names of its class labels."""

    path: str
    types: tuple[pa.DataType, ...]
    labels: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the types, except that of nulls."""
        return tuple(dict.fromkeys(kind for kind in map(classify_type, self.types) if kind != "null"))

    @property
    def description(self) -> str:
        """What the column holds, in words."""
        kinds = " or ".join(NAMES[kind] for kind in self.kinds) or NAMES["null"]
        return f"{kinds} ({' | '.join(map(str, self.types))})" if self.types else kinds


def classify_type(kind: pa.DataType) -> Kind:
    """Return the kind of a type of Arrow."""
    if is_json(kind):
        return "json"
    if isinstance(kind, pa.BaseExtensionType):
        return classify_type(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return classify_type(kind.value_type)
    if is_text(kind):
        return "text"
    return _classify_plain(kind)


def _classify_plain(kind: pa.DataType) -> Kind:
    types = pa.types
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_temporal(kind):
        return "time"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return "list"
    if types.is_struct(kind) or types.is_map(kind):
        return "struct"
    return "null" if types.is_null(kind) else "binary"


def find_column(store: DatasetStore, path: str, *, field: str) -> ColumnType:
    """Return the types at ``path`` in the dataset's files.

    Raises UnknownColumn, with the choices, naming the request field ``field``.
    """
    names = [column.name for column in store.manifest.columns]
    root = find_root(path, names)
    if root is None:
        raise UnknownColumn(
            f"There is no column “{path}”. Columns: {', '.join(names)}.", field=field, extra={"choices": list(names)}
        )
    present = list(dict.fromkeys(_list_types(store, root)))
    rest = path[len(root) + 1 :]
    types = [found for kind in present if (found := _walk_type(kind, rest)) is not None]
    if present and not types:
        raise UnknownColumn(_explain_path(root, rest, present), field=field)
    labels = list_labels(_walk_feature(store.manifest.features.get(root), rest))
    return ColumnType(path, tuple(dict.fromkeys(types)), tuple(labels))


def _list_types(store: DatasetStore, root: str) -> Iterator[pa.DataType]:
    """Yield the type of a column in each file that has it."""
    seen: set[str] = set()
    for group in store.groups():
        if group.path in seen:
            continue
        seen.add(group.path)
        table = store.read(group, columns=[root])
        if root in table.column_names:
            yield table.schema.field(root).type


def _walk_type(kind: pa.DataType, rest: str) -> pa.DataType | None:
    """Return the type at a path of a type; None if it has no such path. A path into JSON is JSON."""
    if not rest or is_json(kind):
        return kind
    if not pa.types.is_struct(kind):
        return None
    names = [field.name for field in kind]
    name = find_root(rest, names)
    return None if name is None else _walk_type(kind.field(name).type, rest[len(name) + 1 :])


def _walk_feature(feature: Json, rest: str) -> Json:
    while rest and isinstance(feature, dict):
        name = find_root(rest, feature)
        feature, rest = (feature.get(name), rest[len(name) + 1 :]) if name is not None else (None, "")
    return feature


def _explain_path(root: str, rest: str, types: list[pa.DataType]) -> str:
    fields = [field.name for kind in types if pa.types.is_struct(kind) for field in kind]
    if not fields:
        return f"Column “{root}” has no fields (its type is {types[0]}): leave out “.{rest}”."
    return f"Column “{root}” has no field “{rest}”. Fields: {', '.join(dict.fromkeys(fields))}."

"""Finds the texts of a column, or of a path into a struct or JSON column such as ``translation.en``.

A name that is a column as it stands wins over a path, so names with dots keep working.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.formats.json_type import is_json
from mistudio.corpus.formats.utf8_repair import decode_array
from mistudio.corpus.store.conversations import CALLS, CONTENTS, ROLES, render_value


def find_root(path: str, names: Iterable[str]) -> str | None:
    """Return the column among ``names`` that ``path`` begins with; None if there is none."""
    present = set(names)
    return next((root for root, _ in _split_path(path) if root in present), None)


def find_roots(paths: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the columns among ``names`` that the ``paths`` begin with; paths without one are left out."""
    present = list(names)
    return [root for path in paths if (root := find_root(path, present)) is not None]


def _split_path(path: str) -> Iterator[tuple[str, str]]:
    """Yield each way to cut ``path`` into a name and the rest, the longest name first."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        yield ".".join(parts[:count]), ".".join(parts[count:])


def get_value(values: Mapping[str, object], path: str) -> object:
    """Return the value at ``path`` of an object; None if it has no such path."""
    for name, rest in _split_path(path):
        if name in values:
            value = values[name]
            if not rest:
                return value
            return get_value(value, rest) if isinstance(value, dict) else None
    return None


def read_texts(array: pa.Array, rest: str = "") -> pa.Array:
    """Return the texts at the path ``rest`` of a column, as one string array of the same length; nulls stay null.

    Raises TypeError if there is no text.
    """
    found, left = walk_path(array, rest)
    if left:
        return _render_cells(_walk_values(found, left))
    try:
        return extract_texts(found)
    except TypeError:
        # A field that is text in another file may be anything in this one.
        if not rest:
            raise
        return _render_cells(decode_array(found))


def read_cells(array: pa.Array, rest: str = "") -> list[object]:
    """Return the Python values at the path ``rest`` of a column, JSON parsed."""
    array, rest = walk_path(array, rest)
    return _walk_values(array, rest) if rest else decode_array(array)


def read_table_cells(table: pa.Table, path: str) -> list[object]:
    """Return the Python value at ``path`` of each row of a table, JSON parsed; None where there is none."""
    root = find_root(path, table.column_names)
    if root is None:
        return [None] * len(table)
    return read_cells(table.column(root).combine_chunks(), path[len(root) + 1 :])


def read_roles(array: pa.Array, rest: str = "") -> list[object]:
    """Return conversations that have all roles of those at the path ``rest`` of a column, each role once if it can."""
    found, left = walk_path(array, rest)
    fields = None if left else find_conversation_fields(found.type)
    if fields is None:
        return read_cells(found, left)
    return [[{fields[0]: role} for role in pc.unique(pc.struct_field(found.flatten(), fields[0])).to_pylist()]]


def walk_path(array: pa.Array, rest: str) -> tuple[pa.Array, str]:
    """Follow a path through structs; return the field and what is left of the path, for values of the JSON type."""
    while rest and pa.types.is_struct(array.type):
        names = {field.name for field in array.type}
        step = next(((name, more) for name, more in _split_path(rest) if name in names), None)
        if step is None:
            return pa.nulls(len(array), pa.string()), ""
        array, rest = pc.struct_field(array, step[0]), step[1]
    return array, rest


def _walk_values(array: pa.Array, rest: str) -> list[object]:
    return [get_value(value, rest) if isinstance(value, dict) else None for value in decode_array(array)]


def is_text(kind: pa.DataType) -> bool:
    """Return whether ``kind`` is a type of Unicode text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_any_list(kind: pa.DataType) -> bool:
    """Return whether ``kind`` is a type of lists of any length."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def find_conversation_fields(kind: pa.DataType) -> tuple[str, str] | None:
    """Return the fields of role and content, or of tool calls; None unless ``kind`` is a type of conversations."""
    if not is_any_list(kind) or not pa.types.is_struct(kind.value_type):
        return None
    types = {field.name: field.type for field in kind.value_type}
    role = next((name for name in ROLES if name in types and is_text(types[name])), None)
    said = [name for name in CONTENTS if name in types and _is_content(types[name])]
    content = next((name for name in (*said, *CALLS) if name in types), None)
    return (role, content) if role and content else None


def _is_content(kind: pa.DataType) -> bool:
    # Content that is always null has no type of its own.
    if is_text(kind) or is_json(kind) or pa.types.is_null(kind):
        return True
    if not is_any_list(kind):
        return False
    part = kind.value_type
    if pa.types.is_struct(part):
        return any(field.name == "text" and (is_text(field.type) or is_json(field.type)) for field in part)
    return is_text(part) or is_json(part)


def extract_texts(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the texts of a column as one string array of the same length; nulls stay null.

    Raises TypeError if the column holds neither text, conversations, lists of texts nor JSON.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if is_text(kind):
        return array if pa.types.is_string(kind) else array.cast(pa.string())
    if (fields := find_conversation_fields(kind)) is not None:
        return _render_column(array, *fields)
    if pa.types.is_null(kind) or is_json(kind) or _is_list_of_texts(kind):
        return _render_cells(decode_array(array))
    raise TypeError(f"A column of type {kind} holds no text.")


def _is_list_of_texts(kind: pa.DataType) -> bool:
    return is_any_list(kind) and (is_text(kind.value_type) or is_json(kind.value_type))


def _render_cells(values: list[object]) -> pa.Array:
    return pa.array(
        [None if value is None else _replace_surrogates(render_value(value)) for value in values], pa.string()
    )


def _replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which JSON can escape and UTF-8 cannot encode."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _render_column(array: pa.Array, role: str, content: str) -> pa.Array:
    messages = array.flatten()
    names = [field.name for field in messages.type]
    is_plain = sum(name in names for name in ROLES + CONTENTS) == 2 and not any(name in names for name in CALLS)
    if not is_plain or messages.null_count or not is_text(messages.type.field(content).type):
        return _render_cells(decode_array(array))
    parts = dict(zip(names, messages.flatten(), strict=True))
    roles, contents = (parts[name].cast(pa.string()).fill_null("") for name in (role, content))
    prefixed = pc.binary_join_element_wise(roles, contents, ": ")
    lines = pc.if_else(pc.equal(pc.binary_length(roles), 0), contents, prefixed)
    lengths = pc.list_value_length(array).fill_null(0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths.cast(pa.int32()))])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, lines), "\n\n")
    return pc.if_else(pc.is_null(array), pa.scalar(None, pa.string()), joined)


def has_json_values(kind: pa.DataType) -> bool:
    """Return whether only the values of a column of this type say what it holds."""
    return is_json(kind) or (is_any_list(kind) and is_json(kind.value_type))


def list_text_fields(kind: pa.DataType, prefix: str) -> list[tuple[str, pa.DataType]]:
    """Return the paths and types of the fields of a struct, at any depth, that are no structs themselves."""
    found: list[tuple[str, pa.DataType]] = []
    for field in cast("Iterable[pa.Field]", kind):
        path = f"{prefix}.{field.name}"
        found += list_text_fields(field.type, path) if pa.types.is_struct(field.type) else [(path, field.type)]
    return found

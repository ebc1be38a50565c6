"""Classifies columns, renders conversations as text, merges the columns of a dataset's files and picks the text column.

A conversation is a list of messages: structs with ``role`` or ``from``, and ``content`` or ``value``. It is rendered as
``role: content`` per message, with a blank line between messages.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import NoData, UnknownColumn
from mistudio.corpus.formats.utf8_repair import python_values
from mistudio.corpus.store.file_report import ColumnKind, ColumnReport, FileReport

TEXT_NAMES: Final = ("text", "content", "document", "article", "story", "body", "passage", "raw_content", "markdown")
CONVERSATION_NAMES: Final = ("messages", "conversations", "conversation", "dialog", "dialogue", "chat")
_ROLES: Final = ("role", "from")
_CONTENTS: Final = ("content", "value")


@dataclass(frozen=True)
class TextColumn:
    """The column whose text is counted, searched and tokenized; ``reason`` says in a sentence why this one."""

    name: str
    reason: str


def classify_column(kind: pa.DataType) -> ColumnKind:
    """Return whether a column of this Arrow type holds text, conversations or something else."""
    if is_text(kind):
        return "text"
    return "conversation" if find_conversation_fields(kind) else "other"


def is_text(kind: pa.DataType) -> bool:
    """Return whether ``kind`` is a type of Unicode text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def find_conversation_fields(kind: pa.DataType) -> tuple[str, str] | None:
    """Return the names of the role field and the content field; None unless ``kind`` is a type of conversations."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not pa.types.is_struct(kind.value_type):
        return None
    types = {field.name: field.type for field in kind.value_type}
    role = next((name for name in _ROLES if name in types and is_text(types[name])), None)
    content = next((name for name in _CONTENTS if name in types and _is_content(types[name])), None)
    return (role, content) if role and content else None


def _is_content(kind: pa.DataType) -> bool:
    if is_text(kind):
        return True
    if not pa.types.is_list(kind) or not pa.types.is_struct(kind.value_type):
        return False
    return any(field.name == "text" and is_text(field.type) for field in kind.value_type)


def render_conversation(value: object) -> str:
    """Return a conversation as text: ``user: …``, a blank line, ``assistant: …``.

    A null message is skipped, a null role is left out, null content is empty. Content in parts (``[{type, text}, …]``)
    is the texts of its parts, joined. Anything but a list of messages is the empty text.
    """
    messages = value if isinstance(value, list) else []
    return "\n\n".join(_render_message(message) for message in messages if isinstance(message, dict))


def _render_message(message: dict[str, object]) -> str:
    role = next((message[name] for name in _ROLES if message.get(name)), None)
    content = _render_content(next((message[name] for name in _CONTENTS if message.get(name) is not None), None))
    return f"{role}: {content}" if role else content


def _render_content(value: object) -> str:
    if isinstance(value, list):
        return "".join(str(part.get("text") or "") for part in value if isinstance(part, dict))
    return "" if value is None else str(value)


def extract_texts(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the texts of a text or conversation column as one string array of the same length; nulls stay null.

    Raises TypeError if the column is of neither kind.
    """
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if is_text(array.type):
        return array if pa.types.is_string(array.type) else array.cast(pa.string())
    fields = find_conversation_fields(array.type)
    if fields is None:
        raise TypeError(f"A column of type {array.type} holds no text.")
    return _render_column(array, *fields)


def _render_column(array: pa.Array, role: str, content: str) -> pa.Array:
    messages = array.flatten()
    names = [field.name for field in messages.type]
    has_one_of_each = sum(name in names for name in _ROLES + _CONTENTS) == 2
    if not has_one_of_each or messages.null_count or not is_text(messages.type.field(content).type):
        values = python_values(array)
        return pa.array([None if value is None else render_conversation(value) for value in values], pa.string())
    parts = dict(zip(names, messages.flatten(), strict=True))
    roles, contents = (parts[name].cast(pa.string()).fill_null("") for name in (role, content))
    prefixed = pc.binary_join_element_wise(roles, contents, ": ")
    lines = pc.if_else(pc.equal(pc.binary_length(roles), 0), contents, prefixed)
    lengths = pc.list_value_length(array).fill_null(0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths.cast(pa.int32()))])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, lines), "\n\n")
    return pc.if_else(pc.is_null(array), pa.scalar(None, pa.string()), joined)


def merge_columns(files: Iterable[FileReport]) -> tuple[ColumnReport, ...]:
    """Return the columns of all files together, in order of appearance; rows of a file without the column are null.

    Differing types are listed side by side (``int64 | double``); differing kinds become ``other``.
    """
    merged: dict[str, ColumnReport] = {}
    present: Counter[str] = Counter()
    rows = 0
    for file in files:
        rows += file.rows
        for column in file.columns:
            merged[column.name] = _merge_reports(merged.get(column.name), column)
            present[column.name] += file.rows
    return tuple(replace(column, nulls=column.nulls + rows - present[name]) for name, column in merged.items())


def _merge_reports(one: ColumnReport | None, other: ColumnReport) -> ColumnReport:
    if one is None:
        return other
    nulls = one.nulls + other.nulls
    if "null" in (one.type, other.type):
        known = other if one.type == "null" else one
        return replace(known, nulls=nulls)
    types = " | ".join(dict.fromkeys([*one.type.split(" | "), *other.type.split(" | ")]))
    if one.kind != other.kind or one.kind == "other":
        return ColumnReport(name=one.name, type=types, kind="other", nulls=nulls)
    return ColumnReport(
        name=one.name,
        type=types,
        kind=one.kind,
        nulls=nulls,
        characters=(one.characters or 0) + (other.characters or 0),
        utf8_bytes=(one.utf8_bytes or 0) + (other.utf8_bytes or 0),
        empty=(one.empty or 0) + (other.empty or 0),
        invalid=(one.invalid or 0) + (other.invalid or 0),
    )


def choose_text_column(columns: Sequence[ColumnReport], *, requested: str | None = None) -> TextColumn:
    """Return the text column: ``requested``, else a usual name, else a conversation, else the column with most text.

    Raises UnknownColumn, with the choices, if ``requested`` is absent or holds no text, and NoData if no column does.
    """
    usable = {column.name: column for column in columns if column.kind != "other"}
    if requested is not None:
        return _require_column(requested, columns, list(usable))
    filled = {name: column for name, column in usable.items() if column.characters} or usable
    if not filled:
        names = ", ".join(column.name for column in columns) or "none"
        raise NoData(f"No column holds text or conversations. Columns: {names}.")
    return _choose_by_name_or_size(filled)


def _require_column(name: str, columns: Sequence[ColumnReport], choices: list[str]) -> TextColumn:
    if name in choices:
        return TextColumn(name, f"“{name}” was requested.")
    column = next((column for column in columns if column.name == name), None)
    what = f"Column “{name}” holds no text (its type is {column.type})." if column else f"There is no column “{name}”."
    listed = ", ".join(choices) or "none"
    raise UnknownColumn(f"{what} Columns with text: {listed}.", extra={"choices": list(choices)})


def _choose_by_name_or_size(columns: dict[str, ColumnReport]) -> TextColumn:
    by_lower = {name.lower(): name for name in reversed(columns)}
    for wanted in TEXT_NAMES:
        if (name := by_lower.get(wanted)) and columns[name].kind == "text":
            return TextColumn(name, f"“{name}” is a usual name of a text column.")
    for wanted in CONVERSATION_NAMES:
        if (name := by_lower.get(wanted)) and columns[name].kind == "conversation":
            return TextColumn(name, f"“{name}” holds conversations, which are read as text with their roles.")
    best = max(columns.values(), key=lambda column: (column.kind == "text", column.characters or 0))
    if best.kind == "conversation":
        return TextColumn(best.name, f"“{best.name}” holds conversations, which are read as text with their roles.")
    if len(columns) == 1:
        return TextColumn(best.name, f"“{best.name}” is the only column that holds text.")
    return TextColumn(best.name, f"“{best.name}” holds the most text of {len(columns)} columns with text.")

"""Classifies columns, merges the columns of a dataset's files and picks the text column."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from mistudio.core.errors import NoData, UnknownColumn
from mistudio.corpus.store.conversations import is_conversation
from mistudio.corpus.store.file_report import ColumnKind, ColumnReport, FileReport
from mistudio.corpus.store.text_path import find_conversation_fields, has_json_values, is_any_list, is_text

TEXT_NAMES: Final = ("text", "content", "document", "article", "story", "body", "passage", "raw_content", "markdown")
CONVERSATION_NAMES: Final = ("messages", "conversations", "conversation", "dialog", "dialogue", "chat")
# A name that ends in one of these words is that of an identifier or an address, not of a text.
_LABEL_NAME: Final = re.compile(
    r"(?:^|[^a-z])(?:id|ids|idx|index|uuid|guid|url|urls|uri|link|href|hash|sha\d*|md5|checksum|key|path|file|filename"
    r"|filepath|timestamp|date|lang|language)$"
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class TextColumn:
    """The column whose text is counted, searched and tokenized; ``reason`` says in a sentence why this one."""

    name: str
    reason: str


def classify_column(kind: pa.DataType, values: Sequence[object] = ()) -> ColumnKind:
    """Return whether a column of this Arrow type holds text, conversations or something else.

    ``values`` are some of the column's values; they decide where the type does not (``has_json_values``).
    """
    if has_json_values(kind):
        return _classify_values(values)
    # A column of nulls may be requested as text, of which it has none.
    if is_text(kind) or pa.types.is_null(kind) or (is_any_list(kind) and is_text(kind.value_type)):
        return "text"
    return "conversation" if find_conversation_fields(kind) else "other"


def _classify_values(values: Sequence[object]) -> ColumnKind:
    filled = [value for value in values if value not in (None, [])]
    talks, texts = sum(map(is_conversation, filled)), sum(map(_is_text_value, filled))
    if talks and talks + texts == len(filled):
        return "conversation"
    return "text" if 2 * texts > len(filled) else "other"


def _is_text_value(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


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
            present.update({each.name: file.rows for each in (*column.fields, column)})
    return tuple(_add_missing_rows(column, rows, present) for column in merged.values())


def _add_missing_rows(column: ColumnReport, rows: int, present: Mapping[str, int]) -> ColumnReport:
    fields = tuple(_add_missing_rows(field, rows, present) for field in column.fields)
    return replace(column, nulls=column.nulls + rows - present[column.name], fields=fields)


def _merge_reports(one: ColumnReport | None, other: ColumnReport) -> ColumnReport:
    if one is None:
        return other
    nulls = one.nulls + other.nulls
    if "null" in (one.type, other.type):
        known = other if one.type == "null" else one
        return replace(known, nulls=nulls)
    types = " | ".join(dict.fromkeys([*one.type.split(" | "), *other.type.split(" | ")]))
    fields = _merge_fields(one, other)
    if one.kind != other.kind or one.kind == "other":
        return ColumnReport(name=one.name, type=types, kind="other", nulls=nulls, fields=fields)
    return ColumnReport(
        name=one.name,
        type=types,
        kind=one.kind,
        nulls=nulls,
        characters=(one.characters or 0) + (other.characters or 0),
        utf8_bytes=(one.utf8_bytes or 0) + (other.utf8_bytes or 0),
        empty=(one.empty or 0) + (other.empty or 0),
        invalid=(one.invalid or 0) + (other.invalid or 0),
        is_label=one.is_label and other.is_label,
        is_field=one.is_field,
        mapped_roles=tuple(dict.fromkeys((*one.mapped_roles, *other.mapped_roles))),
        fields=fields,
    )


def _merge_fields(one: ColumnReport, other: ColumnReport) -> tuple[ColumnReport, ...]:
    theirs = {field.name: field for field in other.fields}
    merged = [_merge_reports(field, theirs.pop(field.name)) if field.name in theirs else field for field in one.fields]
    return (*merged, *theirs.values())


def list_text_columns(columns: Iterable[ColumnReport]) -> dict[str, ColumnReport]:
    """Return what can be the text column, by name: columns with text, and fields by their path (``translation.en``)."""
    listed = [candidate for column in columns for candidate in (column, *column.fields)]
    usable: dict[str, ColumnReport] = {}
    for column in listed:
        if column.kind != "other":
            usable.setdefault(column.name, column)
    return usable


def choose_text_column(columns: Sequence[ColumnReport], *, requested: str | None = None) -> TextColumn:
    """Return the text column: ``requested``, else a usual name, else a conversation, else the column with most text.

    Plain texts go before lists of texts and fields. Identifiers and addresses come last.

    Raises UnknownColumn, with the choices, if ``requested`` is absent or holds no text, and NoData if no column does.
    """
    usable = list_text_columns(columns)
    if requested is not None:
        return _require_column(requested, columns, list(usable))
    filled = {name: column for name, column in usable.items() if column.characters} or _list_empty(usable)
    if not filled:
        names = ", ".join(column.name for column in columns) or "none"
        raise NoData(f"No column holds text or conversations. Columns: {names}.")
    texts = {name: column for name, column in filled.items() if not is_label(column)}
    if not texts:
        name = next(iter(filled))
        return TextColumn(name, f"“{name}” seems to hold identifiers or addresses, but no other column holds text.")
    return _choose_by_name_or_size(texts, beside="" if texts == filled else " other than identifiers and addresses")


def _list_empty(columns: Mapping[str, ColumnReport]) -> dict[str, ColumnReport]:
    """Return what can be the text column where no column has any text; of nulls only what is named like text."""
    usual = {*TEXT_NAMES, *CONVERSATION_NAMES}
    return {name: column for name, column in columns.items() if column.type != "null" or name.lower() in usual}


def is_label(column: ColumnReport) -> bool:
    """Return whether a column's name or texts are those of identifiers or addresses."""
    if column.name.lower() in TEXT_NAMES:
        return False
    last = _CAMEL.sub("_", column.name.rsplit(".", 1)[-1]).lower()
    return column.kind == "text" and (column.is_label or _LABEL_NAME.search(last) is not None)


def _require_column(name: str, columns: Sequence[ColumnReport], choices: list[str]) -> TextColumn:
    if name in choices:
        return TextColumn(name, f"“{name}” was requested.")
    column = next((column for column in columns if column.name == name), None)
    what = f"Column “{name}” holds no text (its type is {column.type})." if column else f"There is no column “{name}”."
    listed = ", ".join(choices) or "none"
    raise UnknownColumn(f"{what} Columns with text: {listed}.", extra={"choices": list(choices)})


def _choose_by_name_or_size(columns: dict[str, ColumnReport], beside: str) -> TextColumn:
    by_lower = {name.lower(): name for name in reversed(columns)}
    for wanted in TEXT_NAMES:
        if (name := by_lower.get(wanted)) and columns[name].kind == "text":
            return TextColumn(name, f"“{name}” is a usual name of a text column.")
    for wanted in CONVERSATION_NAMES:
        if (name := by_lower.get(wanted)) and columns[name].kind == "conversation":
            return TextColumn(name, f"“{name}” holds conversations, which are read as text with their roles.")
    best = max(columns.values(), key=lambda column: (_rank(column), column.characters or 0))
    if best.kind == "conversation":
        return TextColumn(best.name, f"“{best.name}” holds conversations, which are read as text with their roles.")
    if len(columns) == 1:
        return TextColumn(best.name, f"“{best.name}” is the only column that holds text{beside}.")
    what = "fields" if all(column.is_field for column in columns.values()) else "columns"
    return TextColumn(best.name, f"“{best.name}” holds the most text of {len(columns)} {what} with text.")


def _rank(column: ColumnReport) -> int:
    """Return how well a column's kind suits: plain texts, lists of texts, fields of a struct, conversations."""
    if column.kind == "conversation":
        return 1 if column.is_field else 2
    return 3 if column.is_field else 4 if column.type.startswith("list<") else 5

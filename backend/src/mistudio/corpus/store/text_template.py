"""Makes one text of several columns: a template such as ``{instruction}`` and ``{output}`` with a blank line between.

A name in braces is that of a column, or a path into one (``{translation.en}``); ``{{`` and ``}}`` are braces of the
text. A null is the empty text, and a row whose placeholders are all null has no text. What is no text is written as the
samples show it, as JSON.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import FieldError, ValidationFailed
from mistudio.corpus.formats.json_type import clean_text, to_json_text
from mistudio.corpus.formats.utf8_repair import decode_array
from mistudio.corpus.store.conversations import is_text_list, render_value
from mistudio.corpus.store.json_values import to_json_value
from mistudio.corpus.store.text_path import (
    find_conversation_fields,
    find_root,
    get_value,
    is_any_list,
    is_text,
    read_texts,
    walk_path,
)

FIELD: Final = "text_template"
_TOKEN: Final = re.compile(r"(\{\{|\}\})|\{([^{}]*)\}|([{}])")


@dataclass(frozen=True)
class TextTemplate:
    """A template as it was written. Make one with ``parse``, which checks it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the template. Raises ValidationFailed, which says at which character it is wrong."""
        template = cls(text)
        if not template.paths:
            raise _invalid("The template names no column. Write a column's name in braces, such as {text}.")
        return template

    @cached_property
    def parts(self) -> tuple[tuple[str, bool], ...]:
        """The literal texts and the paths of the placeholders, in order; True marks a placeholder."""
        parts: list[tuple[str, bool]] = []
        literal, end = "", 0
        for found in _TOKEN.finditer(self.text):
            literal += self.text[end : found.start()]
            end = found.end()
            escaped, path, stray = found.groups()
            if stray or path == "":
                raise _invalid(_explain_brace(stray or "{}", found.start()))
            if escaped:
                literal += escaped[0]
                continue
            parts += [(literal, False)] * bool(literal) + [(path, True)]
            literal = ""
        literal += self.text[end:]
        return (*parts, *([(literal, False)] if literal else []))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The columns and paths that it names, each once."""
        return tuple(dict.fromkeys(name for name, is_path in self.parts if is_path))

    def render(self, values: Mapping[str, object]) -> str | None:
        """Return the text of one row; None if all that the template names is null."""
        rendered = {path: render_part(get_value(values, path)) for path in self.paths}
        if all(text is None for text in rendered.values()):
            return None
        return "".join(rendered[name] or "" if is_path else name for name, is_path in self.parts)

    def read(self, table: pa.Table) -> pa.StringArray:
        """Return the texts of all rows of ``table``, as ``render`` does for one."""
        columns = self._read_columns(table)
        joined = pc.binary_join_element_wise(
            *(columns[name] if is_path else pa.scalar(name) for name, is_path in self.parts),
            pa.scalar(""),
            null_handling="replace",
            null_replacement="",
        )
        absent = _combine([column.is_null() for column in columns.values()], every=True)
        return pc.if_else(absent, pa.scalar(None, pa.string()), joined)

    def count_incomplete(self, table: pa.Table) -> int:
        """Return the number of rows that have a text in which a placeholder is null."""
        absent = [column.is_null() for column in self._read_columns(table).values()]
        some = _combine(absent, every=False)
        return int(pc.sum(pc.and_not(some, _combine(absent, every=True))).as_py() or 0)

    def _read_columns(self, table: pa.Table) -> dict[str, pa.StringArray]:
        return {path: _read_part(table, path) for path in self.paths}


def render_part(value: object) -> str | None:
    """Return a cell as a template writes it: text as it is, conversations as text, anything else as the samples do."""
    if value is None or isinstance(value, str):
        return value if value is None else clean_text(value)
    if isinstance(value, list) and is_text_list(value):
        return clean_text(render_value(value))
    shown = to_json_value(value, cell_limit=None)
    return shown if isinstance(shown, str) else to_json_text(shown)


def _read_part(table: pa.Table, path: str) -> pa.StringArray:
    root = find_root(path, table.column_names)
    if root is None:
        return pa.nulls(len(table), pa.string())
    array, rest = walk_path(table.column(root).combine_chunks(), path[len(root) + 1 :])
    if rest:
        return pa.array([render_part(_get_rest(value, rest)) for value in decode_array(array)], pa.string())
    return _render_array(array)


def _get_rest(value: object, rest: str) -> object:
    return get_value(value, rest) if isinstance(value, dict) else None


def _render_array(array: pa.Array) -> pa.StringArray:
    kind = array.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return array.cast(pa.string())
    is_list_of_texts = is_any_list(kind) and is_text(kind.value_type)
    if is_text(kind) or is_list_of_texts or find_conversation_fields(kind):
        return read_texts(array)
    return pa.array([render_part(value) for value in decode_array(array)], pa.string())


def _combine(masks: Sequence[pa.BooleanArray], *, every: bool) -> pa.BooleanArray:
    combined, *others = masks
    for mask in others:
        combined = pc.and_(combined, mask) if every else pc.or_(combined, mask)
    return combined


def _explain_brace(found: str, position: int) -> str:
    where = f"Character {position + 1:,} of the template"
    if found == "{}":
        return f"{where}: “{{}}” names no column. Write a name in the braces."
    return f"{where}: “{found}” has no partner. Write {found * 2} for a brace in the text."


def _invalid(message: str) -> ValidationFailed:
    return ValidationFailed(message, fields=[FieldError(FIELD, message)])

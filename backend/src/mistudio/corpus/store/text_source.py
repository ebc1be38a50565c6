"""What texts are read from: a column, a path into one, or a template over several. One function reads them all."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import pyarrow as pa

from mistudio.core.errors import UnknownColumn
from mistudio.corpus.store.columns import choose_text_column
from mistudio.corpus.store.file_report import ColumnReport
from mistudio.corpus.store.text_path import find_root, read_texts
from mistudio.corpus.store.text_template import TextTemplate

# A column's name or path, or a template.
TextSource: TypeAlias = str | TextTemplate


def make_source(column: str | None, template: str | None) -> TextSource | None:
    """Return the template if there is one, else the column; None without either. Raises ValidationFailed."""
    return column if template is None else TextTemplate.parse(template)


def list_paths(source: TextSource) -> tuple[str, ...]:
    """Return the columns and paths that the texts are read from."""
    return source.paths if isinstance(source, TextTemplate) else (source,)


def describe_source(source: TextSource) -> str:
    """Return the source as a message names it."""
    return f"template “{source.text}”" if isinstance(source, TextTemplate) else f"column “{source}”"


def read_source(source: TextSource, table: pa.Table) -> pa.StringArray:
    """Return the text of each row of ``table``, or null. Raises TypeError if a column holds no text."""
    if isinstance(source, TextTemplate):
        return source.read(table)
    root = find_root(source, table.column_names)
    if root is None:
        return pa.nulls(len(table), pa.string())
    return read_texts(table.column(root).combine_chunks(), source[len(root) + 1 :])


def require_paths(columns: Sequence[ColumnReport], paths: Iterable[str]) -> None:
    """Raise UnknownColumn, with the choices, unless all ``paths`` of a template lead to a column or into one."""
    types = {column.name: column.type for column in columns}
    for path in paths:
        root = find_root(path, types)
        if root is None or not may_have_path(types[root], path[len(root) + 1 :]):
            listed = [listed.name for column in columns for listed in (column, *column.fields)]
            names = ", ".join(listed) or "none"
            message = f"There is no column “{path}”. Columns: {names}."
            raise UnknownColumn(message, field="text_template", extra={"choices": list(listed)})


def may_have_path(type_name: str, rest: str) -> bool:
    """Return whether a column of the type that Arrow names so can have the path ``rest``; of JSON, any path."""
    if not rest or "json" in type_name:
        return True
    return "struct<" in type_name and all(f"{name}: " in type_name for name in rest.split("."))


def check_source(source: TextSource, columns: Sequence[ColumnReport]) -> None:
    """Raise UnknownColumn, with the choices, if ``source`` names an absent column, or a text column without text."""
    if isinstance(source, TextTemplate):
        require_paths(columns, source.paths)
    else:
        choose_text_column(columns, requested=source)

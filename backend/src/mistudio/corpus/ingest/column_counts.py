"""Counts the figures of a file's columns while its rows are read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.formats.json_type import is_json
from mistudio.corpus.formats.utf8_repair import Chunk, decode_array
from mistudio.corpus.store.columns import classify_column
from mistudio.corpus.store.file_report import ColumnKind, ColumnReport
from mistudio.corpus.store.messages import ROLES, list_mapped_roles
from mistudio.corpus.store.text_path import get_value, has_json_values, list_text_fields, read_roles, read_texts

_MOST_NAMED: Final = 20
_SAMPLED: Final = 100
_MOST_FIELDS: Final = 64
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+|www\.\S+")
_IDENTIFIER: Final = re.compile(r"(?=\S*\d)[0-9A-Za-z._:/#@-]+")
# Longer texts of one word without any space are data, say in Base64 or Chinese, but no identifiers.
_LONGEST_IDENTIFIER: Final = 80


@dataclass
class _TextCounts:
    """Counts of a column, or of a field of it: ``rest`` is the path below the column."""

    name: str
    type: str
    kind: ColumnKind
    rest: str = ""
    nulls: int = 0
    characters: int = 0
    utf8_bytes: int = 0
    empty: int = 0
    invalid: int = 0
    is_label: bool = False
    is_sampled: bool = False
    mapped_roles: set[str] = field(default_factory=set)

    def add(self, column: pa.Array) -> None:
        if self.kind == "other":
            self.nulls += column.null_count
            return
        texts = read_texts(column, self.rest)
        lengths = pc.binary_length(texts)
        self.nulls += texts.null_count
        self.characters += pc.sum(pc.utf8_length(texts)).as_py() or 0
        self.utf8_bytes += pc.sum(lengths).as_py() or 0
        self.empty += pc.sum(pc.equal(lengths, 0)).as_py() or 0
        if not self.is_sampled and self.kind == "text" and len(texts) > texts.null_count:
            self.is_sampled, self.is_label = True, _are_labels(texts)
        if self.kind == "conversation":
            self.mapped_roles.update(list_mapped_roles(read_roles(column, self.rest)))

    def to_report(self, fields: tuple[ColumnReport, ...] = ()) -> ColumnReport:
        if self.kind == "other":
            return ColumnReport(name=self.name, type=self.type, kind=self.kind, nulls=self.nulls, fields=fields)
        return ColumnReport(
            name=self.name,
            type=self.type,
            kind=self.kind,
            nulls=self.nulls,
            characters=self.characters,
            utf8_bytes=self.utf8_bytes,
            empty=self.empty,
            invalid=self.invalid,
            is_label=self.is_label,
            is_field=bool(self.rest),
            mapped_roles=tuple(role for role in ROLES if role in self.mapped_roles),
            fields=fields,
        )


def _are_labels(texts: pa.StringArray) -> bool:
    """Return whether all of the first texts are addresses, or all are identifiers: one word with a digit."""
    sample = [text.strip() for text in texts.drop_null().slice(0, _SAMPLED).to_pylist() if text.strip()]
    if not sample:
        return False
    are_short = max(map(len, sample)) <= _LONGEST_IDENTIFIER
    return all(map(_URL.fullmatch, sample)) or (are_short and all(map(_IDENTIFIER.fullmatch, sample)))


@dataclass
class _ColumnCounts:
    """Counts of a column and of its fields with text. A JSON column's kind is decided by its first values."""

    name: str
    type: pa.DataType
    counts: _TextCounts = field(init=False)
    fields: list[_TextCounts] = field(default_factory=list)
    is_decided: bool = False
    rows: int = 0

    def __post_init__(self) -> None:
        self.counts = _TextCounts(self.name, str(self.type), classify_column(self.type))
        self.is_decided = not has_json_values(self.type)
        if pa.types.is_struct(self.type):
            paths = [(path, kind) for path, kind in list_text_fields(self.type, self.name)]
            self._add_fields([(path, str(kind), classify_column(kind)) for path, kind in paths])

    def add(self, column: pa.Array) -> None:
        if not self.is_decided and len(column) > column.null_count:
            self._decide(decode_array(column.drop_null().slice(0, _SAMPLED)))
        for counts in (self.counts, *self.fields):
            counts.add(column)
        self.rows += len(column)

    def _decide(self, values: Sequence[object]) -> None:
        # Empty lists say nothing.
        self.is_decided = any(value != [] for value in values)
        self.counts.kind = classify_column(self.type, values)
        if self.is_decided and self.counts.kind != "other":
            self.counts.empty = self.rows - self.counts.nulls
        objects = [value for value in values if isinstance(value, dict)]
        if self.is_decided and is_json(self.type) and self.counts.kind == "other":
            self._add_fields([(f"{self.name}.{path}", "string", "text") for path in _list_text_paths(objects)])

    def _add_fields(self, fields: Sequence[tuple[str, str, ColumnKind]]) -> None:
        for path, kind_name, kind in fields:
            rest, known = path[len(self.name) + 1 :], {counts.name for counts in self.fields}
            # A key without a name has no path, and of two equal paths the first counts.
            if kind != "other" and all(rest.split(".")) and path not in known and len(known) < _MOST_FIELDS:
                # The rows before had no value.
                self.fields.append(_TextCounts(path, kind_name, kind, rest, nulls=self.rows))

    def to_report(self) -> ColumnReport:
        return self.counts.to_report(tuple(counts.to_report() for counts in self.fields))


def _list_text_paths(objects: Sequence[dict[str, object]]) -> list[str]:
    """Return the keys of objects, also of objects within them, under which there are only texts."""
    found: list[str] = []
    for name in dict.fromkeys(name for value in objects for name in value):
        values = [item for value in objects if (item := get_value(value, name)) is not None]
        if values and all(isinstance(value, str) for value in values):
            found.append(name)
        inner = [value for value in values if isinstance(value, dict)]
        if inner and len(inner) == len(values):
            found += [f"{name}.{path}" for path in _list_text_paths(inner)]
    return found


class ColumnCounter:
    """Counts chunks of one schema, by default that of the first chunk; a chunk may lack columns."""

    def __init__(self, schema: pa.Schema | None = None) -> None:
        self.rows = 0
        self.short_rows = 0
        self.skipped_rows = 0
        self.text_columns: dict[str, bool] = {}
        self._counts: dict[str, _ColumnCounts] = {}
        if schema is not None:
            self._set_schema(schema)

    def _set_schema(self, schema: pa.Schema) -> None:
        self._counts = {column.name: _ColumnCounts(column.name, column.type) for column in schema}

    def add(self, chunk: Chunk) -> None:
        """Count the rows of ``chunk``, whose text is valid UTF-8."""
        if not self._counts:
            self._set_schema(chunk.batch.schema)
        self.rows += chunk.batch.num_rows
        self.short_rows += chunk.short_rows
        self.skipped_rows += chunk.skipped_rows
        for name, is_other in chunk.text_columns.items():
            self.text_columns[name] = is_other and self.text_columns.get(name, True)
        for name, column in zip(chunk.batch.schema.names, chunk.batch.columns, strict=True):
            self._counts[name].add(column)
        for name, count in chunk.invalid.items():
            for counts in (self._counts[name].counts, *self._counts[name].fields):
                counts.invalid += count

    def reports(self) -> tuple[ColumnReport, ...]:
        """Return one report per column, in the order of the schema."""
        return tuple(counts.to_report() for counts in self._counts.values())

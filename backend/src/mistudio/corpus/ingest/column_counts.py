"""Counts the figures of a file's columns while its rows are read."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.store.columns import classify_column, extract_texts
from mistudio.corpus.store.file_report import ColumnKind, ColumnReport


@dataclass
class _ColumnCounts:
    name: str
    type: str
    kind: ColumnKind
    nulls: int = 0
    characters: int = 0
    utf8_bytes: int = 0
    empty: int = 0
    invalid: int = 0

    @property
    def has_text(self) -> bool:
        return self.kind != "other"

    def add(self, column: pa.Array) -> None:
        self.nulls += column.null_count
        if not self.has_text:
            return
        texts = extract_texts(column)
        lengths = pc.binary_length(texts)
        self.characters += pc.sum(pc.utf8_length(texts)).as_py() or 0
        self.utf8_bytes += pc.sum(lengths).as_py() or 0
        self.empty += pc.sum(pc.equal(lengths, 0)).as_py() or 0

    def to_report(self) -> ColumnReport:
        if not self.has_text:
            return ColumnReport(name=self.name, type=self.type, kind=self.kind, nulls=self.nulls)
        return ColumnReport(
            name=self.name,
            type=self.type,
            kind=self.kind,
            nulls=self.nulls,
            characters=self.characters,
            utf8_bytes=self.utf8_bytes,
            empty=self.empty,
            invalid=self.invalid,
        )


class ColumnCounter:
    """Counts chunks of one schema, by default that of the first chunk; a chunk may lack columns."""

    def __init__(self, schema: pa.Schema | None = None) -> None:
        self.rows = 0
        self._counts: dict[str, _ColumnCounts] = {}
        if schema is not None:
            self._set_schema(schema)

    def _set_schema(self, schema: pa.Schema) -> None:
        self._counts = {
            column.name: _ColumnCounts(column.name, str(column.type), classify_column(column.type)) for column in schema
        }

    def add(self, chunk: Chunk) -> None:
        """Count the rows of ``chunk``, whose text is valid UTF-8."""
        if not self._counts:
            self._set_schema(chunk.batch.schema)
        self.rows += chunk.batch.num_rows
        for name, column in zip(chunk.batch.schema.names, chunk.batch.columns, strict=True):
            self._counts[name].add(column)
        for name, count in chunk.invalid.items():
            self._counts[name].invalid += count

    def add_nulls(self, name: str, count: int) -> None:
        """Count nulls of a column that the chunks lack."""
        self._counts[name].nulls += count

    def reports(self) -> tuple[ColumnReport, ...]:
        """Return one report per column, in the order of the schema."""
        return tuple(counts.to_report() for counts in self._counts.values())

"""The figures of a file's columns, counted while its rows pass by."""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.store.columns import classify_column, extract_texts
from mistudio.corpus.store.file_report import ColumnKind, ColumnReport

_NO_TEXT: Final = "other"


@dataclass
class _Counts:
    kind: ColumnKind
    nulls: int = 0
    characters: int = 0
    utf8_bytes: int = 0
    empty: int = 0
    invalid: int = 0

    def add(self, column: pa.Array) -> None:
        self.nulls += column.null_count
        if self.kind == _NO_TEXT:
            return
        values = extract_texts(column)
        lengths = pc.binary_length(values)
        self.characters += pc.sum(pc.utf8_length(values)).as_py() or 0
        self.utf8_bytes += pc.sum(lengths).as_py() or 0
        self.empty += pc.sum(pc.equal(lengths, 0)).as_py() or 0


class ColumnCounter:
    """Counts chunks of one schema, the first one's if none is given; what columns a chunk lacks are not counted."""

    def __init__(self, schema: pa.Schema | None = None) -> None:
        self.rows = 0
        self._schema = pa.schema([])
        self._counts: dict[str, _Counts] = {}
        if schema is not None:
            self._begin(schema)

    def _begin(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._counts = {column.name: _Counts(classify_column(column.type)) for column in schema}

    def add(self, chunk: Chunk) -> None:
        """Count the rows of ``chunk``, whose text is valid."""
        if not self._counts:
            self._begin(chunk.batch.schema)
        self.rows += chunk.batch.num_rows
        for name, column in zip(chunk.batch.schema.names, chunk.batch.columns, strict=True):
            self._counts[name].add(column)
        for name, count in chunk.invalid.items():
            self._counts[name].invalid += count

    def add_nulls(self, name: str, count: int) -> None:
        """Count nulls of a column that the chunks lack."""
        self._counts[name].nulls += count

    def reports(self) -> tuple[ColumnReport, ...]:
        """One report per column, in the schema's order."""
        return tuple(self._report(column) for column in self._schema)

    def _report(self, column: pa.Field) -> ColumnReport:
        counts = self._counts[column.name]
        shown = ColumnReport(name=column.name, type=str(column.type), kind=counts.kind, nulls=counts.nulls)
        if counts.kind == _NO_TEXT:
            return shown
        return ColumnReport(
            name=shown.name,
            type=shown.type,
            kind=shown.kind,
            nulls=shown.nulls,
            characters=counts.characters,
            utf8_bytes=counts.utf8_bytes,
            empty=counts.empty,
            invalid=counts.invalid,
        )

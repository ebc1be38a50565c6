"""One way into every format: chunks of rows of one schema, found out while reading where the format does not say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import open_source
from mistudio.corpus.formats.columnar import arrow_schema, as_schema, parquet_schema, read_arrow, read_parquet, reading
from mistudio.corpus.formats.csv import CSV_BLOCK_BYTES, read_csv
from mistudio.corpus.formats.json import read_json
from mistudio.corpus.formats.text import SCHEMA as TEXT_SCHEMA
from mistudio.corpus.formats.text import read_text
from mistudio.corpus.formats.type_inference import Known, converted, merge_schemas, storable_schema
from mistudio.corpus.formats.utf8_repair import Chunk, repaired
from mistudio.corpus.monitor import Monitor

SourceFormat: TypeAlias = Literal["parquet", "json", "csv", "text", "arrow"]
MAX_COLUMNS: Final = 10_000


@dataclass(frozen=True)
class ReadableFile:
    """A file to be read: where it lies, its format, and its original name, which says its packing."""

    path: Path
    format: SourceFormat
    label: str
    options: Mapping[str, Json]


@dataclass(frozen=True)
class Attempt:
    """What an earlier attempt found out: the schema that holds the whole file, and how large a CSV record can be."""

    schema: pa.Schema | None = None
    block_bytes: int = CSV_BLOCK_BYTES


class SchemaWidened(Exception):
    """The file has values that the schema read so far does not hold; to be read again with this one."""

    def __init__(self, schema: pa.Schema) -> None:
        super().__init__("The file's later rows need a wider schema.")
        self.schema = schema


def read_chunks(file: ReadableFile, attempt: Attempt, *, monitor: Monitor) -> Iterator[Chunk]:
    """The file's rows in order: types as they are stored, text valid, all of one schema, the first perhaps empty.

    Raises InvalidData where the file is broken, SchemaWidened or RecordTooLong where it must be read again.
    """
    if file.format in ("json", "csv"):
        chunks = _inferred(file, attempt, monitor)
    else:
        schema = _declared_schema(file)
        chunks = _converted(file, schema)
        yield Chunk(_empty(schema), 0)
    for chunk in chunks:
        monitor.checkpoint()
        yield repaired(chunk, label=file.label)


def _declared_schema(file: ReadableFile) -> pa.Schema:
    if file.format == "parquet":
        return parquet_schema(file.path, label=file.label)
    return arrow_schema(file.path, label=file.label) if file.format == "arrow" else TEXT_SCHEMA


def _declared(file: ReadableFile) -> Iterator[Chunk]:
    if file.format == "parquet":
        yield from read_parquet(file.path, label=file.label)
    elif file.format == "arrow":
        yield from read_arrow(file.path, label=file.label)
    else:
        with open_source(file.path, label=file.label, encoding=_encoding(file)) as source:
            yield from read_text(source, keep_linebreaks=file.options.get("keep_linebreaks") is True)


def _converted(file: ReadableFile, schema: pa.Schema) -> Iterator[Chunk]:
    with reading(file.label):
        for chunk in _declared(file):
            yield Chunk(as_schema(chunk.batch, schema), chunk.consumed)


def _inferred(file: ReadableFile, attempt: Attempt, monitor: Monitor) -> Iterator[Chunk]:
    """Chunks as long as they fit what was known before; from the first that does not, only the types are looked at."""
    known, is_wider = Known(attempt.schema), False
    try:
        for chunk in _untyped(file, known, attempt):
            monitor.checkpoint()
            schema = _widened_schema(known.schema, chunk.batch.schema, file.label)
            is_wider = is_wider or (known.schema is not None and schema is not known.schema)
            known.schema = schema
            if not is_wider:
                yield _fitted(chunk, schema)
    except RecursionError as error:
        raise InvalidData(f"{file.label} is nested too deeply.") from error
    if is_wider:
        raise SchemaWidened(known.schema)


def _untyped(file: ReadableFile, known: Known, attempt: Attempt) -> Iterator[Chunk]:
    with open_source(file.path, label=file.label, encoding=_encoding(file)) as source:
        if file.format == "json":
            yield from read_json(source, known, options=file.options)
        else:
            yield from read_csv(source, known, options=file.options, block_bytes=attempt.block_bytes)


def _encoding(file: ReadableFile) -> str | None:
    named = file.options.get("encoding")
    return named if isinstance(named, str) else None


def _widened_schema(schema: pa.Schema | None, other: pa.Schema, label: str) -> pa.Schema:
    wider = merge_schemas(pa.schema([]) if schema is None else schema, other)
    if len(wider) > MAX_COLUMNS:
        raise InvalidData(f"{label} has over {MAX_COLUMNS:,} different columns: it is not a table of records.")
    return wider


def _fitted(chunk: Chunk, schema: pa.Schema) -> Chunk:
    """The chunk with the columns of ``schema``, as they are stored: there a column may get another name."""
    batch, stored = chunk.batch, storable_schema(schema)
    present = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns = [
        converted(present[name], field.type) if name in present else pa.nulls(batch.num_rows, field.type)
        for name, field in zip(schema.names, stored, strict=True)
    ]
    return Chunk(pa.RecordBatch.from_arrays(columns, schema=stored), chunk.consumed, chunk.invalid)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)

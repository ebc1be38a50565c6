"""Reads every format as chunks of rows of one schema, inferred while reading if the format does not declare it."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

import pyarrow as pa

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import ByteStream, open_streams
from mistudio.corpus.formats.column_count import CellCounter, check_column_count
from mistudio.corpus.formats.column_notes import ColumnNotes
from mistudio.corpus.formats.columnar import (
    cast_batch,
    read_arrow,
    read_arrow_schema,
    read_parquet,
    read_parquet_schema,
    translate_read_errors,
)
from mistudio.corpus.formats.csv import CSV_BLOCK_BYTES, read_csv
from mistudio.corpus.formats.csv_rows import read_padded_csv
from mistudio.corpus.formats.json import read_json
from mistudio.corpus.formats.selection import (
    get_kept_columns,
    get_row_groups,
    is_selective,
    select_chunks,
    select_columns,
)
from mistudio.corpus.formats.storable_type import to_storable_schema
from mistudio.corpus.formats.text import SCHEMA as TEXT_SCHEMA
from mistudio.corpus.formats.text import read_text
from mistudio.corpus.formats.type_inference import KnownSchema, convert_array, merge_schemas
from mistudio.corpus.formats.utf8_repair import Chunk, repair_chunk
from mistudio.corpus.monitor import Monitor

SourceFormat: TypeAlias = Literal["parquet", "json", "csv", "text", "arrow"]


@dataclass(frozen=True)
class ReadableFile:
    """A file to read: its path, its format, its original name, and the options of its reader."""

    path: Path
    format: SourceFormat
    label: str
    options: Mapping[str, Json]


@dataclass(frozen=True)
class Attempt:
    """Results of an earlier attempt: the schema that fits the whole file, and the block size that fits a CSV record.

    ``has_short_rows`` means that rows of a CSV file lack cells, ``is_repaired`` that invalid UTF-8 is to be repaired.
    ``hints`` are the least types of columns of a CSV file, such as text for cells that look like numbers; ``notes``
    collects what all attempts see.
    """

    schema: pa.Schema | None = None
    block_bytes: int = CSV_BLOCK_BYTES
    has_short_rows: bool = False
    is_repaired: bool = False
    hints: Mapping[str, pa.DataType] = field(default_factory=dict)
    notes: ColumnNotes = field(default_factory=ColumnNotes)


class NotUtf8(Exception):
    """Text without a declared encoding is not UTF-8; its encoding must be detected, or the text repaired."""


class SchemaWidened(Exception):
    """Later rows do not fit the schema so far; the file must be read again with ``schema``."""

    def __init__(self, schema: pa.Schema) -> None:
        super().__init__("The file's later rows need a wider schema.")
        self.schema = schema


def read_chunks(file: ReadableFile, attempt: Attempt, *, monitor: Monitor) -> Iterator[Chunk]:
    """Read the file's rows in order, in stored types, with valid text and one schema; the first chunk may be empty.

    Raises InvalidData if the file is broken, SchemaWidened, RecordTooLong, HasShortRows or NotUtf8 if it must be read
    again.
    """
    if file.format in ("json", "csv"):
        chunks = _read_inferred(file, attempt, monitor)
    else:
        schema = _read_declared_schema(file)
        chunks = _read_converted(file, schema)
        yield Chunk(_make_empty_batch(schema), 0)
    for chunk in chunks:
        monitor.checkpoint()
        repaired = repair_chunk(chunk, label=file.label)
        if repaired.invalid and _may_be_encoded(file, attempt):
            raise NotUtf8
        yield repaired


def _may_be_encoded(file: ReadableFile, attempt: Attempt) -> bool:
    return file.format in ("json", "csv", "text") and not attempt.is_repaired and "encoding" not in file.options


def _read_declared_schema(file: ReadableFile) -> pa.Schema:
    if file.format == "text":
        schema = TEXT_SCHEMA
    else:
        read = read_parquet_schema if file.format == "parquet" else read_arrow_schema
        schema = read(file.path, label=file.label)
    selected = select_columns(schema, get_kept_columns(file.options), label=file.label)
    check_column_count(len(selected), file.label)
    return selected


def _read_declared(file: ReadableFile, schema: pa.Schema) -> Iterator[Chunk]:
    if file.format == "parquet":
        groups, names = get_row_groups(file.options), schema.names if get_kept_columns(file.options) else None
        yield from read_parquet(file.path, label=file.label, columns=names, row_groups=groups)
    elif file.format == "arrow":
        yield from read_arrow(file.path, label=file.label)
    else:
        keeps, sample_by = file.options.get("keep_linebreaks") is True, str(file.options.get("sample_by", "line"))
        with closing(_open_sources(file)) as sources:
            for source in sources:
                yield from read_text(source, keep_linebreaks=keeps, sample_by=sample_by)


def _read_converted(file: ReadableFile, schema: pa.Schema) -> Iterator[Chunk]:
    with translate_read_errors(file.label):
        for chunk in _select(file, _read_declared(file, schema)):
            yield Chunk(cast_batch(chunk.batch, schema, label=file.label), chunk.consumed)


def _read_inferred(file: ReadableFile, attempt: Attempt, monitor: Monitor) -> Iterator[Chunk]:
    """Yield chunks while they fit the known schema; after the first that does not, only infer types."""
    known = KnownSchema(attempt.schema, attempt.hints if file.format == "csv" else {}, attempt.notes)
    is_wider, cells = False, CellCounter(file.label)
    try:
        for chunk in _select(file, _read_untyped(file, known, attempt)):
            monitor.checkpoint()
            if file.format == "json":
                known.notes.note_types(known.schema or pa.schema([]), chunk.batch.schema)
                known.notes.note_dates(chunk.batch)
            schema = _widen_schema(known.schema, chunk.batch.schema, file.label)
            cells.add(chunk.batch, len(schema))
            is_wider = is_wider or (known.schema is not None and schema is not known.schema)
            known.schema = schema
            if not is_wider:
                yield _fit_chunk(chunk, schema)
    except RecursionError as error:
        raise InvalidData(f"{file.label} is nested too deeply. Flatten it.") from error
    if is_wider:
        raise SchemaWidened(known.schema)


def _select(file: ReadableFile, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    return select_chunks(chunks, file.options, label=file.label) if is_selective(file.options) else chunks


def _read_untyped(file: ReadableFile, known: KnownSchema, attempt: Attempt) -> Iterator[Chunk]:
    with closing(_open_sources(file)) as sources:
        for source in sources:
            if file.format == "json":
                yield from read_json(source, known, options=file.options)
            elif attempt.has_short_rows:
                yield from read_padded_csv(source, known, options=file.options)
            else:
                yield from read_csv(source, known, options=file.options, block_bytes=attempt.block_bytes)


def _open_sources(file: ReadableFile) -> Generator[ByteStream]:
    named = file.options.get("encoding")
    return open_streams(file.path, label=file.label, encoding=named if isinstance(named, str) else None)


def _widen_schema(schema: pa.Schema | None, other: pa.Schema, label: str) -> pa.Schema:
    wider = merge_schemas(pa.schema([]) if schema is None else schema, other)
    check_column_count(len(wider), label)
    return wider


def _fit_chunk(chunk: Chunk, schema: pa.Schema) -> Chunk:
    """Give the chunk the columns of ``schema`` in their stored form, in which a column may have another name."""
    batch, stored = chunk.batch, to_storable_schema(schema)
    present = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns = [
        convert_array(present[name], field.type) if name in present else pa.nulls(batch.num_rows, field.type)
        for name, field in zip(schema.names, stored, strict=True)
    ]
    return replace(chunk, batch=pa.RecordBatch.from_arrays(columns, schema=stored))


def _make_empty_batch(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)

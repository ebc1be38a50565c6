"""Guesses a file's columns and text column from its first and last bytes."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import MiStudioError
from mistudio.corpus.formats.byte_stream import COMPRESSIONS
from mistudio.corpus.formats.csv import HasShortRows, RecordTooLong
from mistudio.corpus.formats.detection import unpack_head
from mistudio.corpus.formats.reader import Attempt, NotUtf8, ReadableFile, SchemaWidened, read_chunks
from mistudio.corpus.hub.plan_types import Format, Options
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.columns import TEXT_NAMES, choose_text_column, classify_column, list_text_columns
from mistudio.corpus.store.file_report import ColumnReport

_STREAM_MARK: Final = b"ARROW1\0\0"
# Nothing to add: a preview that fails says nothing, and reading the file will.
_FAILURES: Final = (MiStudioError, RecordTooLong, pa.ArrowException, OSError, ValueError)


@dataclass(frozen=True)
class FilePreview:
    """The columns of the first rows, and the text column among them; empty where the bytes do not suffice."""

    columns: tuple[str, ...] = ()
    text_column: str | None = None


def preview_file(
    name: str, file_format: Format, options: Options, *, size: int, head: bytes, tail: bytes
) -> FilePreview:
    """Return what the first and last bytes of a file of ``size`` bytes tell of its columns."""
    try:
        if file_format == "parquet":
            return _preview_schema(_read_footer(size, tail or head))
        if file_format == "arrow":
            return _preview_schema(pa.ipc.open_stream(head.removeprefix(_STREAM_MARK)).schema)
        return _preview_rows(name, file_format, options, is_whole=size <= len(head), head=head)
    except _FAILURES:
        return FilePreview()


def _read_footer(size: int, tail: bytes) -> pa.Schema:
    """Return the schema in a Parquet file's last bytes; the rest is a hole in a temporary file."""
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        file.seek(size - len(tail))
        file.write(tail)
        file.seek(0)
        return pq.read_schema(file)


def _preview_schema(schema: pa.Schema) -> FilePreview:
    """Return the columns, and the text column only if its name shows it or it is the only one."""
    reports = [ColumnReport(each.name, str(each.type), classify_column(each.type), nulls=0) for each in schema]
    usable = list_text_columns(reports)
    named = [name for name in usable if name.lower() in TEXT_NAMES]
    is_clear = bool(named) or len(usable) == 1
    return FilePreview(tuple(schema.names), choose_text_column(reports).name if is_clear else None)


def _preview_rows(name: str, file_format: Format, options: Options, *, is_whole: bool, head: bytes) -> FilePreview:
    plain = unpack_head(head)
    if not is_whole:
        plain = plain[: plain.rfind(b"\n") + 1]
    suffix = Path(name).suffix
    label = name.removesuffix(suffix) if suffix.lower() in COMPRESSIONS else name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head"
        path.write_bytes(plain)
        reports = _count_columns(ReadableFile(path, file_format, label, {**options}))
    return FilePreview(tuple(report.name for report in reports), choose_text_column(reports).name)


def _count_columns(file: ReadableFile) -> tuple[ColumnReport, ...]:
    attempt = Attempt()
    while True:
        counter = ColumnCounter()
        try:
            for chunk in read_chunks(file, attempt, monitor=NullMonitor()):
                counter.add(chunk)
            return counter.reports()
        except SchemaWidened as wider:
            attempt = replace(attempt, schema=wider.schema)
        except HasShortRows:
            attempt = replace(attempt, has_short_rows=True)
        except NotUtf8:
            attempt = replace(attempt, is_repaired=True)

"""Taking in a source file: one streaming pass turns any format into the store's Parquet and counts it.

A Parquet file whose row groups are small enough already is kept, byte for byte. Memory stays flat whatever the
file's size, reading overlaps writing, and the result appears by an atomic rename: killed anywhere, a second call does
it again.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import DataMissing, DiskFull, Json
from mistudio.corpus.formats.columnar import open_parquet, read_parquet, translate_read_errors
from mistudio.corpus.formats.csv import RecordTooLong
from mistudio.corpus.formats.reader import Attempt, ReadableFile, SchemaWidened, SourceFormat, read_chunks
from mistudio.corpus.formats.type_inference import make_names_unique
from mistudio.corpus.formats.utf8_repair import Chunk, repair_chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.parquet_writer import GROUP_ROWS, GroupWriter, group_bytes
from mistudio.utils.file_utils import atomic_path, replace_file, sha256_file
from mistudio.utils.prefetch import prefetch

Progress = Callable[[int], None]
_LARGER_BLOCKS: Final = 8
# Kept files may be somewhat coarser than ours, and not so fine that the footer outweighs the data.
_KEPT_COARSER: Final = 10
_KEPT_FEWEST_ROWS: Final = 64
_NOTHING: Final = Chunk(pa.RecordBatch.from_arrays([], names=[]), 0)


def ingest_file(
    source: Path,
    target: Path,
    *,
    format: SourceFormat,  # noqa: A002 (the word for it everywhere)
    label: str,
    monitor: Monitor,
    options: Mapping[str, Json] | None = None,
    progress: Progress | None = None,
) -> FileReport:
    """Turn ``source`` into the Parquet file ``target`` and say what is in it.

    ``label`` is the source's original name: its ending says how it is packed, and messages name it. ``options``:
    ``field`` (JSON: the key that holds the records), and of CSV the dialect, as pandas names it. ``progress`` hears
    how many bytes of the source, as they lie on disk, have been taken in, never fewer than before.

    A kept source is moved to ``target``; any other stays, for the caller to remove. Where the source is gone and the
    target there, an earlier call was killed after that move: the target is counted again.

    Raises InvalidData, DiskFull, DataMissing, and whatever ``work.checkpoint`` raises.
    """
    file = ReadableFile(source, format, label, dict(options or {}))
    if not source.exists():
        return _moved_earlier(file, target, monitor)
    size, tell = source.stat().st_size, _growing(progress)
    with disk_errors():
        report = _kept(file, target, monitor, tell) or _rewritten(file, target, monitor, tell)
    tell(size)
    return report


def _growing(progress: Progress | None) -> Progress:
    highest = -1

    def tell(consumed: int) -> None:
        nonlocal highest
        if progress is not None and consumed > highest:
            highest = consumed
            progress(consumed)

    return tell


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk is DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("The disk is full. Free some space and retry: what is there already is kept.") from error
        raise


def _moved_earlier(file: ReadableFile, target: Path, monitor: Monitor) -> FileReport:
    if not target.exists():
        raise DataMissing(f"{file.label} is no longer where it was put.")
    counter = _count_parquet(ReadableFile(target, "parquet", file.label, {}), monitor, lambda _: None)
    return _report(target, counter, sha256=sha256_file(target), kept=True)


def _report(target: Path, counter: ColumnCounter, *, sha256: str, kept: bool) -> FileReport:
    return FileReport(
        rows=counter.rows, bytes=target.stat().st_size, sha256=sha256, kept=kept, columns=counter.reports()
    )


def _kept(file: ReadableFile, target: Path, monitor: Monitor, tell: Progress) -> FileReport | None:
    """The report of the source moved to ``target`` as it is, or None where it must be rewritten."""
    if file.format != "parquet" or not _is_well_grouped(file):
        return None
    counter = _count_parquet(file, monitor, tell)
    if any(column.invalid for column in counter.reports()):
        return None
    sha256 = sha256_file(file.path)
    replace_file(file.path, target)
    return _report(target, counter, sha256=sha256, kept=True)


def _is_well_grouped(file: ReadableFile) -> bool:
    with translate_read_errors(file.label), open_parquet(file.path) as parquet:
        metadata, names = parquet.metadata, parquet.schema_arrow.names
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        limit = group_bytes(parquet.schema_arrow) * _KEPT_COARSER
        small = all(
            group.num_rows <= GROUP_ROWS and (group.total_byte_size <= limit or group.num_rows == 1) for group in groups
        )
        fine = len(groups) > 1 + metadata.num_rows / _KEPT_FEWEST_ROWS
        tiny = sum(group.total_byte_size for group in groups) < len(groups) * limit // (8 * _KEPT_COARSER)
        return bool(small and not (fine and tiny) and make_names_unique(names) == names)


def _count_parquet(file: ReadableFile, monitor: Monitor, tell: Progress) -> ColumnCounter:
    """Count a Parquet file that is kept; what the footer knows is not read."""
    with translate_read_errors(file.label), open_parquet(file.path) as parquet:
        schema, metadata = parquet.schema_arrow, parquet.metadata
    counter = ColumnCounter(schema)
    known = _footer_nulls(schema, metadata)
    unread = [name for name in known if name in {report.name for report in counter.reports() if report.kind == "other"}]
    wanted = [name for name in schema.names if name not in unread]
    for name in unread:
        counter.add_nulls(name, known[name])
    with closing(prefetch(read_parquet(file.path, label=file.label, columns=wanted))) as chunks:
        for chunk in chunks:
            monitor.checkpoint()
            counter.add(repair_chunk(chunk, label=file.label))
            tell(chunk.consumed)
    counter.rows = metadata.num_rows
    return counter


def _footer_nulls(schema: pa.Schema, metadata: pq.FileMetaData) -> dict[str, int]:
    """Nulls per plain column, for the columns whose every row group says it."""
    nulls: dict[str, int] = {}
    plain = {column.name for column in schema if not pa.types.is_nested(column.type)}
    for index in range(metadata.num_columns):
        name = metadata.schema.column(index).path
        parts = (metadata.row_group(group).column(index) for group in range(metadata.num_row_groups))
        found = [part.statistics.null_count if _has_nulls(part) else None for part in parts]
        if name in plain and None not in found:
            nulls[name] = sum(count for count in found if count is not None)
    return nulls


def _has_nulls(column: pq.ColumnChunkMetaData) -> bool:
    return bool(column.is_stats_set and column.statistics.has_null_count)


def _rewritten(file: ReadableFile, target: Path, monitor: Monitor, tell: Progress) -> FileReport:
    attempt = Attempt()
    while True:
        try:
            return _rewrite(file, attempt, target, monitor, tell)
        except SchemaWidened as wider:
            attempt = Attempt(wider.schema, attempt.block_bytes)
        except RecordTooLong:
            attempt = Attempt(attempt.schema, attempt.block_bytes * _LARGER_BLOCKS)


def _rewrite(file: ReadableFile, attempt: Attempt, target: Path, monitor: Monitor, tell: Progress) -> FileReport:
    counter = ColumnCounter()
    chunks = _counted(read_chunks(file, attempt, monitor=monitor), counter)
    with closing(prefetch(chunks)) as coming, atomic_path(target) as path:
        first = next(coming, _NOTHING)
        with closing(GroupWriter(path, first.batch.schema)) as writer:
            for chunk in chain([first], coming):
                monitor.checkpoint()
                writer.write(chunk.batch)
                tell(chunk.consumed)
            writer.finish()
        sha256 = sha256_file(path)
    return _report(target, counter, sha256=sha256, kept=False)


def _counted(chunks: Iterator[Chunk], counter: ColumnCounter) -> Iterator[Chunk]:
    """The chunks, counted in the thread that reads them: the other one would often wait for its turn at the GIL."""
    for chunk in chunks:
        counter.add(chunk)
        yield chunk

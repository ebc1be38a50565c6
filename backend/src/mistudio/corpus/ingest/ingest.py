"""Ingests a source file: one streaming pass counts its columns and writes it as a raw file.

A Parquet file whose row groups are small enough is kept, byte for byte. Memory stays flat for files of any size, and
reading overlaps writing. The raw file appears by an atomic rename: after a kill, a second call starts over.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.disk import translate_disk_full
from mistudio.core.errors import DataMissing, Json
from mistudio.corpus.formats.columnar import open_parquet, read_parquet, translate_read_errors
from mistudio.corpus.formats.csv import HasShortRows, RecordTooLong
from mistudio.corpus.formats.reader import (
    Attempt,
    NotUtf8,
    ReadableFile,
    SchemaWidened,
    SourceFormat,
    read_chunks,
)
from mistudio.corpus.formats.reading import Reading, detect_late_encoding, detect_reading
from mistudio.corpus.formats.storable_type import make_names_unique
from mistudio.corpus.formats.utf8_repair import Chunk, repair_chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.parquet_writer import GROUP_ROWS, GroupWriter, max_group_bytes
from mistudio.utils.file_utils import atomic_path, replace_file, sha256_file
from mistudio.utils.prefetch import prefetch

Progress = Callable[[int], None]
_LARGER_BLOCKS: Final = 8
# A kept file's row groups may be this many times larger than ours, but not so small that its footer outweighs its data.
_KEPT_SIZE_FACTOR: Final = 10
_KEPT_MIN_ROWS: Final = 64
_TEXT_FORMATS: Final = ("json", "csv", "text")
_NO_ROWS: Final = Chunk(pa.RecordBatch.from_arrays([], names=[]), 0)


def ingest_file(
    source: Path,
    target: Path,
    *,
    format: SourceFormat,  # noqa: A002 (every caller calls it so)
    label: str,
    monitor: Monitor,
    options: Mapping[str, Json] | None = None,
    progress: Progress | None = None,
) -> FileReport:
    """Turn ``source`` into the raw file ``target`` and return its figures.

    A kept source is moved to ``target``; any other stays, for the caller to remove. If only ``target`` exists, an
    earlier call was killed after the move, and ``target`` is counted again.

    Raises InvalidData, DiskFull, DataMissing, and whatever ``monitor.checkpoint`` raises.

    Args:
        source: The source file.
        target: The path of the raw file, on any disk.
        format: The format of the source.
        label: The source's original name, which messages have.
        monitor: Checked for a cancel.
        options: ``field`` for JSON, the key that holds the records; for CSV the dialect, in the terms of pandas.
        progress: Called with the bytes of the source, as stored on disk, that were read; the number only grows.
    """
    file = ReadableFile(source, format, label, dict(options or {}))
    if not source.exists():
        return _count_moved(file, target, monitor)
    size, report_progress = source.stat().st_size, _skip_decreases(progress)
    with translate_disk_full():
        report = _keep(file, target, monitor, report_progress) or _rewrite(file, target, monitor, report_progress)
    report_progress(size)
    return report


def _skip_decreases(progress: Progress | None) -> Progress:
    """Return a callback that passes only growing numbers on: a rewrite that starts over reads the file again."""
    highest = -1

    def report_progress(consumed: int) -> None:
        nonlocal highest
        if progress is not None and consumed > highest:
            highest = consumed
            progress(consumed)

    return report_progress


def _count_moved(file: ReadableFile, target: Path, monitor: Monitor) -> FileReport:
    if not target.exists():
        raise DataMissing(f"{file.label} is no longer on disk. Delete the dataset and download or import it again.")
    counter = _count_parquet(ReadableFile(target, "parquet", file.label, {}), monitor, lambda _: None)
    return _make_report(target, counter, sha256=sha256_file(target), kept=True)


def _make_report(target: Path, counter: ColumnCounter, *, sha256: str, kept: bool) -> FileReport:
    return FileReport(
        rows=counter.rows, bytes=target.stat().st_size, sha256=sha256, kept=kept, columns=counter.reports()
    )


def _keep(file: ReadableFile, target: Path, monitor: Monitor, progress: Progress) -> FileReport | None:
    """Move a well-grouped Parquet file to ``target`` and return its report; None if it must be rewritten."""
    if file.format != "parquet" or not _is_well_grouped(file):
        return None
    counter = _count_parquet(file, monitor, progress)
    if any(column.invalid for column in counter.reports()):
        return None
    sha256 = sha256_file(file.path)
    replace_file(file.path, target)
    return _make_report(target, counter, sha256=sha256, kept=True)


def _is_well_grouped(file: ReadableFile) -> bool:
    with translate_read_errors(file.label), open_parquet(file.path) as parquet:
        metadata, names = parquet.metadata, parquet.schema_arrow.names
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        limit = max_group_bytes(parquet.schema_arrow) * _KEPT_SIZE_FACTOR
        are_small = all(
            group.num_rows <= GROUP_ROWS and (group.total_byte_size <= limit or group.num_rows == 1) for group in groups
        )
        have_few_rows = len(groups) > 1 + metadata.num_rows / _KEPT_MIN_ROWS
        size = sum(group.total_byte_size for group in groups)
        have_few_bytes = size < len(groups) * limit // (8 * _KEPT_SIZE_FACTOR)
        return bool(are_small and not (have_few_rows and have_few_bytes) and make_names_unique(names) == names)


def _count_parquet(file: ReadableFile, monitor: Monitor, progress: Progress) -> ColumnCounter:
    """Count the columns of a Parquet file; columns without text whose nulls the footer counts are not read."""
    with translate_read_errors(file.label), open_parquet(file.path) as parquet:
        schema, metadata = parquet.schema_arrow, parquet.metadata
    counter = ColumnCounter(schema)
    nulls = _read_footer_nulls(schema, metadata)
    skipped = {name for name in nulls if not counter.has_text(name)}
    for name in skipped:
        counter.add_nulls(name, nulls[name])
    wanted = [name for name in schema.names if name not in skipped]
    with closing(prefetch(read_parquet(file.path, label=file.label, columns=wanted))) as chunks:
        for chunk in chunks:
            monitor.checkpoint()
            counter.add(repair_chunk(chunk, label=file.label))
            progress(chunk.consumed)
    counter.rows = metadata.num_rows
    return counter


def _read_footer_nulls(schema: pa.Schema, metadata: pq.FileMetaData) -> dict[str, int]:
    """Return the nulls of each flat column for which every row group counts them."""
    nulls: dict[str, int] = {}
    flat = {column.name for column in schema if not pa.types.is_nested(column.type)}
    for index in range(metadata.num_columns):
        name = metadata.schema.column(index).path
        parts = (metadata.row_group(group).column(index) for group in range(metadata.num_row_groups))
        counts = [part.statistics.null_count if _has_null_count(part) else None for part in parts]
        if name in flat and None not in counts:
            nulls[name] = sum(count for count in counts if count is not None)
    return nulls


def _has_null_count(column: pq.ColumnChunkMetaData) -> bool:
    return bool(column.is_stats_set and column.statistics.has_null_count)


def _rewrite(file: ReadableFile, target: Path, monitor: Monitor, progress: Progress) -> FileReport:
    """Write the raw file; start over in another way where a row needs it."""
    file, reading = _prepare(file)
    attempt = Attempt()
    while True:
        try:
            return _try_rewrite(file, attempt, reading, target, monitor, progress)
        except SchemaWidened as wider:
            attempt = replace(attempt, schema=wider.schema)
        except RecordTooLong:
            attempt = replace(attempt, block_bytes=attempt.block_bytes * _LARGER_BLOCKS)
        except HasShortRows:
            attempt = replace(attempt, has_short_rows=True)
        except NotUtf8:
            encoding = detect_late_encoding(file.path, label=file.label)
            if encoding is None:
                attempt = replace(attempt, is_repaired=True)
            else:
                # Columns may have other names then.
                attempt, reading = replace(attempt, schema=None), replace(reading, encoding=encoding)
                file = replace(file, options={**file.options, "encoding": encoding})


def _prepare(file: ReadableFile) -> tuple[ReadableFile, Reading]:
    """Complete the options of a text file by what is detected."""
    if file.format not in _TEXT_FORMATS:
        return file, Reading()
    found, options, reading = detect_reading(file.path, file.format, label=file.label, options=file.options)
    return replace(file, format=cast("SourceFormat", found), options=options), reading


def _try_rewrite(
    file: ReadableFile, attempt: Attempt, reading: Reading, target: Path, monitor: Monitor, progress: Progress
) -> FileReport:
    counter = ColumnCounter()
    chunks = _count_chunks(read_chunks(file, attempt, monitor=monitor), counter)
    with closing(prefetch(chunks)) as coming, atomic_path(target) as path:
        first = next(coming, _NO_ROWS)
        with closing(GroupWriter(path, first.batch.schema)) as writer:
            for chunk in chain([first], coming):
                monitor.checkpoint()
                writer.write(chunk.batch)
                progress(chunk.consumed)
            writer.finish()
        sha256 = sha256_file(path)
    return replace(_make_report(target, counter, sha256=sha256, kept=False), reading=_complete(reading, counter))


def _complete(reading: Reading, counter: ColumnCounter) -> Reading | None:
    """Return the reading with the counts of the file's rows; None if there is nothing to say."""
    counted = replace(reading, short_rows=counter.short_rows, skipped_rows=counter.skipped_rows)
    return None if counted == Reading() else counted


def _count_chunks(chunks: Iterator[Chunk], counter: ColumnCounter) -> Iterator[Chunk]:
    """Count the chunks in the thread that reads them; the thread that writes would often wait for the GIL."""
    for chunk in chunks:
        counter.add(chunk)
        yield chunk

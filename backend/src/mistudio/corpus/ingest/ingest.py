"""Ingests a source file: one streaming pass counts its columns and writes it as a raw file.

A Parquet file whose row groups are small enough is kept, byte for byte. Memory stays flat for files of any size, and
reading overlaps writing. The raw file appears by an atomic rename: after a kill, a second call starts over. Before it
appears, every column of it has been read: what is kept while it is counted, what is written afterwards.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final, cast

import pyarrow as pa

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import DataMissing, Json
from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES
from mistudio.corpus.formats.column_count import check_column_count
from mistudio.corpus.formats.columnar import open_parquet, read_parquet, translate_read_errors
from mistudio.corpus.formats.csv import HasShortRows, RecordTooLong
from mistudio.corpus.formats.features import (
    Features,
    has_readable_features,
    list_text_types,
    read_features,
    write_features,
)
from mistudio.corpus.formats.group_sizes import GroupSizes
from mistudio.corpus.formats.reader import (
    Attempt,
    NotUtf8,
    ReadableFile,
    SchemaWidened,
    SourceFormat,
    read_chunks,
)
from mistudio.corpus.formats.reading import Reading, detect_late_encoding, detect_reading
from mistudio.corpus.formats.selection import is_selective
from mistudio.corpus.formats.storable_type import is_loadable, make_names_unique
from mistudio.corpus.formats.utf8_repair import Chunk, repair_chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.read_back import read_back, require_rows
from mistudio.corpus.ingest.reading_counts import complete_reading
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
# In memory, where a value of a dictionary takes its room in each row that names it.
_KEPT_MOST_BYTES: Final = 64 << 20
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
    features: Features | None = None,
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
        features: What the card declares of the columns; a column of CSV that it declares as text is read as text.
        progress: Called with the bytes of the source, as stored on disk, that were read; the number only grows.
    """
    file = ReadableFile(source, format, label, dict(options or {}))
    if not source.exists():
        return _count_moved(file, target, monitor)
    size, report_progress = source.stat().st_size, _skip_decreases(progress)
    with translate_disk_errors():
        report = _keep(file, target, monitor, report_progress) or _rewrite(
            file, target, features or {}, monitor, report_progress
        )
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
    if file.format != "parquet" or is_selective(file.options) or not _is_well_grouped(file):
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
        check_column_count(len(names), file.label)
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        limit = max_group_bytes(parquet.schema_arrow) * _KEPT_SIZE_FACTOR
        sizes = GroupSizes(file.path, parquet)
        are_small = all(sizes.estimate_bytes(index) <= _KEPT_MOST_BYTES for index in range(len(groups))) and all(
            group.num_rows <= GROUP_ROWS and (group.total_byte_size <= limit or group.num_rows == 1) for group in groups
        )
        have_few_rows = len(groups) > 1 + metadata.num_rows / _KEPT_MIN_ROWS
        size = sum(group.total_byte_size for group in groups)
        have_few_bytes = size < len(groups) * limit // (8 * _KEPT_SIZE_FACTOR)
        is_well_grouped = (
            are_small and not (have_few_rows and have_few_bytes) and not (groups and not groups[0].num_rows)
        )
        return bool(is_well_grouped and make_names_unique(names) == names and _can_be_loaded(parquet.schema_arrow))


def _can_be_loaded(schema: pa.Schema) -> bool:
    """Return whether ``datasets`` loads a file of this schema; it also fails if the first row group has no rows."""
    return has_readable_features(schema) and all(is_loadable(column.type) for column in schema)


def _count_parquet(file: ReadableFile, monitor: Monitor, progress: Progress) -> ColumnCounter:
    """Read and count every column of a Parquet file, also those without text: what cannot be read is not kept."""
    with translate_read_errors(file.label), open_parquet(file.path) as parquet:
        counter, rows = ColumnCounter(parquet.schema_arrow), parquet.metadata.num_rows
    with closing(prefetch(read_parquet(file.path, label=file.label))) as chunks:
        for chunk in chunks:
            monitor.checkpoint()
            counter.add(repair_chunk(chunk, label=file.label))
            progress(chunk.consumed)
    require_rows(counter.rows, rows, file.label)
    return counter


def _rewrite(file: ReadableFile, target: Path, features: Features, monitor: Monitor, progress: Progress) -> FileReport:
    """Write the raw file; start over in another way where a row needs it."""
    file, reading = _prepare(file)
    attempt = Attempt(hints=list_text_types(features))
    while True:
        try:
            return _try_rewrite(file, attempt, reading, target, features, monitor, progress)
        except SchemaWidened as wider:
            attempt = replace(attempt, schema=wider.schema)
        except RecordTooLong:
            attempt = replace(attempt, block_bytes=min(MAX_RECORD_BYTES, attempt.block_bytes * _LARGER_BLOCKS))
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
    file: ReadableFile,
    attempt: Attempt,
    reading: Reading,
    target: Path,
    features: Features,
    monitor: Monitor,
    progress: Progress,
) -> FileReport:
    counter = ColumnCounter()
    chunks = _count_chunks(read_chunks(file, attempt, monitor=monitor), counter)
    with closing(prefetch(chunks)) as coming, atomic_path(target) as path:
        first = next(coming, _NO_ROWS)
        schema = first.batch.schema
        with closing(GroupWriter(path, write_features(schema, {**read_features(schema), **features}))) as writer:
            for chunk in chain([first], coming):
                monitor.checkpoint()
                writer.write(chunk.batch)
                progress(chunk.consumed)
            writer.finish()
        sha256 = read_back(path, counter.rows, label=file.label, monitor=monitor)
    return replace(
        _make_report(target, counter, sha256=sha256, kept=False),
        reading=complete_reading(reading, counter, attempt.notes, file.format, features),
    )


def _count_chunks(chunks: Iterator[Chunk], counter: ColumnCounter) -> Iterator[Chunk]:
    """Count the chunks in the thread that reads them; the thread that writes would often wait for the GIL."""
    for chunk in chunks:
        counter.add(chunk)
        yield chunk

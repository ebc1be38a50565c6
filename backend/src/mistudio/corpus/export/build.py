"""Writes an export: split by split into a folder that gets its name once all files are complete."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from mistudio.core.errors import ExportFailed, ValidationFailed
from mistudio.core.records import read_record, write_record
from mistudio.corpus.export.arrow_files import ArrowSplit, ParquetSplit, write_split_list
from mistudio.corpus.export.megatron import MegatronSplit
from mistudio.corpus.export.mosaic import MosaicSplit
from mistudio.corpus.export.numpy_files import NumpySplit
from mistudio.corpus.export.plan import ExportedFile, ExportFormat, ExportLayout, ExportPlan, ExportRecord
from mistudio.corpus.export.sources import DatasetSource, ExportSource, TokenSource, check_columns
from mistudio.corpus.export.text_files import CSV, JSON_LINES, TextSplit
from mistudio.corpus.export.writer import SplitWriter
from mistudio.corpus.monitor import Monitor
from mistudio.utils.file_utils import ensure_dir, fsync_file, sha256_file

_OPENERS: Final[Mapping[ExportFormat, Callable[[Path, str, pa.Schema, int], SplitWriter]]] = {
    "parquet": lambda folder, split, schema, _size: ParquetSplit(folder, split, schema),
    "arrow": lambda folder, split, schema, _size: ArrowSplit(folder, split, schema),
    "bin": lambda folder, split, _schema, size: MegatronSplit(folder, split, vocab_size=size),
    "npy": lambda folder, split, schema, size: NumpySplit(folder, split, schema, vocab_size=size),
    "mds": lambda folder, split, schema, _size: MosaicSplit(folder, split, schema),
    "jsonl": lambda folder, split, schema, _size: TextSplit(folder, split, schema.names, JSON_LINES),
    "csv": lambda folder, split, schema, _size: TextSplit(folder, split, schema.names, CSV),
}

_ESTIMATED_ROWS: Final = 1_000


@dataclass(frozen=True)
class ExportColumns:
    """The columns that are read and written, and those of the source that the format does not hold."""

    read: tuple[str, ...]
    written: tuple[str, ...]
    left_out: tuple[str, ...]


def choose_columns(schema: pa.Schema, plan: ExportPlan) -> ExportColumns:
    """Return the columns of an export. Raises UnknownColumn, and ValidationFailed if the format cannot hold one."""
    check_columns(schema.names, plan.columns)
    fitting = [name for name in schema.names if _fits(schema.field(name), plan.format)]
    chosen = fitting if plan.columns is None else [name for name in schema.names if name in plan.columns]
    if wrong := [name for name in chosen if name not in fitting]:
        raise ValidationFailed(
            f"The format {plan.format} does not hold column “{wrong[0]}”. It holds: {', '.join(fitting)}.",
            field="columns",
        )
    if not chosen:
        raise ValidationFailed("An export needs at least one column.", field="columns")
    has_mask = plan.format == "bin" and "attention_mask" in schema.names
    return ExportColumns(
        read=(*chosen, "attention_mask") if has_mask else tuple(chosen),
        written=tuple(chosen),
        left_out=tuple(name for name in schema.names if name not in chosen) if plan.columns is None else (),
    )


def _fits(field: pa.Field, format_: ExportFormat) -> bool:
    if format_ == "bin":
        return bool(field.name == "input_ids")
    if format_ in ("mds", "npy"):
        is_numbers = pa.types.is_list(field.type) and pa.types.is_integer(field.type.value_type)
        return bool(is_numbers or (format_ == "mds" and pa.types.is_integer(field.type)))
    return True


def export_dataset(folder: Path, target: ExportLayout, plan: ExportPlan, *, monitor: Monitor) -> ExportRecord:
    """Write rows of the dataset in ``folder``. See ``export_rows``."""
    return export_rows(DatasetSource(folder), target, plan, monitor=monitor)


def export_tokenization(folder: Path, target: ExportLayout, plan: ExportPlan, *, monitor: Monitor) -> ExportRecord:
    """Write rows of the tokenization in ``folder``. See ``export_rows``."""
    source = TokenSource(folder)
    return export_rows(source, target, plan, monitor=monitor, vocab_size=source.manifest.tokenizer.vocab_size)


def export_rows(
    source: ExportSource, target: ExportLayout, plan: ExportPlan, *, monitor: Monitor, vocab_size: int = 0
) -> ExportRecord:
    """Write the files of an export, from the start if an earlier try was cut off; a finished one is kept.

    Raises UnknownSplit, UnknownColumn, ValidationFailed, DataMissing, InvalidData, ExportFailed, DiskFull.
    """
    if (finished := read_record(ExportRecord, target.record)) is not None:
        return finished
    shutil.rmtree(target.files, ignore_errors=True)
    with _open_building(target.building) as folder:
        record = _write_files(source, folder, plan, monitor, vocab_size)
        folder.rename(target.files)
    write_record(target.record, record)
    return record


@contextmanager
def _open_building(folder: Path) -> Iterator[Path]:
    """Lend an empty folder, which is removed if the work in it fails."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield ensure_dir(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(
    source: ExportSource, folder: Path, plan: ExportPlan, monitor: Monitor, vocab_size: int
) -> ExportRecord:
    total = sum(source.count_rows(split) for split in plan.splits)
    monitor.report(0, total, "exporting")
    done, notes = 0, []
    for split in plan.splits:
        rows, found = _write_split(source, folder, split, plan, _Progress(monitor, done, total, vocab_size))
        done += rows
        notes += found
    if plan.format == "arrow":
        write_split_list(folder, list(plan.splits))
    if done != total:
        raise ExportFailed(f"{done:,} of {total:,} rows were read: the files of the source do not fit its manifest.")
    return ExportRecord(files=_seal(folder, monitor), rows=done, notes=tuple(dict.fromkeys(notes)))


@dataclass(frozen=True)
class ExportEstimate:
    """The size of an export, from its first rows; exact if these are all."""

    rows: int
    bytes: int
    is_exact: bool
    columns: tuple[str, ...]
    left_out: tuple[str, ...]


def estimate_export(source: ExportSource, scratch: Path, plan: ExportPlan, *, vocab_size: int = 0) -> ExportEstimate:
    """Return the size of an export, by writing the first rows of each split into the folder ``scratch``.

    Raises UnknownSplit, UnknownColumn, ValidationFailed, DataMissing, InvalidData, DiskFull.
    """
    rows = taken = 0
    size = 0.0
    chosen = choose_columns(source.read_schema(plan.splits[0]), plan)
    for split in plan.splits:
        count = source.count_rows(split)
        with _open_building(scratch) as folder:
            first, written = _write_first(source, folder, split, plan, vocab_size), _measure(folder)
        rows, taken, size = rows + count, taken + first, size + written * count / max(first, 1)
    return ExportEstimate(rows, round(size), taken == rows, chosen.written, chosen.left_out)


def _write_first(source: ExportSource, folder: Path, split: str, plan: ExportPlan, vocab_size: int) -> int:
    columns = choose_columns(source.read_schema(split), plan)
    rows = 0
    with closing(_open_writer(source, folder, split, plan, vocab_size)) as writer:
        for batch in source.read(split, columns.read):
            writer.write(batch)
            rows += batch.num_rows
            if rows >= _ESTIMATED_ROWS:
                break
        writer.finish()
    return rows


def _open_writer(source: ExportSource, folder: Path, split: str, plan: ExportPlan, vocab_size: int) -> SplitWriter:
    schema = source.read_schema(split)
    written = choose_columns(schema, plan).written
    wanted = pa.schema([schema.field(name) for name in written], metadata=schema.metadata)
    return _OPENERS[plan.format](folder, split, wanted, vocab_size)


def _measure(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@dataclass(frozen=True)
class _Progress:
    monitor: Monitor
    done: int
    total: int
    vocab_size: int


def _write_split(
    source: ExportSource, folder: Path, split: str, plan: ExportPlan, progress: _Progress
) -> tuple[int, list[str]]:
    columns = choose_columns(source.read_schema(split), plan)
    rows = 0
    with closing(_open_writer(source, folder, split, plan, progress.vocab_size)) as writer:
        for batch in source.read(split, columns.read):
            progress.monitor.checkpoint()
            writer.write(batch)
            rows += batch.num_rows
            progress.monitor.report(progress.done + rows, progress.total, "exporting")
        writer.finish()
        notes = [*_describe_left_out(columns.left_out, plan.format), *writer.notes()]
    return rows, notes


def _describe_left_out(names: Sequence[str], format_: ExportFormat) -> list[str]:
    return [f"Left out, because the format {format_} does not hold them: {', '.join(names)}."] if names else []


def _seal(folder: Path, monitor: Monitor) -> tuple[ExportedFile, ...]:
    """Flush all files to the disk, and return them with their sizes and hashes."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        monitor.checkpoint()
        fsync_file(path)
        found.append(ExportedFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_file(path)))
    return tuple(found)

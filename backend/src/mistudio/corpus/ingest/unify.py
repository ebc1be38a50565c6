"""Gives all raw files of a dataset one schema, so that any program loads them together.

Files that have it already stay as they are. The others are rewritten beside the reports and then moved into place, each
with its new report, so that the process can be killed at any instruction.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.disk import translate_disk_errors
from mistudio.corpus.formats.columnar import read_parquet
from mistudio.corpus.formats.exact_cast import cast_exactly
from mistudio.corpus.formats.features import Features
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.read_back import read_back
from mistudio.corpus.ingest.schema_plan import RawSchema, SchemaPlan, plan_schema
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import ColumnReport, FileReport
from mistudio.corpus.store.parquet_writer import GroupWriter
from mistudio.utils.file_utils import atomic_path, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

_NOTICES: Final = b"mistudio:notices"
_PLAN_NAME: Final = "schema.arrow"


@dataclass(frozen=True)
class UnifiedFile:
    """A raw file, the name of its source file, and its figures."""

    path: Path
    label: str
    report: FileReport


def unify_schemas(
    files: Sequence[UnifiedFile],
    declared: Features,
    *,
    folder: Path,
    are_inferred: bool,
    monitor: Monitor,
    publish: Callable[[UnifiedFile, Path, FileReport], None],
) -> SchemaPlan:
    """Rewrite the raw files whose schema is not that of the dataset, and return the plan that says which it is.

    Raises InvalidData, DiskFull, and whatever ``monitor.checkpoint`` raises.

    Args:
        files: The raw files, in order.
        declared: The features of the card, normalized.
        folder: Where rewritten files are until they are published, and the plan, which a later call resumes.
        are_inferred: Whether types come from values, not from the files.
        monitor: Checked for a cancel.
        publish: Called with each file that was rewritten, its new path, and its new report.
    """
    schemas = [RawSchema(file.path, file.label, pq.read_schema(file.path)) for file in files]
    plan = _read_plan(folder) or plan_schema(schemas, declared, are_inferred=are_inferred, monitor=monitor)
    differing = [file for file, raw in zip(files, schemas, strict=True) if not plan.is_met_by(raw)]
    if differing:
        _write_plan(folder, plan)
    with translate_disk_errors():
        for file in differing:
            path = folder / file.path.name
            publish(file, path, _rewrite(file, path, plan, monitor))
    return plan


def _rewrite(file: UnifiedFile, target: Path, plan: SchemaPlan, monitor: Monitor) -> FileReport:
    counter = ColumnCounter(plan.schema)
    with closing(prefetch(_read_converted(file, plan, counter))) as chunks, atomic_path(target) as path:
        with closing(GroupWriter(path, plan.schema)) as writer:
            for chunk in chunks:
                monitor.checkpoint()
                writer.write(chunk.batch)
            writer.finish()
        size, sha256 = path.stat().st_size, read_back(path, file.report.rows, label=file.label, monitor=monitor)
    columns = _keep_invalid(counter.reports(), file.report)
    return FileReport(rows=file.report.rows, bytes=size, sha256=sha256, kept=False, columns=columns)


def _read_converted(file: UnifiedFile, plan: SchemaPlan, counter: ColumnCounter) -> Iterator[Chunk]:
    for chunk in read_parquet(file.path, label=file.label):
        batch = chunk.batch
        columns = [
            cast_exactly(batch.column(field.name), field.type, plan.features.get(field.name))
            if field.name in batch.schema.names
            else pa.nulls(batch.num_rows, field.type)
            for field in plan.schema
        ]
        fitted = Chunk(pa.RecordBatch.from_arrays(columns, schema=plan.schema), chunk.consumed)
        counter.add(fitted)
        yield fitted


def _keep_invalid(columns: Sequence[ColumnReport], old: FileReport) -> tuple[ColumnReport, ...]:
    """Return the reports with the repaired texts of the first reading: the raw file has only what they became."""
    invalid = {column.name: column.invalid for listed in old.columns for column in (listed, *listed.fields)}
    return tuple(_with_invalid(column, invalid) for column in columns)


def _with_invalid(column: ColumnReport, invalid: dict[str, int | None]) -> ColumnReport:
    fields = tuple(_with_invalid(item, invalid) for item in column.fields)
    count = column.invalid if column.invalid is None else column.invalid + (invalid.get(column.name) or 0)
    return replace(column, invalid=count, fields=fields)


def _write_plan(folder: Path, plan: SchemaPlan) -> None:
    metadata = {**(plan.schema.metadata or {}), _NOTICES: json.dumps(plan.notices).encode()}
    write_bytes_atomic(folder / _PLAN_NAME, plan.schema.with_metadata(metadata).serialize().to_pybytes())


def _read_plan(folder: Path) -> SchemaPlan | None:
    path = folder / _PLAN_NAME
    if not path.exists():
        return None
    schema = pa.ipc.read_schema(pa.BufferReader(path.read_bytes()))
    metadata = dict(schema.metadata)
    notices = json.loads(metadata.pop(_NOTICES))
    return SchemaPlan(schema.with_metadata(metadata or None), tuple(notices))

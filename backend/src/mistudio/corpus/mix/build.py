"""Builds a mixture in a staging folder, which is renamed into place at the end.

The counts of rows and each complete raw file have a file of their own, so a killed build goes on after the last of
them. Everything else follows from the plan: any attempt writes the same bytes.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import ParentMissing
from mistudio.core.records import as_json, from_json
from mistudio.corpus.formats.utf8_repair import Chunk
from mistudio.corpus.ingest.build import finish_build
from mistudio.corpus.ingest.column_counts import ColumnCounter
from mistudio.corpus.ingest.read_back import read_back
from mistudio.corpus.mix.columns import MixColumns, align_columns
from mistudio.corpus.mix.plan import MixPart, MixPlan
from mistudio.corpus.mix.record import make_mixture_record
from mistudio.corpus.mix.selection import Order, Selection, interleave, select_rows
from mistudio.corpus.mix.stream import read_mixture
from mistudio.corpus.mix.targets import compute_targets
from mistudio.corpus.mix.units import UnitCounter
from mistudio.corpus.mix.weights import MakeEncoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, Manifest, SourceRecord, manifest_sha256, write_manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.parquet_writer import GroupWriter
from mistudio.corpus.store.text_counts import add_template_counts
from mistudio.utils.file_utils import atomic_path, ensure_dir, write_bytes_atomic
from mistudio.utils.locks import lock_folder
from mistudio.utils.prefetch import prefetch

# Compressed bytes of a raw file, about.
_FILE_BYTES: Final = 256 << 20

FindFolder = Callable[[str], Path]


@dataclass(frozen=True)
class _Mixture:
    """Everything that decides the bytes."""

    plan: MixPlan
    columns: MixColumns
    selections: Sequence[Selection]
    order: Order
    file_rows: int

    @property
    def file_names(self) -> list[str]:
        """The names of the raw files."""
        count = -(-len(self.order) // self.file_rows)
        return [f"{self.plan.split}-{number:05d}-of-{count:05d}.parquet" for number in range(count)]


def build_mixture(
    plan: MixPlan,
    staging: Path,
    target: Path,
    *,
    find_folder: FindFolder,
    make_encoder: MakeEncoder,
    monitor: Monitor,
    file_bytes: int = _FILE_BYTES,
) -> Manifest:
    """Build the mixture in ``staging``, publish it as ``target`` on the same disk, and return its manifest.

    Reports rows that are counted in the phase ``statistics``, rows that are written in the phase ``ingest``. Raises
    ParentMissing, ValidationFailed if a part has too little, InvalidData, DiskFull, and what the monitor raises.

    Args:
        plan: The same at every attempt.
        staging: Keeps what an attempt has done.
        target: The dataset's folder.
        find_folder: Returns the folder of a dataset by its id.
        make_encoder: Returns the encoder of the plan's tokenizer, tried on some texts; called only if needed.
        monitor: Checked for a cancel.
        file_bytes: About how large raw files become.
    """
    if (published := finish_build(staging, target, monitor=monitor)) is not None:
        return published
    with lock_folder(staging, monitor.checkpoint), translate_disk_errors():
        mixture = _prepare(plan, staging, find_folder, make_encoder, monitor, file_bytes)
        reports = [_write_file(mixture, number, staging, monitor) for number in range(len(mixture.file_names))]
        _write_manifest(mixture, reports, staging, monitor)
    published = finish_build(staging, target, monitor=monitor)
    if published is None:
        raise ParentMissing("The mixture's files are gone from the disk. Delete it and mix again.")
    return published


def _prepare(
    plan: MixPlan,
    staging: Path,
    find_folder: FindFolder,
    make_encoder: MakeEncoder,
    monitor: Monitor,
    file_bytes: int,
) -> _Mixture:
    layout = DatasetLayout(staging)
    for folder in (layout.raw, layout.reports):
        ensure_dir(folder)
    stores = [_open_part(part, find_folder) for part in plan.parts]
    counter = UnitCounter(plan, stores, layout.reports, make_encoder=make_encoder, monitor=monitor)
    weights = [counter.count(number) for number in range(len(stores))]
    available = [int(units.sum()) for units in weights]
    targets = compute_targets([part.wish for part in plan.parts], available, unit=plan.by, total=plan.total)
    selections = [
        select_rows(units, target, seed=plan.seed, part=number)
        for number, (units, target) in enumerate(zip(weights, targets, strict=True))
    ]
    order = interleave([selection.list_weights() for selection in selections], seed=plan.seed)
    columns = align_columns(plan.parts, stores, monitor=monitor)
    return _Mixture(plan, columns, selections, order, _choose_file_rows(plan, stores, selections, file_bytes))


def _open_part(part: MixPart, find_folder: FindFolder) -> DatasetStore:
    folder = find_folder(part.dataset_id)
    if not DatasetLayout(folder).manifest.is_file():
        raise ParentMissing(f"“{part.name}” was deleted, and the mixture needs its rows. Get it again, then retry.")
    if manifest_sha256(folder) != part.manifest_sha256:
        raise ParentMissing(f"“{part.name}” has changed since the mixture was requested. Mix again.")
    return DatasetStore(folder, text=part.text)


def _choose_file_rows(
    plan: MixPlan, stores: Sequence[DatasetStore], selections: Sequence[Selection], file_bytes: int
) -> int:
    """Return the rows of a raw file, by the size of the parts' raw files."""
    size, rows = 0.0, 0
    for part, store, selection in zip(plan.parts, stores, selections, strict=True):
        split = next(split for split in store.manifest.splits if split.name == part.split)
        size += split.size_bytes * selection.num_rows / max(1, split.rows)
        rows += selection.num_rows
    files = max(1, -(-int(size) // file_bytes))
    return -(-rows // files)


def _write_file(mixture: _Mixture, number: int, staging: Path, monitor: Monitor) -> FileReport:
    """Write a raw file and its report, unless an earlier attempt has."""
    layout, name = DatasetLayout(staging), mixture.file_names[number]
    report_path, target = layout.reports / f"{name}.json", layout.raw / name
    start = number * mixture.file_rows
    stop = min(start + mixture.file_rows, len(mixture.order))
    if (report := _read_report(report_path, target)) is None:
        report = _write_rows(mixture, target, start, stop, monitor)
        write_bytes_atomic(report_path, json.dumps(as_json(report)).encode())
    monitor.report(stop, len(mixture.order), "ingest")
    return report


def _read_report(path: Path, raw: Path) -> FileReport | None:
    with suppress(OSError, ValueError):
        report = from_json(FileReport, json.loads(path.read_text(encoding="utf-8")))
        return report if raw.stat().st_size == report.bytes else None
    return None


def _write_rows(mixture: _Mixture, target: Path, start: int, stop: int, monitor: Monitor) -> FileReport:
    schema, done = mixture.columns.schema, start
    counter = ColumnCounter(schema)
    batches = read_mixture(mixture.columns, mixture.selections, mixture.order, start=start, stop=stop, monitor=monitor)
    with closing(prefetch(batches)) as coming, atomic_path(target) as path:
        with closing(GroupWriter(path, schema)) as writer:
            for batch in coming:
                monitor.checkpoint()
                counter.add(Chunk(batch, 0))
                writer.write(batch)
                done += batch.num_rows
                monitor.report(done, len(mixture.order), "ingest")
            writer.finish()
        size, sha256 = path.stat().st_size, read_back(path, stop - start, label=target.name, monitor=monitor)
    return FileReport(rows=stop - start, bytes=size, sha256=sha256, kept=False, columns=counter.reports())


def _write_manifest(mixture: _Mixture, reports: Sequence[FileReport], staging: Path, monitor: Monitor) -> None:
    files, columns = _list_files(mixture, reports, DatasetLayout(staging)), mixture.columns
    manifest = replace(
        make_manifest(files, source="derived", splits=[mixture.plan.split], text_column=columns.text),
        sources=(),
        features=columns.features,
        notices=columns.notices,
        mixture=make_mixture_record(mixture.plan, mixture.selections),
    )
    if manifest.text_template is not None:
        manifest = add_template_counts(DatasetStore(staging, manifest=manifest), monitor=monitor)
    write_manifest(staging, manifest)


def _list_files(mixture: _Mixture, reports: Sequence[FileReport], layout: DatasetLayout) -> list[IngestedFile]:
    return [
        IngestedFile(mixture.plan.split, layout.relative(layout.raw / name), report, SourceRecord("", 0, ""))
        for name, report in zip(mixture.file_names, reports, strict=True)
    ]

"""Builds a subset in a staging folder, which is renamed into place at the end.

The chosen rows and each complete raw file are stored, so a killed build goes on after the last of them. Everything else
follows from the plan: any attempt writes the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import DataMissing, ParentMissing
from mistudio.corpus.derive.columns import read_schema
from mistudio.corpus.derive.plan import ParentText, SubsetPlan
from mistudio.corpus.derive.raw_files import FILE_BYTES, RawFileWriter, plan_files
from mistudio.corpus.derive.selection import SelectedRows, Sources, select_rows
from mistudio.corpus.formats.features import read_features
from mistudio.corpus.ingest.build import finish_build
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, Manifest, manifest_sha256, write_manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.subset_record import SubsetRecord
from mistudio.corpus.store.text_counts import add_template_counts
from mistudio.utils.file_utils import ensure_dir
from mistudio.utils.locks import lock_folder

FindFolder = Callable[[str], Path]


def build_subset(
    plan: SubsetPlan,
    staging: Path,
    target: Path,
    *,
    find_folder: FindFolder,
    monitor: Monitor,
    file_bytes: int = FILE_BYTES,
) -> Manifest:
    """Build the subset in ``staging``, publish it as ``target`` on the same disk, and return its manifest.

    Reports texts that steps read in the phase ``statistics``, rows that are written in the phase ``ingest``. Raises
    ParentMissing, NoData if no row is left, ValidationFailed, InvalidData, DiskFull, and what the monitor raises.

    Args:
        plan: The same at every attempt.
        staging: Keeps what an attempt has done.
        target: The dataset's folder.
        find_folder: Returns the folder of a dataset by its id.
        monitor: Checked for a cancel.
        file_bytes: About how large raw files become.
    """
    if (published := finish_build(staging, target, monitor=monitor)) is not None:
        return published
    with lock_folder(staging, monitor.checkpoint), translate_disk_errors():
        _build(plan, staging, find_folder, monitor, file_bytes)
    published = finish_build(staging, target, monitor=monitor)
    if published is None:
        raise DataMissing("The subset's files are gone from the disk. Delete it and ask for it again.")
    return published


def _build(plan: SubsetPlan, staging: Path, find_folder: FindFolder, monitor: Monitor, file_bytes: int) -> None:
    sources = open_sources(plan, find_folder)
    store = sources.store
    # Removed when the dataset is published.
    selected = select_rows(plan, sources, ensure_dir(DatasetLayout(staging).source), monitor)
    schema = read_schema(store)
    writer = RawFileWriter(store, schema, staging, total=selected.num_rows, monitor=monitor)
    files = [writer.write(each) for each in plan_files(selected.splits, store, file_bytes=file_bytes)]
    manifest = replace(
        _make_manifest(plan, store, selected, files),
        features=read_features(schema),
        subset=_make_record(plan, store, selected),
    )
    if manifest.text_template is not None:
        manifest = add_template_counts(DatasetStore(staging, manifest=manifest), monitor=monitor)
    write_manifest(staging, manifest)


def open_sources(plan: SubsetPlan, find_folder: FindFolder) -> Sources:
    """Open what the subset is made of. Raises ParentMissing if any of it is gone or has changed."""
    references = {each.record.dataset_id: each for each in plan.references}
    for each in plan.references:
        _find_parent(each, find_folder)
    store = _open_parent(plan.parent, find_folder)
    tokenization = None
    if plan.filter.tokenization_id:
        tokenization = DatasetLayout(store.folder).tokenized(plan.filter.tokenization_id)
        if not tokenization.is_dir():
            raise ParentMissing("The tokenization that counts the tokens was deleted. Tokenize again, and ask again.")
    return Sources(
        store=store,
        tokenization=tokenization,
        open_reference=lambda dataset_id: _open_parent(references[dataset_id], find_folder),
    )


def _open_parent(parent: ParentText, find_folder: FindFolder) -> DatasetStore:
    return DatasetStore(_find_parent(parent, find_folder), text=parent.text)


def _find_parent(parent: ParentText, find_folder: FindFolder) -> Path:
    record = parent.record
    folder = find_folder(record.dataset_id)
    if not DatasetLayout(folder).manifest.is_file():
        raise ParentMissing(f"“{record.name}” was deleted, and the subset needs its rows. Get it again, then retry.")
    if manifest_sha256(folder) != record.manifest_sha256:
        raise ParentMissing(f"“{record.name}” has changed since the subset was requested. Ask for it again.")
    return folder


def _make_manifest(
    plan: SubsetPlan, store: DatasetStore, selected: SelectedRows, files: Sequence[IngestedFile]
) -> Manifest:
    splits = [split for split, _ in selected.splits]
    made = make_manifest(files, source="derived", splits=splits, text_column=plan.parent.text)
    return replace(made, sources=(), notices=store.manifest.notices)


def _make_record(plan: SubsetPlan, store: DatasetStore, selected: SelectedRows) -> SubsetRecord:
    return SubsetRecord(
        parents=tuple(each.record for each in (plan.parent, *plan.references)),
        request=plan.request,
        rows=store.num_rows(),
        kept=selected.num_rows,
        stages=selected.stages,
        recipe=plan.recipe,
        step_names=plan.step_names,
    )

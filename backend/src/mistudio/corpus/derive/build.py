"""Builds a subset in a staging folder, which is renamed into place at the end.

The chosen rows and each complete raw file are stored, so a killed build goes on after the last of them. Everything else
follows from the plan: any attempt writes the same bytes.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import ParentMissing
from mistudio.corpus.derive.columns import read_batches, read_schema
from mistudio.corpus.derive.files import plan_files
from mistudio.corpus.derive.plan import ParentText, SubsetPlan
from mistudio.corpus.derive.selection import SelectedRows, Sources, select_rows
from mistudio.corpus.formats.features import read_features
from mistudio.corpus.ingest.publish import build_in_staging
from mistudio.corpus.ingest.row_files import FILE_BYTES, RowFileWriter
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, Manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.parents import FindFolder, find_parent
from mistudio.corpus.store.subset_record import SubsetRecord
from mistudio.utils.file_utils import ensure_dir


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

    def make() -> Manifest:
        with translate_disk_errors():
            return _build(plan, staging, find_folder, monitor, file_bytes)

    return build_in_staging(make, staging, target, monitor=monitor)


def _build(plan: SubsetPlan, staging: Path, find_folder: FindFolder, monitor: Monitor, file_bytes: int) -> Manifest:
    sources = open_sources(plan, find_folder)
    store = sources.store
    # Removed when the dataset is published.
    selected = select_rows(plan, sources, ensure_dir(DatasetLayout(staging).source), monitor)
    schema = read_schema(store)
    writer = RowFileWriter(staging, schema, total=selected.num_rows, monitor=monitor)
    files = [
        writer.write(file, partial(read_batches, store, ids, schema))
        for file, ids in plan_files(selected.splits, store, file_bytes=file_bytes)
    ]
    return replace(
        _make_manifest(plan, store, selected, files),
        features=read_features(schema),
        subset=_make_record(plan, store, selected),
    )


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
    return find_parent(parent.record, find_folder, child="subset", remedy="Ask for it again.")


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

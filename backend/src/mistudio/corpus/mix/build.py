"""Builds a mixture in a staging folder, which is renamed into place at the end.

The counts of rows and each complete raw file have a file of their own, so a killed build goes on after the last of
them. Everything else follows from the plan: any attempt writes the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mistudio.core.disk import translate_disk_errors
from mistudio.corpus.ingest.publish import build_in_staging
from mistudio.corpus.ingest.row_files import FILE_BYTES, RowFile, RowFileWriter
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
from mistudio.corpus.store.layout import DatasetLayout, name_raw_file
from mistudio.corpus.store.manifest import IngestedFile, Manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.parents import FindFolder, find_parent
from mistudio.utils.file_utils import ensure_dir


@dataclass(frozen=True)
class _Mixture:
    """Everything that decides the bytes."""

    plan: MixPlan
    columns: MixColumns
    selections: Sequence[Selection]
    order: Order
    file_rows: int


def build_mixture(
    plan: MixPlan,
    staging: Path,
    target: Path,
    *,
    find_folder: FindFolder,
    make_encoder: MakeEncoder,
    monitor: Monitor,
    file_bytes: int = FILE_BYTES,
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

    def make() -> Manifest:
        with translate_disk_errors():
            mixture = _prepare(plan, staging, find_folder, make_encoder, monitor, file_bytes)
            return _make_manifest(mixture, _write_files(mixture, staging, monitor))

    return build_in_staging(make, staging, target, monitor=monitor)


def _prepare(
    plan: MixPlan,
    staging: Path,
    find_folder: FindFolder,
    make_encoder: MakeEncoder,
    monitor: Monitor,
    file_bytes: int,
) -> _Mixture:
    stores = [_open_part(part, find_folder) for part in plan.parts]
    counter = UnitCounter(
        plan, stores, ensure_dir(DatasetLayout(staging).reports), make_encoder=make_encoder, monitor=monitor
    )
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
    return DatasetStore(find_parent(part.record, find_folder, child="mixture", remedy="Mix again."), text=part.text)


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


def _write_files(mixture: _Mixture, staging: Path, monitor: Monitor) -> list[IngestedFile]:
    rows = len(mixture.order)
    writer = RowFileWriter(staging, mixture.columns.schema, total=rows, monitor=monitor)
    starts = range(0, rows, mixture.file_rows)
    files = []
    for number, start in enumerate(starts):
        stop = min(start + mixture.file_rows, rows)
        name = name_raw_file(mixture.plan.split, number, len(starts))
        read = partial(
            read_mixture,
            mixture.columns,
            mixture.selections,
            mixture.order,
            start=start,
            stop=stop,
            monitor=monitor,
        )
        files.append(writer.write(RowFile(mixture.plan.split, name, stop - start), read))
    return files


def _make_manifest(mixture: _Mixture, files: Sequence[IngestedFile]) -> Manifest:
    columns = mixture.columns
    return replace(
        make_manifest(files, source="derived", splits=[mixture.plan.split], text_column=columns.text),
        sources=(),
        features=columns.features,
        notices=columns.notices,
        mixture=make_mixture_record(mixture.plan, mixture.selections),
    )

"""Shows what a subset would have: how many rows match and are taken, and what its steps do to a sample of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.corpus.arrays import Ids
from mistudio.corpus.cleaning.preview import MAX_TEXT, StepPreview, preview_steps
from mistudio.corpus.cleaning.steps import CleaningStep, Decontaminate
from mistudio.corpus.derive.matching import CheckedDeadline
from mistudio.corpus.derive.plan import SubsetPlan
from mistudio.corpus.derive.selection import Sources, StepRun, choose_rows, divide_steps
from mistudio.corpus.derive.steps import parse_steps
from mistudio.corpus.derive.texts import read_texts
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline, SearchEnded
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.subset_record import StageRecord
from mistudio.corpus.store.text_counts import estimate_text_bytes

_EXAMPLES: Final = 5
_RUNS, _RUN_ROWS = 20, 50
_SAMPLE_BYTES: Final = 1 << 20
# A larger dataset takes too long to be compared within a request.
_REFERENCE_BYTES: Final = 8 << 20


@dataclass(frozen=True)
class ShownRow:
    """A row, with the beginning of its text."""

    split: str
    row: int
    text: str


@dataclass(frozen=True, kw_only=True)
class SubsetPreview:
    """``taken`` is None if finding the rows takes too long; ``note`` says why a step is not shown."""

    rows: int
    taken: int | None
    stages: Sequence[StageRecord] = ()
    kept: Sequence[ShownRow] = ()
    dropped: Sequence[ShownRow] = ()
    sample_rows: int = 0
    steps: Sequence[StepPreview] = ()
    note: str | None = None


def preview_subset(plan: SubsetPlan, sources: Sources, folder: Path, *, seconds: float) -> SubsetPreview:
    """Return what the subset would have; steps may spill to ``folder``. Stops to look for rows after ``seconds``.

    Raises ValidationFailed, InvalidPattern, DataMissing.
    """
    store = sources.store
    deadline = Deadline(seconds)
    try:
        ids, stages = choose_rows(plan, sources, CheckedDeadline(deadline.check))
    except SearchEnded:
        note = f"To find the rows takes longer than {seconds:g} seconds. The job counts them."
        return SubsetPreview(rows=store.num_rows(), taken=None, note=note)
    found = SubsetPreview(
        rows=store.num_rows(),
        taken=len(ids),
        stages=stages,
        kept=_show(store, ids[:_EXAMPLES]),
        dropped=_show(store, _find_dropped(store, plan.filter.split, ids)),
    )
    return _add_steps(found, plan, sources, ids, folder, deadline.check) if len(ids) else found


def _add_steps(
    found: SubsetPreview, plan: SubsetPlan, sources: Sources, ids: Ids, folder: Path, check: Callable[[], None]
) -> SubsetPreview:
    steps, _split = divide_steps(parse_steps(plan.steps))
    shown, notes = _leave_out_large(steps, sources)  # type: ignore[arg-type]  # no split step
    if not shown:
        return replace(found, note=" ".join(notes) or None)
    texts, sample = _read_sample(sources.store, ids)
    context = replace(StepRun(plan, sources, folder, NullMonitor()).make_context(sample), check=check)
    try:
        previews = preview_steps(texts, shown, context)
    except SearchEnded:
        return replace(found, note="The steps take too long to be shown on a sample. The job runs them.")
    return replace(found, sample_rows=len(sample), steps=previews, note=" ".join(notes) or None)


def _leave_out_large(steps: Sequence[CleaningStep], sources: Sources) -> tuple[list[CleaningStep], list[str]]:
    """Return the steps without comparisons that take too long, and a sentence on each of these."""
    shown, notes = [], []
    for step in steps:
        if isinstance(step, Decontaminate):
            other = sources.open_reference(step.dataset)
            if estimate_text_bytes(other.manifest, other.text) > _REFERENCE_BYTES:
                notes.append("The step decontaminate is not shown: the other dataset takes too long to read.")
                continue
        shown.append(step)
    return shown, notes


def _read_sample(store: DatasetStore, ids: Ids) -> tuple[pa.Array, Ids]:
    """Return the texts of rows that are spread evenly, in runs of neighbours, and their ids."""
    sample = ids
    if len(ids) > _RUNS * _RUN_ROWS:
        starts = np.linspace(0, len(ids) - _RUN_ROWS, _RUNS).astype(np.int64)
        sample = ids[np.unique(starts[:, None] + np.arange(_RUN_ROWS))]
    blocks, size = [], 0
    for texts in read_texts(store, sample):
        blocks.append(texts)
        size += texts.nbytes
        if size >= _SAMPLE_BYTES:
            break
    joined = pa.concat_arrays(blocks)
    return joined, sample[: len(joined)]


def _find_dropped(store: DatasetStore, split: str | None, ids: Ids) -> Ids:
    """Return the first rows of the split that are not taken."""
    start, stop = store.ids(split)
    gaps = np.flatnonzero(ids[: stop - start] != np.arange(start, start + len(ids)))
    first = start + (int(gaps[0]) if len(gaps) else len(ids))
    candidates = np.arange(first, min(stop, first + len(ids) + _EXAMPLES), dtype=np.int64)
    return np.setdiff1d(candidates, ids, assume_unique=True)[:_EXAMPLES]


def _show(store: DatasetStore, ids: Ids) -> list[ShownRow]:
    texts = [text or "" for block in read_texts(store, ids) for text in block.to_pylist()]
    places = [store.locate(row) for row in ids.tolist()]
    return [ShownRow(split, row, text[:MAX_TEXT]) for (split, row), text in zip(places, texts, strict=True)]

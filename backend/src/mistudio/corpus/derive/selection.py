"""Decides which rows a subset has, and in which splits. The decision is stored, so that no attempt makes it twice."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.core.errors import NoData
from mistudio.core.records import as_json, from_json
from mistudio.corpus.arrays import Counts, Ids, write_array
from mistudio.corpus.cleaning import Cleaning, CleaningContext, clean, count_passes
from mistudio.corpus.derive.choice import take_rows
from mistudio.corpus.derive.ledger import record_choice, record_filter, record_steps
from mistudio.corpus.derive.matching import CheckedDeadline, find_matches
from mistudio.corpus.derive.plan import SubsetPlan
from mistudio.corpus.derive.splitting import TRAIN, VALIDATION, find_validation
from mistudio.corpus.derive.steps import SplitStep, SubsetStep, parse_steps
from mistudio.corpus.derive.texts import read_texts
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.subset_record import StageRecord
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.utils.file_utils import atomic_path, write_bytes_atomic

_NAME: Final = "selection.json"
_ROWS: Final = "selected-{}.npy"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a subset is made of: the store of the parent, the folder of its token counts, and the stores of others."""

    store: DatasetStore
    tokenization: Path | None
    open_reference: Callable[[str], DatasetStore]


@dataclass(frozen=True)
class SelectedRows:
    """The ids of the rows of each split, ascending, and what each stage kept and dropped."""

    splits: tuple[tuple[str, Ids], ...]
    stages: tuple[StageRecord, ...]

    @property
    def num_rows(self) -> int:
        """Rows of all splits."""
        return sum(len(ids) for _, ids in self.splits)


@dataclass(frozen=True)
class _Stored:
    splits: tuple[str, ...]
    stages: tuple[StageRecord, ...]


def select_rows(plan: SubsetPlan, sources: Sources, folder: Path, monitor: Monitor) -> SelectedRows:
    """Return the rows of the subset; from ``folder``, where the decision of an earlier attempt is stored.

    Reports texts that steps have read in the phase ``statistics``. Raises NoData if no row is left, ValidationFailed,
    DataMissing, and what the monitor raises.
    """
    if (stored := _read(folder)) is not None:
        return stored
    ids, stages = choose_rows(plan, sources, CheckedDeadline(monitor.checkpoint))
    run = StepRun(plan, sources, folder, monitor)
    ids, more = run.clean(ids)
    stages += more
    if not len(ids):
        raise NoData("No row is left for this subset. Choose other rows or steps; the preview shows what is dropped.")
    selected = SelectedRows(run.split(ids), tuple(stages))
    _write(folder, selected)
    return selected


def choose_rows(plan: SubsetPlan, sources: Sources, deadline: CheckedDeadline) -> tuple[Ids, list[StageRecord]]:
    """Return the ids of the rows that match and are taken, before any step, and what was dropped."""
    store = sources.store
    matched = find_matches(store, plan.filter, sources.tokenization, deadline)
    taken = take_rows(matched, plan.choice, store)
    first = record_filter(store, plan.filter, len(matched))
    return taken, [first, *record_choice(plan.choice, len(matched), len(taken))]


def divide_steps(steps: list[SubsetStep]) -> tuple[list[SubsetStep], SplitStep | None]:
    """Return the cleaning steps, and the step that splits, which is the last one."""
    last = steps[-1] if steps else None
    return (steps[:-1], last) if isinstance(last, SplitStep) else (steps, None)


class StepRun:
    """Runs the steps of a plan over rows of its parent."""

    def __init__(self, plan: SubsetPlan, sources: Sources, folder: Path, monitor: Monitor) -> None:
        self._sources = sources
        self._folder = folder
        self._monitor = monitor
        self._cleaning, self._split = divide_steps(parse_steps(plan.steps))
        self._done = 0

    def clean(self, ids: Ids) -> tuple[Ids, list[StageRecord]]:
        """Return the rows that stay, and the ledger of each step."""
        if not self._cleaning:
            return ids, []
        passes = count_passes(self._cleaning) + (self._split is not None)  # type: ignore[arg-type]  # no split step
        made: Cleaning = clean(
            lambda: self._read(ids, passes * len(ids)),
            self._cleaning,  # type: ignore[arg-type]  # no split step
            self.make_context(ids),
        )
        return ids[made.is_kept], record_steps(made.ledgers)

    def split(self, ids: Ids) -> tuple[tuple[str, Ids], ...]:
        """Return the rows of each split that has some: those of the parent, unless a step splits anew."""
        if self._split is not None:
            mask = find_validation(self._read(ids, self._done + len(ids)), self._split)
            return (TRAIN, ids[~mask]), (VALIDATION, ids[mask])
        store = self._sources.store
        ends = {split: store.ids(split) for split in store.splits}
        parts = ((split, ids[np.searchsorted(ids, a) : np.searchsorted(ids, b)]) for split, (a, b) in ends.items())
        return tuple((split, part) for split, part in parts if len(part))

    def make_context(self, ids: Ids) -> CleaningContext:
        """Return what cleaning steps need besides the texts; steps see places in ``ids``."""
        lengths = TokenLengths(self._sources.tokenization, self._sources.store) if self._sources.tokenization else None

        def count_tokens(rows: Ids) -> Counts:
            if lengths is None:
                raise ValueError("a step needs token counts, and the plan has no tokenization")
            return lengths.at(ids[rows])

        return CleaningContext(
            folder=self._folder,
            check=self._monitor.checkpoint,
            read_reference=self._read_reference,
            token_counts=count_tokens if lengths else None,
        )

    def _read_reference(self, dataset_id: str) -> Iterator[pa.Array]:
        store = self._sources.open_reference(dataset_id)
        for group in store.groups():
            self._monitor.checkpoint()
            yield store.texts(group)

    def _read(self, ids: Ids, total: int) -> Iterator[pa.Array]:
        for texts in read_texts(self._sources.store, ids):
            self._monitor.checkpoint()
            yield texts
            self._done += len(texts)
            self._monitor.report(min(self._done, total), total, "statistics")


def _write(folder: Path, selected: SelectedRows) -> None:
    for number, (_, ids) in enumerate(selected.splits):
        with atomic_path(folder / _ROWS.format(number)) as path, path.open("wb") as file:
            write_array(file, ids)
    stored = _Stored(tuple(split for split, _ in selected.splits), selected.stages)
    write_bytes_atomic(folder / _NAME, json.dumps(as_json(stored)).encode())


def _read(folder: Path) -> SelectedRows | None:
    with suppress(OSError, ValueError):
        stored = from_json(_Stored, json.loads((folder / _NAME).read_text(encoding="utf-8")))
        ids = [np.load(folder / _ROWS.format(number)) for number in range(len(stored.splits))]
        return SelectedRows(tuple(zip(stored.splits, ids, strict=True)), stored.stages)
    return None

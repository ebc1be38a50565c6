"""Counts the units of all parts of a mixture, and keeps the counts for the next attempt."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from mistudio.corpus.arrays import Counts
from mistudio.corpus.mix.plan import MixPlan
from mistudio.corpus.mix.weights import (
    MakeEncoder,
    count_bytes_of,
    count_rows_of,
    count_tokens_of,
    find_known_tokens,
    keep_counts,
)
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore


class UnitCounter:
    """Counts part after part; counts that needed the texts are kept in ``folder``."""

    def __init__(
        self,
        plan: MixPlan,
        stores: Sequence[DatasetStore],
        folder: Path,
        *,
        make_encoder: MakeEncoder,
        monitor: Monitor,
    ) -> None:
        self._plan, self._stores, self._folder = plan, stores, folder
        self._make_encoder = make_encoder
        self._monitor = monitor
        rows = (store.num_rows(part.split) for part, store in zip(plan.parts, stores, strict=True))
        self._before = [0, *accumulate(rows)]

    def count(self, number: int) -> Counts:
        """Return the units of each row of a part."""
        store, split = self._stores[number], self._plan.parts[number].split
        if self._plan.by == "rows":
            counts = count_rows_of(store, split)
        else:
            counts = keep_counts(self._folder / f"units-{number:05d}.npy", lambda: self._read(number))
        self._report(number, len(counts))
        return counts

    def _read(self, number: int) -> Counts:
        store, split = self._stores[number], self._plan.parts[number].split

        def report(done: int) -> None:
            self._report(number, done)

        if self._plan.by == "bytes":
            return count_bytes_of(store, split, monitor=self._monitor, report=report)
        fingerprint = self._plan.tokenizer.fingerprint if self._plan.tokenizer else ""
        if (known := find_known_tokens(store, split, fingerprint)) is not None:
            return known
        return count_tokens_of(store, split, make_encoder=self._make_encoder, monitor=self._monitor, report=report)

    def _report(self, number: int, done: int) -> None:
        self._monitor.report(self._before[number] + done, self._before[-1], "statistics")

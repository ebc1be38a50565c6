"""Runs cleaning steps over a stream of documents, in as few passes as possible and with flat memory.

Filters decide about each document as it is read. A deduplicator decides once it has read all, so the documents are read
once more after it. One byte per document records what stays. A run leaves nothing on disk.
"""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mistudio.corpus.arrays import Ids
from mistudio.corpus.cleaning.contamination import ContaminationFilter
from mistudio.corpus.cleaning.documents import Deduplicator, Documents, Filter, Source
from mistudio.corpus.cleaning.exact_duplicates import ExactDeduplicator
from mistudio.corpus.cleaning.ledger import MAX_EXAMPLES, Cluster, StepLedger
from mistudio.corpus.cleaning.length import LengthFilter, TokenCounts
from mistudio.corpus.cleaning.near_duplicates import NearDeduplicator
from mistudio.corpus.cleaning.pattern import PatternFilter
from mistudio.corpus.cleaning.quality import QualityFilter
from mistudio.corpus.cleaning.steps import (
    CleaningStep,
    Decontaminate,
    DedupExact,
    DedupNear,
    DropRegex,
    LengthBounds,
    Quality,
)

_MAX_CLUSTERS: Final = 20
_MAX_CLUSTER_ROWS: Final = 10

Mask: TypeAlias = npt.NDArray[np.bool_]
ReferenceReader: TypeAlias = Callable[[str], Iterable[pa.Array]]


@dataclass(frozen=True)
class CleaningContext:
    """What steps need besides the documents: the texts of other datasets, token counts, a folder, and a check.

    ``check`` is called for every batch, and raises if the user cancelled the job.
    """

    folder: Path
    check: Callable[[], None]
    read_reference: ReferenceReader | None = None
    token_counts: TokenCounts | None = None


@dataclass(frozen=True)
class Cleaning:
    """Whether each document stays, and the ledgers of the steps in their order."""

    is_kept: Mask
    ledgers: tuple[StepLedger, ...]

    @property
    def rows(self) -> Ids:
        """The documents that stay, ascending."""
        return np.flatnonzero(self.is_kept)


def clean(source: Source, steps: Sequence[CleaningStep], context: CleaningContext) -> Cleaning:
    """Return which documents of ``source`` stay after all steps, each of which sees what the earlier ones kept."""
    ledgers = tuple(StepLedger(step.kind) for step in steps)
    run = _Run(source, context)
    with tempfile.TemporaryDirectory(prefix="cleaning-", dir=context.folder) as folder:
        waiting: list[tuple[Filter, StepLedger]] = []
        for number, (step, ledger) in enumerate(zip(steps, ledgers, strict=True)):
            if isinstance(step, DedupExact | DedupNear):
                room = Path(folder, str(number))
                room.mkdir()
                deduplicator = ExactDeduplicator(step) if isinstance(step, DedupExact) else NearDeduplicator(step, room)
                with closing(deduplicator):
                    run.deduplicate(waiting, deduplicator, ledger)
                waiting = []
            else:
                waiting.append((make_filter(step, context), ledger))
        if waiting or not steps:
            run.read(waiting, None)
    return Cleaning(run.is_kept, ledgers)


def count_passes(steps: Sequence[CleaningStep]) -> int:
    """Return how often ``clean`` reads the source; a job needs it for its progress."""
    places = [place for place, step in enumerate(steps) if isinstance(step, DedupExact | DedupNear)]
    return len(places) + (not places or places[-1] < len(steps) - 1)


def make_filter(step: LengthBounds | DropRegex | Quality | Decontaminate, context: CleaningContext) -> Filter:
    """Return the filter that a step describes; to decontaminate reads the other dataset."""
    if isinstance(step, LengthBounds):
        return LengthFilter(step, context.token_counts)
    if isinstance(step, DropRegex):
        return PatternFilter(step)
    if isinstance(step, Quality):
        return QualityFilter(step)
    if context.read_reference is None:
        raise ValueError("decontamination needs a reader of other datasets")
    return ContaminationFilter(step, context.read_reference(step.dataset))


class _Run:
    """The documents that stay so far; all do before the first pass."""

    def __init__(self, source: Source, context: CleaningContext) -> None:
        self._source = source
        self._check = context.check
        self._was_read = False
        self.is_kept: Mask = np.zeros(0, np.bool_)

    def read(self, filters: Sequence[tuple[Filter, StepLedger]], deduplicator: Deduplicator | None) -> None:
        """Read the documents that stay once, and apply the filters to them; a deduplicator collects what is left."""
        masks: list[Mask] = []
        start = 0
        for texts in self._source():
            self._check()
            stop = start + len(texts)
            mask = self.is_kept[start:stop].copy() if self._was_read else np.ones(len(texts), np.bool_)
            documents = _select(Documents(texts, np.arange(start, stop)), mask)
            for each, ledger in filters:
                documents = _apply(each, documents, ledger)
            if deduplicator is not None:
                deduplicator.collect(documents)
            mask[:] = False
            mask[documents.rows - start] = True
            masks.append(mask)
            start = stop
        self.is_kept = np.concatenate([np.zeros(0, np.bool_), *masks])
        self._was_read = True

    def deduplicate(
        self, filters: Sequence[tuple[Filter, StepLedger]], deduplicator: Deduplicator, ledger: StepLedger
    ) -> None:
        """Read the documents through the filters, then drop the duplicates."""
        self.read(filters, deduplicator)
        rows = np.flatnonzero(self.is_kept)
        found = deduplicator.find_duplicates()
        dropped, firsts = rows[found.rows], rows[found.first_rows]
        self.is_kept[dropped] = False
        ledger.rows += len(rows)
        ledger.count(deduplicator.reason, len(dropped))
        for row, first in zip(dropped[:MAX_EXAMPLES].tolist(), firsts[:MAX_EXAMPLES].tolist(), strict=True):
            ledger.show_dropped(row, deduplicator.reason, first)
        for row in np.flatnonzero(self.is_kept)[:MAX_EXAMPLES].tolist():
            ledger.show_kept(row)
        ledger.clusters = _list_clusters(dropped, firsts)


def _select(documents: Documents, mask: Mask) -> Documents:
    if mask.all():
        return documents
    return Documents(documents.texts.filter(pa.array(mask)), documents.rows[mask])


def _apply(each: Filter, documents: Documents, ledger: StepLedger) -> Documents:
    if not len(documents):
        return documents
    reasons = each.find_reasons(documents)
    ledger.rows += len(documents)
    for row, reason in zip(documents.rows.tolist(), reasons, strict=True):
        if reason is None:
            ledger.show_kept(row)
        else:
            ledger.count(reason)
            ledger.show_dropped(row, reason)
    return _select(documents, np.array([reason is None for reason in reasons], np.bool_))


def _list_clusters(dropped: Ids, firsts: Ids) -> list[Cluster]:
    """Return the largest clusters, each with its first rows."""
    order = np.argsort(firsts, kind="stable")
    roots, starts, counts = np.unique(firsts[order], return_index=True, return_counts=True)
    largest = np.lexsort((roots, -counts))[:_MAX_CLUSTERS]
    clusters = []
    for place in largest.tolist():
        others = dropped[order[starts[place] : starts[place] + min(counts[place], _MAX_CLUSTER_ROWS - 1)]]
        clusters.append(Cluster(size=int(counts[place]) + 1, rows=(int(roots[place]), *others.tolist())))
    return clusters

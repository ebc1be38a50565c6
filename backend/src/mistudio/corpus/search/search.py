"""One search over one dataset: decides between the index and reading the data, and gives pages and totals.

The answer does not depend on that decision: the index is asked where it has the answer, or narrows down where it can
be, and everything else is read. Without an index all of it is read.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tantivy import Query

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.highlights import pattern_marker, words_marker
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, HitSource
from mistudio.corpus.search.index_builder import has_current_index, read_index_manifest
from mistudio.corpus.search.index_reader import CheckedSource, IndexReader
from mistudio.corpus.search.pages import EarlyScan, Search, SearchPlan, Sort
from mistudio.corpus.search.query import Pattern, SearchMode, WordsQuery, exact_pattern, parse_words, regex_pattern
from mistudio.corpus.search.scan import (
    Groups,
    LengthRange,
    LengthSource,
    Matcher,
    PatternMatcher,
    ScanSource,
    WordsMatcher,
)
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.tokenized.lengths import TokenLengths

# What is read in less time than the index takes to say which words have some letters within them.
EARLY_BYTES: Final = 48_000_000
_LENGTHS_AT_ONCE: Final = 10_000
_TEXTS_AT_ONCE: Final = 256
# With more candidates than one row in so many, reading them one by one costs what reading everything does.
_CANDIDATE_SHARE: Final = 20
_FIRST_BEST: Final = 1_000
_ROWS_AT_ONCE: Final = 10


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """What is looked for; without ``mode`` all rows, of which ``least`` and ``most`` (tokens, ends included) choose.

    ``case`` counts for exact and regex only. ``split`` None: all.
    """

    mode: SearchMode | None
    text: str
    case: bool
    split: str | None
    least: int | None
    most: int | None
    sort: Sort


class Corpus:
    """A dataset, open for searching. Safe to use from several threads; blocks, so never from an event loop.

    For a pattern, so many bytes of text are read before the index is asked. Not ``is_indexed``: it is never asked.
    """

    def __init__(
        self, store: DatasetStore, executor: Executor, *, early_bytes: int = EARLY_BYTES, is_indexed: bool = True
    ) -> None:
        self.store = store
        self.early_bytes = early_bytes
        self.bytes_a_row = 1 + (store.manifest.text.utf8_bytes or 0) // max(1, store.num_rows())
        self.groups = Groups(store)
        self.index = open_index(store.folder) if is_indexed else None
        self._executor = executor

    def search(self, request: SearchRequest, lengths: TokenLengths | None = None) -> Search:
        """Prepare a search; ``lengths`` are needed where tokens are asked for. Raises InvalidPattern, UnknownSplit."""
        start, stop = self.store.ids(request.split)
        within = None
        if lengths is not None and (request.least is not None or request.most is not None):
            within = LengthRange(lengths, request.least, request.most)
        return _Planning(self, request, within, start, stop, self._executor).search()

    def rows(self, ids: Sequence[int]) -> list[StoredRow]:
        """The rows with these ids, in their order; those of many row groups are read on several threads."""
        by_split: dict[str, list[int]] = {}
        for split, row in map(self.store.locate, sorted(ids)):
            by_split.setdefault(split, []).append(row)
        parts = [
            (split, rows[start : start + _ROWS_AT_ONCE])
            for split, rows in by_split.items()
            for start in range(0, len(rows), _ROWS_AT_ONCE)
        ]
        read = self._executor.map(lambda part: self.store.rows(*part), parts)
        found = {row.id: row for rows in read for row in rows}
        return [found[row_id] for row_id in ids]


def open_index(folder: Path) -> IndexReader | None:
    """The index of the dataset in ``folder``, None where there is none or a stale one."""
    manifest = read_index_manifest(folder)
    if manifest is None or not has_current_index(folder):
        return None
    try:
        return IndexReader(folder, manifest)
    except (OSError, ValueError):
        # A file of it is damaged or gone; what the index would tell can be read from the data.
        return None


@dataclass(frozen=True)
class _Planning:
    corpus: Corpus
    request: SearchRequest
    within: LengthRange | None
    start: int
    stop: int
    executor: Executor

    def search(self) -> Search:
        request = self.request
        if request.mode is None:
            return Search(SearchPlan(HitCounter(_all_or_nothing(self.within, self.start, self.stop))), None)
        if request.mode == "words":
            return self._words(parse_words(request.text))
        make = exact_pattern if request.mode == "exact" else regex_pattern
        return self._pattern(make(request.text, case=request.case))

    def _words(self, query: WordsQuery) -> Search:
        marker, index = words_marker(query), self.corpus.index
        if query.is_empty:
            return Search(SearchPlan(HitCounter(_Nothing())), marker)
        question = index.words(query) if index else None
        source = self._index_source(question, self.within.check if self.within else None, _LENGTHS_AT_ONCE, most=None)
        if source is None or index is None or question is None:
            return Search(SearchPlan(HitCounter(self._scan(WordsMatcher(query)))), marker)
        hits = sum(index.source(question, self.start, self.stop).counts()) if self.request.sort == "relevance" else 0
        best = self._best(index, question, hits) if self.request.sort == "relevance" else None
        return Search(SearchPlan(HitCounter(source), uses_index=True, best=best), marker)

    def _pattern(self, pattern: Pattern) -> Search:
        marker, matcher = pattern_marker(pattern), PatternMatcher(pattern)
        scan = self._scan(matcher)
        scanned = HitCounter(scan)
        if self.corpus.index is None or not pattern.needs:
            return Search(SearchPlan(scanned), marker)

        def plan() -> SearchPlan:
            source = self._narrowed(pattern, matcher)
            return SearchPlan(scanned) if source is None else SearchPlan(HitCounter(source), uses_index=True)

        rows = max(1, self.stop - self.start)
        windows = self.corpus.early_bytes * scan.windows // max(1, self.corpus.bytes_a_row * rows)
        return Search(plan, marker, beginning=EarlyScan(scanned, windows))

    def _narrowed(self, pattern: Pattern, matcher: Matcher) -> HitSource | None:
        """The rows that the index cannot rule out, looked at one by one; None where reading all is no more work."""
        index, within = self.corpus.index, self.within

        def check(ids: Ids) -> Ids:
            return self.corpus.groups.check(within.check(ids) if within else ids, matcher)

        question = index.narrowing(pattern.needs) if index else None
        return self._index_source(question, check, _TEXTS_AT_ONCE, most=(self.stop - self.start) // _CANDIDATE_SHARE)

    def _index_source(
        self, question: Query | None, check: Callable[[Ids], Ids] | None, at_once: int, *, most: int | None
    ) -> HitSource | None:
        """The index's answer, checked; None where there is none, or more than ``most`` rows would be to check."""
        if self.corpus.index is None or question is None:
            return None
        try:
            found = self.corpus.index.source(question, self.start, self.stop)
        except ValueError:
            # tantivy's word for a question that stands for too many others.
            return None
        if most is not None and sum(found.counts()) > max(most, at_once):
            return None
        return found if check is None else CheckedSource(found, check, at_once=at_once, executor=self.executor)

    def _scan(self, matcher: Matcher) -> ScanSource:
        return ScanSource(
            self.corpus.groups,
            matcher,
            start=self.start,
            stop=self.stop,
            lengths=self.within,
            executor=self.executor,
        )

    def _best(self, index: IndexReader, question: Query, hits: int) -> Callable[[int, int], Ids]:
        def best(offset: int, size: int) -> Ids:
            # tantivy makes room for as many hits as it is asked for.
            size = min(size, hits - offset)
            if size <= 0:
                return np.empty(0, dtype=np.int64)
            if self.within is None:
                return index.best(question, self.start, self.stop, offset=offset, size=size)
            taken = min(hits, max(_FIRST_BEST, 2 * (offset + size)))
            while True:
                ids = index.best(question, self.start, self.stop, offset=0, size=taken)
                kept = self.within.check(ids)
                if len(kept) >= offset + size or taken == hits:
                    return kept[offset : offset + size]
                taken = min(hits, 4 * taken)

        return best


class _Nothing:
    """No hits."""

    windows = 0

    def counts(self) -> list[int]:
        """None at all."""
        return []

    def find(self, _windows: object, _limit: Deadline) -> list[Ids]:
        """None at all."""
        return []


def _all_or_nothing(within: LengthRange | None, start: int, stop: int) -> HitSource:
    return LengthSource(within, start, stop) if within else _Nothing()

"""Searches a dataset: chooses between the index and a scan, and returns pages and totals.

The hits do not depend on the choice. The index answers a search where it can, or narrows it down to candidates that are
then read; everything else is scanned. Without an index, everything is scanned.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tantivy import Query

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.highlights import make_pattern_highlighter, make_words_highlighter
from mistudio.corpus.search.hit_counter import Deadline, HitCounter, HitSource
from mistudio.corpus.search.index_builder import has_current_index, read_index_manifest
from mistudio.corpus.search.index_reader import FilteredSource, IndexReader
from mistudio.corpus.search.pages import EarlyScan, Search, SearchPlan, Sort
from mistudio.corpus.search.query import (
    Pattern,
    SearchMode,
    WordsQuery,
    make_exact_pattern,
    make_regex_pattern,
    parse_words,
)
from mistudio.corpus.search.scan import (
    LengthRange,
    LengthSource,
    Matcher,
    PatternMatcher,
    RowGroups,
    ScanSource,
    WordsMatcher,
)
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.text_counts import estimate_text_bytes
from mistudio.corpus.store.text_source import TextSource
from mistudio.corpus.tokenized.lengths import TokenLengths

# A scan reads these bytes in less time than the index needs to find the words that contain some letters.
EARLY_BYTES: Final = 48_000_000
_LENGTHS_PER_BATCH: Final = 10_000
_TEXTS_PER_BATCH: Final = 256
# If more than one row in so many is a candidate, reading the candidates costs as much as a scan.
_CANDIDATE_SHARE: Final = 20
_FIRST_BEST: Final = 1_000
_ROWS_PER_TASK: Final = 10


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """A search. ``least`` and ``most`` bound the tokens of a row, both included; ``split`` None searches all splits.

    ``mode`` None matches every row within the bounds. ``case`` is for the modes exact and regex only.
    """

    mode: SearchMode | None
    text: str
    case: bool
    split: str | None
    least: int | None
    most: int | None
    sort: Sort


class SearchableDataset:
    """A dataset that is open for searches. Safe to use from several threads. It blocks: never call it on an event loop.

    A search for a pattern scans ``early_bytes`` of text before it queries the index. ``is_indexed`` False ignores the
    index.
    """

    def __init__(
        self, store: DatasetStore, executor: Executor, *, early_bytes: int = EARLY_BYTES, is_indexed: bool = True
    ) -> None:
        self.store = store
        self.early_bytes = early_bytes
        self.bytes_per_row = 1 + estimate_text_bytes(store.manifest, store.text) // max(1, store.num_rows())
        self.groups = RowGroups(store)
        self.index = open_index(store.folder, store.text) if is_indexed else None
        self._executor = executor

    def search(self, request: SearchRequest, lengths: TokenLengths | None = None) -> Search:
        """Prepare a search; bounds of tokens need ``lengths``. Raises InvalidPattern, UnknownSplit."""
        start, stop = self.store.ids(request.split)
        length_range = None
        if lengths is not None and (request.least is not None or request.most is not None):
            length_range = LengthRange(lengths, request.least, request.most)
        return _Planner(self, request, length_range, start, stop, self._executor).make_search()

    def rows(self, ids: Sequence[int]) -> list[StoredRow]:
        """Return the rows with these ids, in the order of ``ids``; several threads read them."""
        by_split: dict[str, list[int]] = {}
        for split, row in map(self.store.locate, sorted(ids)):
            by_split.setdefault(split, []).append(row)
        tasks = [
            (split, rows[start : start + _ROWS_PER_TASK])
            for split, rows in by_split.items()
            for start in range(0, len(rows), _ROWS_PER_TASK)
        ]
        results = self._executor.map(lambda task: self.store.rows(*task), tasks)
        by_id = {row.id: row for rows in results for row in rows}
        return [by_id[row_id] for row_id in ids]


def open_index(folder: Path, text: TextSource | None = None) -> IndexReader | None:
    """Open the index of the dataset in ``folder``; None if there is none, or it is stale, of other texts or damaged.

    ``text`` is the column or template that it must be of, by default that of the dataset's manifest.
    """
    manifest = read_index_manifest(folder)
    if manifest is None or not has_current_index(folder, text):
        return None
    try:
        return IndexReader(folder, manifest)
    except (OSError, ValueError):
        # A file is damaged or missing. A scan answers every search instead.
        return None


@dataclass(frozen=True)
class _Planner:
    dataset: SearchableDataset
    request: SearchRequest
    length_range: LengthRange | None
    start: int
    stop: int
    executor: Executor

    def make_search(self) -> Search:
        request = self.request
        if request.mode is None:
            return Search(SearchPlan(HitCounter(self._make_length_source())), None)
        if request.mode == "words":
            return self._search_words(parse_words(request.text))
        make_pattern = make_exact_pattern if request.mode == "exact" else make_regex_pattern
        return self._search_pattern(make_pattern(request.text, case=request.case))

    def _search_words(self, query: WordsQuery) -> Search:
        highlighter, index = make_words_highlighter(query), self.dataset.index
        if query.is_empty:
            return Search(SearchPlan(HitCounter(_EmptySource())), highlighter)
        index_query = index.make_words_query(query) if index else None
        select = self.length_range.select if self.length_range else None
        source = self._make_index_source(index_query, select, _LENGTHS_PER_BATCH, most=None)
        if source is None or index is None or index_query is None:
            return Search(SearchPlan(HitCounter(self._make_scan(WordsMatcher(query)))), highlighter)
        find_best = self._make_best_finder(index, index_query) if self.request.sort == "relevance" else None
        return Search(SearchPlan(HitCounter(source), uses_index=True, find_best=find_best), highlighter)

    def _search_pattern(self, pattern: Pattern) -> Search:
        highlighter, matcher = make_pattern_highlighter(pattern), PatternMatcher(pattern)
        scan = self._make_scan(matcher)
        scan_counter = HitCounter(scan)
        if self.dataset.index is None or not pattern.needs:
            return Search(SearchPlan(scan_counter), highlighter)

        def make_plan() -> SearchPlan:
            source = self._make_candidate_source(pattern, matcher)
            return SearchPlan(scan_counter) if source is None else SearchPlan(HitCounter(source), uses_index=True)

        rows = max(1, self.stop - self.start)
        windows = self.dataset.early_bytes * scan.windows // max(1, self.dataset.bytes_per_row * rows)
        return Search(make_plan, highlighter, early_scan=EarlyScan(scan_counter, windows))

    def _make_length_source(self) -> HitSource:
        return LengthSource(self.length_range, self.start, self.stop) if self.length_range else _EmptySource()

    def _make_candidate_source(self, pattern: Pattern, matcher: Matcher) -> HitSource | None:
        """Return the rows that the index cannot rule out, each matched; None if a scan costs no more."""
        index, length_range = self.dataset.index, self.length_range

        def select(ids: Ids) -> Ids:
            return self.dataset.groups.select(length_range.select(ids) if length_range else ids, matcher)

        query = index.make_candidate_query(pattern.needs) if index else None
        return self._make_index_source(
            query, select, _TEXTS_PER_BATCH, most=(self.stop - self.start) // _CANDIDATE_SHARE
        )

    def _make_index_source(
        self, query: Query | None, select: Callable[[Ids], Ids] | None, batch_size: int, *, most: int | None
    ) -> HitSource | None:
        """Return the hits of the index that ``select`` selects; None without a query, or for over ``most`` hits."""
        if self.dataset.index is None or query is None:
            return None
        try:
            hits = self.dataset.index.find_hits(query, self.start, self.stop)
        except ValueError:
            # tantivy raises it if a regular expression stands for too many words.
            return None
        if most is not None and sum(hits.counts()) > max(most, batch_size):
            return None
        return hits if select is None else FilteredSource(hits, select, batch_size=batch_size, executor=self.executor)

    def _make_scan(self, matcher: Matcher) -> ScanSource:
        return ScanSource(
            self.dataset.groups,
            matcher,
            start=self.start,
            stop=self.stop,
            lengths=self.length_range,
            executor=self.executor,
        )

    def _make_best_finder(self, index: IndexReader, query: Query) -> Callable[[int, int], Ids]:
        num_hits = sum(index.find_hits(query, self.start, self.stop).counts())

        def find_best(offset: int, size: int) -> Ids:
            # tantivy allocates memory for as many hits as are requested.
            size = min(size, num_hits - offset)
            if size <= 0:
                return np.empty(0, dtype=np.int64)
            if self.length_range is None:
                return index.find_best(query, self.start, self.stop, offset=offset, size=size)
            requested = min(num_hits, max(_FIRST_BEST, 2 * (offset + size)))
            while True:
                ids = index.find_best(query, self.start, self.stop, offset=0, size=requested)
                selected = self.length_range.select(ids)
                if len(selected) >= offset + size or requested == num_hits:
                    return selected[offset : offset + size]
                requested = min(num_hits, 4 * requested)

        return find_best


class _EmptySource:
    """No hits."""

    windows = 0

    def counts(self) -> list[int]:
        """Return no counts."""
        return []

    def find(self, _windows: object, _deadline: Deadline) -> list[Ids]:
        """Return no hits."""
        return []

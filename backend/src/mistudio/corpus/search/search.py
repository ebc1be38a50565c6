"""Searches a dataset: chooses between the index and a scan, and returns pages and totals.

The hits do not depend on the choice. The index answers a search where it can, or narrows it down to candidates that are
then read; everything else is scanned. Without an index, everything is scanned.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tantivy import Query

from mistudio.corpus.arrays import Ids
from mistudio.corpus.columns.conditions import Condition, bind_conditions
from mistudio.corpus.columns.kinds import find_column
from mistudio.corpus.columns.order import FIELD, OrderBy, SortKeys
from mistudio.corpus.search.best_hits import make_best_finder
from mistudio.corpus.search.highlights import make_pattern_highlighter, make_words_highlighter
from mistudio.corpus.search.hit_counter import HitCounter, HitSource
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
from mistudio.corpus.search.row_filters import ColumnFilter, LengthRange, RowFilter, join_filters
from mistudio.corpus.search.row_groups import RowGroups
from mistudio.corpus.search.row_order import OrderCache, RowOrder
from mistudio.corpus.search.scan import (
    EmptySource,
    FilterSource,
    Matcher,
    PatternMatcher,
    RangeSource,
    ScanSource,
    WordsMatcher,
    select_matches,
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
_ROWS_PER_TASK: Final = 10


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """A search. ``least`` and ``most`` bound the tokens of a row, both included; ``split`` None searches all splits.

    ``mode`` None matches every row within the bounds. ``case`` is for the modes exact and regex only. All conditions of
    ``where`` have to hold; ``order_by`` goes before ``sort``.
    """

    mode: SearchMode | None
    text: str
    case: bool
    split: str | None
    least: int | None
    most: int | None
    sort: Sort
    where: tuple[Condition, ...] = ()
    order_by: OrderBy | None = None


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
        self._orders = OrderCache()
        self._executor = executor

    def search(self, request: SearchRequest, lengths: TokenLengths | None = None) -> Search:
        """Prepare a search; bounds of tokens need ``lengths``.

        Raises InvalidPattern, UnknownSplit, UnknownColumn and ValidationFailed.
        """
        start, stop = self.store.ids(request.split)
        length_range = None
        if lengths is not None and (request.least is not None or request.most is not None):
            length_range = LengthRange(lengths, request.least, request.most)
        filters: list[RowFilter] = [] if length_range is None else [length_range]
        columns = ColumnFilter(self.groups, bind_conditions(request.where, self.store)) if request.where else None
        filters += [] if columns is None else [columns]
        order = self._make_order(request.order_by) if request.order_by else None
        row_filter = join_filters(filters)
        return _Planner(
            self, request, length_range, columns, row_filter, order, start, stop, self._executor
        ).make_search()

    def _make_order(self, order_by: OrderBy) -> RowOrder:
        column = find_column(self.store, order_by.column, field=FIELD)
        return RowOrder(self.groups, order_by, SortKeys.of(column), self._orders, self._executor)

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
    column_filter: ColumnFilter | None
    row_filter: RowFilter | None
    order: RowOrder | None
    start: int
    stop: int
    executor: Executor

    def make_search(self) -> Search:
        request = self.request
        if request.mode is None:
            return Search(SearchPlan(HitCounter(self._make_row_source())), None, order=self.order)
        if request.mode == "words":
            return self._search_words(parse_words(request.text))
        make_pattern = make_exact_pattern if request.mode == "exact" else make_regex_pattern
        return self._search_pattern(make_pattern(request.text, case=request.case))

    def _search_words(self, query: WordsQuery) -> Search:
        highlighter, index = make_words_highlighter(query), self.dataset.index
        if query.is_empty:
            return Search(SearchPlan(HitCounter(EmptySource())), highlighter, order=self.order)
        index_query = index.make_words_query(query) if index else None
        select = self.row_filter.select if self.row_filter else None
        source = self._make_index_source(index_query, select, _LENGTHS_PER_BATCH, most=None)
        if source is None or index is None or index_query is None:
            scan = self._make_scan(WordsMatcher(query))
            return Search(SearchPlan(HitCounter(scan)), highlighter, order=self.order)
        find_best = (
            make_best_finder(index, index_query, self.start, self.stop, self.row_filter)
            if self.request.sort == "relevance"
            else None
        )
        plan = SearchPlan(HitCounter(source), uses_index=True, find_best=find_best)
        return Search(plan, highlighter, order=self.order)

    def _search_pattern(self, pattern: Pattern) -> Search:
        highlighter, matcher = make_pattern_highlighter(pattern), PatternMatcher(pattern)
        scan = self._make_scan(matcher)
        scan_counter = HitCounter(scan)
        if self.dataset.index is None or not pattern.needs:
            return Search(SearchPlan(scan_counter), highlighter, order=self.order)

        def make_plan() -> SearchPlan:
            source = self._make_candidate_source(pattern, matcher)
            return SearchPlan(scan_counter) if source is None else SearchPlan(HitCounter(source), uses_index=True)

        rows = max(1, self.stop - self.start)
        windows = self.dataset.early_bytes * scan.windows // max(1, self.dataset.bytes_per_row * rows)
        return Search(make_plan, highlighter, early_scan=EarlyScan(scan_counter, windows), order=self.order)

    def _make_row_source(self) -> HitSource:
        if self.column_filter is not None:
            start, stop, executor = self.start, self.stop, self.executor
            return FilterSource(self.column_filter, self.length_range, start=start, stop=stop, executor=executor)
        return RangeSource(self.length_range, self.start, self.stop)

    def _make_candidate_source(self, pattern: Pattern, matcher: Matcher) -> HitSource | None:
        """Return the rows that the index cannot rule out, each matched; None if a scan costs no more."""
        index, row_filter = self.dataset.index, self.row_filter

        def select(ids: Ids) -> Ids:
            return select_matches(self.dataset.groups, row_filter.select(ids) if row_filter else ids, matcher)

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
            row_filter=self.row_filter,
            executor=self.executor,
        )

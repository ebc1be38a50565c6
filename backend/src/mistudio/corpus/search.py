"""One search over one dataset: decides between the index and reading the data, and gives pages and totals.

The answer does not depend on that decision: the index is asked where it has the answer, or narrows down where it can
be, and everything else is read. Without an index all of it is read.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from tantivy import Query

from mistudio.corpus.hits import HitPage, Ids, Limit, Source, Tally
from mistudio.corpus.index import has_current_index, read_index_manifest
from mistudio.corpus.index_search import CheckedSource, IndexReader
from mistudio.corpus.lengths import TokenLengths
from mistudio.corpus.marks import Marker, pattern_marker, words_marker
from mistudio.corpus.query import Pattern, SearchMode, WordsQuery, exact_pattern, parse_words, regex_pattern
from mistudio.corpus.scan import Groups, LengthRange, LengthSource, Matcher, PatternMatcher, ScanSource, WordsMatcher
from mistudio.corpus.store import DatasetStore, Row

Sort = Literal["row", "relevance"]

_LENGTHS_AT_ONCE: Final = 20_000
_TEXTS_AT_ONCE: Final = 512
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
    """A dataset, open for searching. Safe to use from several threads; blocks, so never from an event loop."""

    def __init__(self, store: DatasetStore, executor: Executor) -> None:
        self.store = store
        self.groups = Groups(store)
        self.index = open_index(store.folder)
        self._executor = executor

    def search(self, request: SearchRequest, lengths: TokenLengths | None = None) -> "Search":
        """Prepare a search; ``lengths`` are needed where tokens are asked for. Raises InvalidPattern, UnknownSplit."""
        start, stop = self.store.ids(request.split)
        within = None
        if lengths is not None and (request.least is not None or request.most is not None):
            within = LengthRange(lengths, request.least, request.most)
        return _Planning(self, request, within, start, stop, self._executor).search()

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """The rows with these ids, in their order; those of many row groups are read on several threads."""
        by_split: dict[str, list[int]] = {}
        for split, row in map(self.store.place, sorted(ids)):
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
class Search:
    """A search that was begun: its pages, and where its hits stand in a text."""

    tally: Tally
    marker: Marker | None
    uses_index: bool
    best: Callable[[int, int], Ids] | None = None

    @property
    def sort(self) -> Sort:
        """The order that it can give."""
        return "relevance" if self.best else "row"

    def page(self, offset: int, size: int, *, limit: Limit, patience: float) -> HitPage:
        """The hits from ``offset`` on; see ``Tally.page``."""
        if self.best is None:
            return self.tally.page(offset, size, limit=limit, patience=patience)
        counted = self.tally.page(0, 0, limit=limit, patience=patience)
        ids = [int(row) for row in self.best(offset, size)]
        return HitPage(ids, max(counted.total, offset + len(ids) if ids else 0), counted.is_exact, counted.is_partial)


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
            return Search(Tally(_all_or_nothing(self.within, self.start, self.stop)), None, uses_index=False)
        if request.mode == "words":
            return self._words(parse_words(request.text))
        make = exact_pattern if request.mode == "exact" else regex_pattern
        return self._pattern(make(request.text, case=request.case))

    def _words(self, query: WordsQuery) -> Search:
        marker, index = words_marker(query), self.corpus.index
        if query.is_empty:
            return Search(Tally(_Nothing()), marker, uses_index=False)
        question = index.words(query) if index else None
        source = self._asked(question, self.within.check if self.within else None, _LENGTHS_AT_ONCE, most=None)
        if source is None or index is None or question is None:
            return Search(Tally(self._scan(WordsMatcher(query))), marker, uses_index=False)
        hits = sum(index.source(question, self.start, self.stop).counts()) if self.request.sort == "relevance" else 0
        best = self._best(index, question, hits) if self.request.sort == "relevance" else None
        return Search(Tally(source), marker, uses_index=True, best=best)

    def _pattern(self, pattern: Pattern) -> Search:
        marker, index = pattern_marker(pattern), self.corpus.index
        matcher = PatternMatcher(pattern)

        def check(ids: Ids) -> Ids:
            return self.corpus.groups.check(self.within.check(ids) if self.within else ids, matcher)

        question = index.narrowing(pattern.needs) if index else None
        most = (self.stop - self.start) // _CANDIDATE_SHARE
        source = self._asked(question, check, _TEXTS_AT_ONCE, most=most)
        if source is None:
            return Search(Tally(self._scan(matcher)), marker, uses_index=False)
        return Search(Tally(source), marker, uses_index=True)

    def _asked(
        self, question: Query | None, check: Callable[[Ids], Ids] | None, at_once: int, *, most: int | None
    ) -> Source | None:
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

    def find(self, _windows: object, _limit: Limit) -> list[Ids]:
        """None at all."""
        return []


def _all_or_nothing(within: LengthRange | None, start: int, stop: int) -> Source:
    return LengthSource(within, start, stop) if within else _Nothing()

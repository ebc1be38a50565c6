"""Queries the full-text index: which rows have these words, in the order of the rows or the best first.

One pass over all hits gives a histogram of the ids, so the hits of any page are in a few windows, and a page after
millions of hits costs what the first one does. tantivy releases the GIL while it searches and cannot be interrupted; no
single query takes longer than a few tenths of a second.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import accumulate
from pathlib import Path
from typing import Final, cast

import numpy as np
import tantivy
from tantivy import FieldType, Occur, Order, Query

from mistudio.corpus.arrays import Ids
from mistudio.corpus.search.folding import fold
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import ID, TEXT, IndexManifest
from mistudio.corpus.search.query import Term, WordsQuery
from mistudio.corpus.search.required_literals import Need
from mistudio.corpus.store.layout import DatasetLayout

_MIN_WINDOW_ROWS: Final = 8_192
_MAX_WINDOWS: Final = 1_024
# A phrase may end in a prefix of so many words at most; with more, a scan is faster.
_MAX_EXPANSIONS: Final = 2_000
# A literal may begin or end inside a word; a shorter part of a word would be part of too many words.
_MIN_OPEN_LETTERS: Final = 4
_MAX_LITERAL_WORDS: Final = 16
_FIRST_SHARE: Final = 16


class IndexReader:
    """The open index of a dataset. Safe to use from several threads."""

    def __init__(self, folder: Path, manifest: IndexManifest) -> None:
        self.manifest = manifest
        index = tantivy.Index.open(str(DatasetLayout(folder).index / manifest.folder))
        self._schema = index.schema
        self._searcher = index.searcher()

    def make_words_query(self, query: WordsQuery) -> Query | None:
        """Return the index query for ``query``; None where a scan is faster."""
        parts = [(Occur.Must, self._make_term_query(term)) for term in query.required]
        parts += [(Occur.MustNot, self._make_term_query(term)) for term in query.excluded]
        if not query.required:
            parts.append((Occur.Must, Query.all_query()))
        if any(part is None for _occur, part in parts):
            return None
        return Query.boolean_query(cast("list[tuple[Occur, Query]]", parts))

    def make_candidate_query(self, needs: Sequence[Need]) -> Query | None:
        """Return a query for at least all rows whose texts meet ``needs``; None if the index cannot tell."""
        parts = [query for need in needs if (query := self._make_need_query(need)) is not None]
        return Query.boolean_query([(Occur.Must, part) for part in parts]) if parts else None

    def _make_need_query(self, need: Need) -> Query | None:
        parts = [self._make_literal_query(literal) for literal in need]
        if any(part is None for part in parts):
            return None
        return Query.boolean_query(cast("list[tuple[Occur, Query]]", [(Occur.Should, part) for part in parts]))

    def _make_literal_query(self, literal: str) -> Query | None:
        form = fold(literal)
        words = [_PhraseWord(word) for word in form.split()]
        if self.manifest.has_long_words or not words:
            return None
        if not form.startswith(" "):
            words[0].opens_left = True
        if not form.endswith(" "):
            words[-1].opens_right = True
        if words[0].is_short:
            del words[0]
        if words and words[-1].is_short:
            del words[-1]
        return self._make_phrase_query(words[:_MAX_LITERAL_WORDS]) if words else None

    def _make_term_query(self, term: Term) -> Query | None:
        words = [_PhraseWord(word) for word in term.words]
        if term.is_prefix:
            if self.manifest.has_long_words or (len(words) > 1 and self._has_many_expansions(term.words[-1])):
                return None
            words[-1].opens_right = True
        return self._make_phrase_query(words)

    def _has_many_expansions(self, prefix: str) -> bool:
        return len(self._searcher.terms_with_prefix(TEXT, prefix, limit=_MAX_EXPANSIONS)) >= _MAX_EXPANSIONS

    def _make_phrase_query(self, words: Sequence["_PhraseWord"]) -> Query:
        # Words consist of letters, marks and digits, so they need no escaping in a regular expression.
        if len(words) == 1:
            word = words[0]
            if word.is_open:
                return Query.regex_query(self._schema, TEXT, word.regex)
            return Query.term_query(self._schema, TEXT, word.word)
        if any(word.is_open for word in words):
            return Query.regex_phrase_query(self._schema, TEXT, [word.regex for word in words])
        return Query.phrase_query(self._schema, TEXT, [word.word for word in words])

    def find_hits(self, query: Query, start: int, stop: int) -> "IndexSource":
        """Return the hits among the rows ``start`` to ``stop``, excluded. ValueError if the query is too large."""
        return IndexSource(self._searcher, self._schema, query, start, stop)

    def find_best(self, query: Query, start: int, stop: int, *, offset: int, size: int) -> Ids:
        """Return the ids of hits in these rows, the best first; hits of equal score come in the order of the rows."""
        restricted = _restrict(self._schema, query, start, stop)
        found = self._searcher.search(restricted, limit=size, offset=offset, count=False)
        ids = self._searcher.fast_field_values(ID, [address for _score, address in found.hits])
        return np.asarray(ids, dtype=np.int64)


class _PhraseWord:
    """A word of a phrase; if it is open to a side, the text's word may go on there."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.opens_left = self.opens_right = False

    @property
    def is_open(self) -> bool:
        return self.opens_left or self.opens_right

    @property
    def is_short(self) -> bool:
        return self.is_open and len(self.word) < _MIN_OPEN_LETTERS

    @property
    def regex(self) -> str:
        return f"{'.*' if self.opens_left else ''}{self.word}{'.*' if self.opens_right else ''}"


def _restrict(schema: tantivy.Schema, query: Query, start: int, stop: int) -> Query:
    """Restrict ``query`` to a range of row ids, without a change of the scores."""
    ids = Query.range_query(schema, ID, FieldType.Integer, start, stop, include_upper=False)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(ids, 0.0))])


class IndexSource:
    """The hits of one query; its windows are those with hits."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query, start: int, stop: int) -> None:
        self._searcher = searcher
        self._schema = schema
        self._query = query
        width = _MIN_WINDOW_ROWS
        while (stop - start) // width >= _MAX_WINDOWS:
            width *= 2
        histogram = {"histogram": {"field": ID, "interval": width, "min_doc_count": 1}}
        found = searcher.aggregate(_restrict(schema, query, start, stop), {"windows": histogram})
        buckets = found["windows"]["buckets"] if start < stop else []
        self.starts = [max(start, int(bucket["key"])) for bucket in buckets]
        self.stops = [min(stop, int(bucket["key"]) + width) for bucket in buckets]
        self._counts = [int(bucket["doc_count"]) for bucket in buckets]

    @property
    def windows(self) -> int:
        """The number of windows with hits."""
        return len(self._counts)

    def counts(self) -> list[int]:
        """Return the number of hits of every window."""
        return self._counts

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the hits of each of ``windows``, which have to be consecutive; one query finds them all."""
        deadline.check()
        if not windows:
            return []
        size = sum(self._counts[window] for window in windows)
        restricted = _restrict(self._schema, self._query, self.starts[windows[0]], self.stops[windows[-1]])
        found = self._searcher.search(restricted, limit=size, count=False, order_by_field=ID, order=Order.Asc)
        ids = np.fromiter((row for row, _address in found.hits), dtype=np.int64, count=len(found.hits))
        edges = np.searchsorted(ids, [self.stops[window] for window in windows[:-1]])
        return np.split(ids, edges)


class FilteredSource:
    """The hits of the index that ``select`` selects, on several threads.

    A call of ``select`` gets up to ``batch_size`` hits, and few at first, so that the first page comes early.
    """

    def __init__(
        self, index: IndexSource, select: Callable[[Ids], Ids], *, batch_size: int, executor: Executor
    ) -> None:
        self._index = index
        self._select = select
        self._executor = executor
        self._batches = list(_group_windows(index.counts(), batch_size))

    @property
    def windows(self) -> int:
        """The number of windows, each of which joins several of the index."""
        return len(self._batches)

    def counts(self) -> None:
        """Return None: only ``find`` can tell."""
        return

    def find(self, windows: Sequence[int], deadline: Deadline) -> list[Ids]:
        """Return the hits of each of ``windows``."""

        def find_selected(window: int) -> Ids:
            return self._select(np.concatenate(self._index.find(self._batches[window], deadline)))

        return list(self._executor.map(find_selected, windows))


def _group_windows(counts: Sequence[int], batch_size: int) -> Iterator[range]:
    """Yield consecutive windows with more and more hits, at most ``batch_size``, or a single window with more."""
    ends = list(accumulate(counts))
    start, most = 0, max(1, batch_size // _FIRST_SHARE)
    while start < len(ends):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, bisect_right(ends, before + most))
        yield range(start, stop)
        start, most = stop, min(batch_size, 2 * most)

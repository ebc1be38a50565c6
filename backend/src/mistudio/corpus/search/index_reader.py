"""Asking the full-text index: which rows have these words, in the order of the rows or the best first.

Counts come as a histogram over the ids, in one pass whatever the page: the hits of any page then lie in a few windows,
and a page deep within millions costs what the first one does. tantivy gives the GIL free while it searches, and cannot
be interrupted; no single question to it takes longer than some tenths of a second.
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

_LEAST_WINDOW: Final = 8_192
_MOST_WINDOWS: Final = 1_024
# Words that a phrase's last, cut-off word may stand for; with more, reading the data is faster.
_MOST_EXPANSIONS: Final = 2_000
# A word of a literal that is open to either side stands for all words that it is within: short ones for too many.
_LEAST_OPEN_LETTERS: Final = 4
_MOST_LITERAL_WORDS: Final = 16
_FIRST_SHARE: Final = 16


class IndexReader:
    """The index of a dataset, open. Safe to use from several threads."""

    def __init__(self, folder: Path, manifest: IndexManifest) -> None:
        self.manifest = manifest
        index = tantivy.Index.open(str(DatasetLayout(folder).index / manifest.folder))
        self._schema = index.schema
        self._searcher = index.searcher()

    def words(self, query: WordsQuery) -> Query | None:
        """The question for ``query``; None where reading the data is the better way to answer it."""
        parts = [(Occur.Must, self._term(term)) for term in query.required]
        parts += [(Occur.MustNot, self._term(term)) for term in query.excluded]
        if not query.required:
            parts.append((Occur.Must, Query.all_query()))
        if any(part is None for _occur, part in parts):
            return None
        return Query.boolean_query(cast("list[tuple[Occur, Query]]", parts))

    def narrowing(self, needs: Sequence[Need]) -> Query | None:
        """The question for all rows, and some more, whose text has what is needed; None if there is none."""
        parts = [question for need in needs if (question := self._one_of(need)) is not None]
        return Query.boolean_query([(Occur.Must, part) for part in parts]) if parts else None

    def _one_of(self, need: Need) -> Query | None:
        parts = [self._containing(literal) for literal in need]
        if any(part is None for part in parts):
            return None
        return Query.boolean_query(cast("list[tuple[Occur, Query]]", [(Occur.Should, part) for part in parts]))

    def _containing(self, literal: str) -> Query | None:
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
        return self._in_a_row(words[:_MOST_LITERAL_WORDS]) if words else None

    def _term(self, term: Term) -> Query | None:
        pieces = [_PhraseWord(word) for word in term.words]
        if term.is_prefix:
            if self.manifest.has_long_words or (len(pieces) > 1 and self._stands_for_many(term.words[-1])):
                return None
            pieces[-1].opens_right = True
        return self._in_a_row(pieces)

    def _stands_for_many(self, beginning: str) -> bool:
        return len(self._searcher.terms_with_prefix(TEXT, beginning, limit=_MOST_EXPANSIONS)) >= _MOST_EXPANSIONS

    def _in_a_row(self, pieces: Sequence["_PhraseWord"]) -> Query:
        # Words are letters, marks and digits only: nothing in them has a meaning in a regular expression.
        if len(pieces) == 1:
            piece = pieces[0]
            if piece.is_open:
                return Query.regex_query(self._schema, TEXT, piece.regex)
            return Query.term_query(self._schema, TEXT, piece.word)
        if any(piece.is_open for piece in pieces):
            return Query.regex_phrase_query(self._schema, TEXT, [piece.regex for piece in pieces])
        return Query.phrase_query(self._schema, TEXT, [piece.word for piece in pieces])

    def source(self, query: Query, start: int, stop: int) -> "IndexSource":
        """The hits among the rows with these ids, the last excluded. ValueError if the question asks for too much."""
        return IndexSource(self._searcher, self._schema, query, start, stop)

    def best(self, query: Query, start: int, stop: int, *, offset: int, size: int) -> Ids:
        """The ids of hits, the best first, of those of the same worth the first row first."""
        found = self._searcher.search(_within(self._schema, query, start, stop), limit=size, offset=offset, count=False)
        ids = self._searcher.fast_field_values(ID, [address for _score, address in found.hits])
        return np.asarray(ids, dtype=np.int64)


class _PhraseWord:
    """A word of a phrase, of which the text may have more to the left or to the right."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.opens_left = self.opens_right = False

    @property
    def is_open(self) -> bool:
        return self.opens_left or self.opens_right

    @property
    def is_short(self) -> bool:
        return self.is_open and len(self.word) < _LEAST_OPEN_LETTERS

    @property
    def regex(self) -> str:
        return f"{'.*' if self.opens_left else ''}{self.word}{'.*' if self.opens_right else ''}"


def _within(schema: tantivy.Schema, query: Query, start: int, stop: int) -> Query:
    ids = Query.range_query(schema, ID, FieldType.Integer, start, stop, include_upper=False)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(ids, 0.0))])


class IndexSource:
    """Hits of one question; its windows are those that have any."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, query: Query, start: int, stop: int) -> None:
        self._searcher = searcher
        self._schema = schema
        self._query = query
        width = _LEAST_WINDOW
        while (stop - start) // width >= _MOST_WINDOWS:
            width *= 2
        histogram = {"histogram": {"field": ID, "interval": width, "min_doc_count": 1}}
        found = searcher.aggregate(_within(schema, query, start, stop), {"windows": histogram})
        buckets = found["windows"]["buckets"] if start < stop else []
        self.starts = [max(start, int(bucket["key"])) for bucket in buckets]
        self.stops = [min(stop, int(bucket["key"]) + width) for bucket in buckets]
        self._counts = [int(bucket["doc_count"]) for bucket in buckets]

    @property
    def windows(self) -> int:
        """How many windows have hits."""
        return len(self._counts)

    def counts(self) -> list[int]:
        """The hits of every window."""
        return self._counts

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits of each of these windows, which must be neighbours; one question for them all."""
        limit.check()
        if not windows:
            return []
        size = sum(self._counts[window] for window in windows)
        asked = _within(self._schema, self._query, self.starts[windows[0]], self.stops[windows[-1]])
        found = self._searcher.search(asked, limit=size, count=False, order_by_field=ID, order=Order.Asc)
        ids = np.fromiter((row for row, _address in found.hits), dtype=np.int64, count=len(found.hits))
        edges = np.searchsorted(ids, [self.stops[window] for window in windows[:-1]])
        return np.split(ids, edges)


class CheckedSource:
    """Those hits of the index that pass a check, on several threads.

    It is run for up to ``at_once`` of them at a time, and for few at first: the first page is to come early.
    """

    def __init__(self, index: IndexSource, check: Callable[[Ids], Ids], *, at_once: int, executor: Executor) -> None:
        self._index = index
        self._check = check
        self._executor = executor
        self._runs = list(_runs(index.counts(), at_once))

    @property
    def windows(self) -> int:
        """How many runs of the index's windows there are."""
        return len(self._runs)

    def counts(self) -> None:
        """Only checking can tell."""
        return

    def find(self, windows: Sequence[int], limit: Deadline) -> list[Ids]:
        """The hits of each of these windows."""

        def checked(window: int) -> Ids:
            ids = np.concatenate(self._index.find(self._runs[window], limit))
            return self._check(ids)

        return list(self._executor.map(checked, windows))


def _runs(counts: Sequence[int], at_once: int) -> Iterator[range]:
    """Neighbouring windows with ever more hits together, up to so many, or a single one that has more."""
    ends = list(accumulate(counts))
    start, most = 0, max(1, at_once // _FIRST_SHARE)
    while start < len(ends):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, bisect_right(ends, before + most))
        yield range(start, stop)
        start, most = stop, min(at_once, 2 * most)

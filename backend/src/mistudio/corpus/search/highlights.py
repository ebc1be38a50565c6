"""Finds the highlights in a text: spans of characters that match a search, in order and without overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import re2

from mistudio.corpus.search.folding import fold_with_origins
from mistudio.corpus.search.query import Pattern, WordsQuery, compile_pattern

_MAX_SPANS: Final = 1_000

Span = tuple[int, int]


@dataclass(frozen=True)
class Highlighter:
    """Highlights what one search matches: terms in the forms of texts, or a pattern in the texts themselves."""

    in_forms: bool
    patterns: tuple[Any, ...]  # RE2's binding has no types

    def find_spans(self, text: str) -> list[Span]:
        """Return the spans in ``text``, at most 1,000."""
        spans = self._search_form(text) if self.in_forms else self._search_text(text)
        return merge_spans(spans)[:_MAX_SPANS]

    def _search_text(self, text: str) -> list[Span]:
        (pattern,) = self.patterns
        spans: list[Span] = []
        for match in pattern.finditer(text):
            if match.end() > match.start():
                spans.append(match.span())
            if len(spans) == _MAX_SPANS:
                break
        return spans

    def _search_form(self, text: str) -> list[Span]:
        form, origins = fold_with_origins(text)
        spans = (span for pattern in self.patterns for span in _search_terms(pattern, form))
        return [(int(origins[start]), int(origins[stop - 1]) + 1) for start, stop in spans]


def _search_terms(pattern: Any, form: str) -> Iterator[Span]:  # RE2's binding has no types
    """Yield the spans of group 1; the blank after one match may be the blank before the next."""
    position = 0
    for _number in range(_MAX_SPANS):
        match = pattern.search(form, position)
        if match is None:
            return
        yield match.span(1)
        position = match.end(1)


def make_words_highlighter(query: WordsQuery) -> Highlighter:
    """Return a highlighter of the required terms."""
    return Highlighter(True, tuple(re2.compile(term.to_regex()) for term in query.required))


def make_pattern_highlighter(pattern: Pattern) -> Highlighter:
    """Return a highlighter of the pattern's matches, which are found by the engine that searches."""
    return Highlighter(False, (compile_pattern(pattern),))


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """Return the spans in order, overlapping ones joined."""
    result: list[Span] = []
    for start, stop in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result

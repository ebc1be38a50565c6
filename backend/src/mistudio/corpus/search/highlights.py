"""Where in a text the hits are: spans of characters of the text as it is shown, in order, none overlapping another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import re2

from mistudio.corpus.search.folding import fold_with_origins
from mistudio.corpus.search.query import Pattern, WordsQuery, compiled

_MOST: Final = 1_000

Span = tuple[int, int]


@dataclass(frozen=True)
class Marker:
    """Marks what one search looked for: terms in the texts' forms, or a pattern in the texts themselves."""

    in_forms: bool
    patterns: tuple[Any, ...]  # RE2's binding has no types

    def marks(self, text: str) -> list[Span]:
        """The spans in ``text``, a bounded number of them."""
        spans = self._in_form(text) if self.in_forms else self._in_text(text)
        return merged(spans)[:_MOST]

    def _in_text(self, text: str) -> list[Span]:
        (pattern,) = self.patterns
        spans: list[Span] = []
        for match in pattern.finditer(text):
            if match.end() > match.start():
                spans.append(match.span())
            if len(spans) == _MOST:
                break
        return spans

    def _in_form(self, text: str) -> list[Span]:
        form, origins = fold_with_origins(text)
        found = (span for pattern in self.patterns for span in _each(pattern, form))
        return [(int(origins[start]), int(origins[stop - 1]) + 1) for start, stop in found]


def _each(pattern: Any, form: str) -> Iterator[Span]:  # RE2's binding has no types
    """The spans of group 1. The blank behind one hit may be the blank before the next."""
    position = 0
    for _number in range(_MOST):
        match = pattern.search(form, position)
        if match is None:
            return
        yield match.span(1)
        position = match.end(1)


def words_marker(query: WordsQuery) -> Marker:
    """Marks the required terms."""
    return Marker(True, tuple(re2.compile(term.to_regex()) for term in query.required))


def pattern_marker(pattern: Pattern) -> Marker:
    """Marks what the pattern finds, by the engine that searched."""
    return Marker(False, (compiled(pattern),))


def merged(spans: Sequence[Span]) -> list[Span]:
    """The spans in order, overlapping ones as one."""
    result: list[Span] = []
    for start, stop in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(stop, result[-1][1]))
        else:
            result.append((start, stop))
    return result

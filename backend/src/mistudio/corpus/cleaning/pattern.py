"""Drops texts in which a regular expression matches, with the engine of the search."""

from collections.abc import Sequence

from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.steps import DropRegex
from mistudio.corpus.search.query import make_regex_pattern
from mistudio.corpus.search.scan import PatternMatcher


class PatternFilter:
    """Matches texts with RE2, whose time is linear in the length of a text."""

    def __init__(self, step: DropRegex) -> None:
        self._matcher = PatternMatcher(make_regex_pattern(step.pattern, case=step.case))

    def find_reasons(self, documents: Documents) -> Sequence[str | None]:
        """Return "pattern" for each document that matches."""
        return ["pattern" if matches else None for matches in self._matcher.match(documents.texts).tolist()]

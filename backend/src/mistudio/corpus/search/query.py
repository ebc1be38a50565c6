"""Parses the text of a search: words, an exact text, or a regular expression.

A text matches words if it has all of them, in any order. ``"a phrase"`` requires its words in a row, ``begin*`` a
word with this prefix; ``-word`` excludes texts with the word. Words that are joined by punctuation, or whose characters
are words by themselves, are a phrase: ``foo_bar2`` is ``"foo bar2"``, and 日本 is two words in a row. No text is an
error; one without a word matches nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import re2

from mistudio.core.errors import InvalidPattern
from mistudio.corpus.search.folding import fold
from mistudio.corpus.search.required_literals import Need, find_required_literals

SearchMode = Literal["words", "exact", "regex"]

# A minus; then a phrase in quotes, whose closing quote may be missing, or a run of other characters.
_PARTS: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?P<end>"\*?|$)|(?P<run>[^\s"]+))')
_QUOTES: Final = str.maketrans("“”„‟«»", '""""""')
_BLANKS: Final = " +"
_FLAG: Final = re.compile(r"\(\?[a-zA-Z]*i")


@dataclass(frozen=True)
class Term:
    """Words in a row, in the form of ``folding``; if ``is_prefix``, the last one is the prefix of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def to_regex(self) -> str:
        """Return an RE2 pattern that finds the term in a form; its group 1 has the words."""
        body = _BLANKS.join(self.words)
        return f"(?:^| )({body}[^ ]*)" if self.is_prefix else f"(?:^| )({body})(?: |$)"


@dataclass(frozen=True)
class WordsQuery:
    """The terms that a text must have, and those that it must not have."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there are no terms."""
        return not self.required and not self.excluded


def parse_words(text: str) -> WordsQuery:
    """Return the terms in ``text``."""
    terms = list(_parse_terms(text.translate(_QUOTES)))
    return WordsQuery(
        required=tuple(term for term, is_required in terms if is_required),
        excluded=tuple(term for term, is_required in terms if not is_required),
    )


def _parse_terms(text: str) -> Iterator[tuple[Term, bool]]:
    """Yield each term and whether it is required."""
    for part in _PARTS.finditer(text):
        written = part["run"] if part["run"] is not None else part["phrase"] + part["end"].removeprefix('"')
        stem = fold(written.rstrip("*"))
        if words := tuple(stem.split()):
            # The form ends with a blank where a word cannot go on: no prefix then.
            is_prefix = written.endswith("*") and not stem.endswith(" ")
            yield Term(words, is_prefix), not part["minus"]


@dataclass(frozen=True)
class Pattern:
    """A regular expression of RE2 that is matched against the texts themselves."""

    regex: str
    ignore_case: bool
    # A text that matches contains, case aside, at least one alternative of each need.
    needs: tuple[Need, ...] = ()
    is_literal: bool = False

    @property
    def may_ignore_case(self) -> bool:
        """Whether some part of the pattern ignores case."""
        return self.ignore_case or _FLAG.search(self.regex) is not None


def make_exact_pattern(text: str, *, case: bool) -> Pattern:
    """Return the pattern that matches ``text`` literally."""
    return Pattern(re2.escape(text), ignore_case=not case, needs=((text,),), is_literal=True)


def make_regex_pattern(text: str, *, case: bool) -> Pattern:
    """Return the pattern for a regular expression. Raises InvalidPattern with RE2's message."""
    pattern = Pattern(text, ignore_case=not case)
    compile_pattern(pattern)
    return replace(pattern, needs=find_required_literals(text))


def compile_pattern(pattern: Pattern) -> Any:  # RE2's binding has no types
    """Compile the pattern for Python's strings. Raises InvalidPattern."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not pattern.ignore_case
    try:
        return re2.compile(pattern.regex, options)
    except re2.error as error:
        reason = error.args[0]
        message = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise InvalidPattern(
            f"The regular expression is invalid: {message}. Use the syntax of RE2, which has no look-around and no "
            "back-references."
        ) from error

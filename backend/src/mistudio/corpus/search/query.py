"""What somebody typed into the search field, understood: words, an exact text, or a regular expression.

Words are all to be there, in any order; ``"a phrase"`` is its words one after the other, ``begin*`` any word that
begins so, ``-word`` must not be there. What is written with punctuation, or of characters that are words by themselves,
is a phrase, too: ``foo_bar2`` is ``"foo bar2"``, 日本 is ``"日 本"``. Nothing that can be typed is an error; a text
without any word asks for nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import re2

from mistudio.core.errors import InvalidPattern
from mistudio.corpus.search.folding import fold
from mistudio.corpus.search.required_literals import Need, required_literals

SearchMode = Literal["words", "exact", "regex"]

# A minus; then a phrase in quotes, whose end may be missing, or a run of anything else.
_PARTS: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?P<end>"\*?|$)|(?P<run>[^\s"]+))')
_QUOTES: Final = str.maketrans("“”„‟«»", '""""""')
_BLANKS: Final = " +"
_FLAG: Final = re.compile(r"\(\?[a-zA-Z]*i")


@dataclass(frozen=True)
class Term:
    """Words one after the other, in the form of ``folding``; of the last, ``is_prefix`` says, only the beginning."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def to_regex(self) -> str:
        """RE2 that finds the term in a form, the words themselves being its group 1."""
        body = _BLANKS.join(self.words)
        return f"(?:^| )({body}[^ ]*)" if self.is_prefix else f"(?:^| )({body})(?: |$)"


@dataclass(frozen=True)
class WordsQuery:
    """Terms that a text must have, and terms that it must not have."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not self.required and not self.excluded


def parse_words(text: str) -> WordsQuery:
    """What ``text`` asks for."""
    found = list(_terms(text.translate(_QUOTES)))
    return WordsQuery(
        tuple(term for term, is_wanted in found if is_wanted), tuple(term for term, is_wanted in found if not is_wanted)
    )


def _terms(text: str) -> Iterator[tuple[Term, bool]]:
    for part in _PARTS.finditer(text):
        written = part["run"] if part["run"] is not None else part["phrase"] + part["end"].removeprefix('"')
        stem = fold(written.rstrip("*"))
        if words := tuple(stem.split()):
            # After a blank, or a character that is a word by itself, no word can go on.
            is_prefix = written.endswith("*") and not stem.endswith(" ")
            yield Term(words, is_prefix), not part["minus"]


@dataclass(frozen=True)
class Pattern:
    """A regular expression of RE2, over the texts as they are."""

    regex: str
    ignore_case: bool
    # What a text has to contain for the pattern to be found, case aside: of each of these at least one.
    needs: tuple[Need, ...] = ()
    is_literal: bool = False

    @property
    def may_ignore_case(self) -> bool:
        """Whether upper and lower case are the same in some part of it."""
        return self.ignore_case or _FLAG.search(self.regex) is not None


def exact_pattern(text: str, *, case: bool) -> Pattern:
    """The pattern that finds ``text`` as it is written."""
    return Pattern(re2.escape(text), ignore_case=not case, needs=((text,),), is_literal=True)


def regex_pattern(text: str, *, case: bool) -> Pattern:
    """The pattern that somebody wrote. Raises InvalidPattern with RE2's own words."""
    pattern = Pattern(text, ignore_case=not case)
    compiled(pattern)
    return replace(pattern, needs=required_literals(text))


def compiled(pattern: Pattern) -> Any:  # RE2's binding has no types
    """The pattern, ready to be found in Python's strings. Raises InvalidPattern."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not pattern.ignore_case
    try:
        return re2.compile(pattern.regex, options)
    except re2.error as error:
        said = error.args[0]
        message = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise InvalidPattern(
            f"This is not a regular expression that can be searched for: {message}. The syntax is that of RE2, "
            "which has no look-around and no back-references."
        ) from error

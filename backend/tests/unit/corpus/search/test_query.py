"""The text of a search, parsed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.core.errors import InvalidPattern
from mistudio.corpus.search.highlights import make_words_highlighter
from mistudio.corpus.search.query import Term, WordsQuery, make_exact_pattern, make_regex_pattern, parse_words


def term(*words: str, is_prefix: bool = False) -> Term:
    """Return a term of these words."""
    return Term(words, is_prefix)


@pytest.mark.parametrize(
    ("typed", "required", "excluded"),
    [
        ("the cat", [term("the"), term("cat")], []),
        ('"the cat" sat', [term("the", "cat"), term("sat")], []),
        ("“the cat” „sat”", [term("the", "cat"), term("sat")], []),
        ('"the cat', [term("the", "cat")], []),
        ("Naïve Łódź STRASSE", [term("naive"), term("lodz"), term("strasse")], []),
        ("cat* -dog", [term("cat", is_prefix=True)], [term("dog")]),
        ('-"big dog" "the ca*"', [term("the", "ca", is_prefix=True)], [term("big", "dog")]),
        ('"the ca"*', [term("the", "ca", is_prefix=True)], []),
        ("foo_bar2 3.14", [term("foo", "bar2"), term("3", "14")], []),
        ("foo_* c++", [term("foo"), term("c")], []),
        ("日本語 テスト*", [term("日", "本", "語"), term("テ", "ス", "ト")], []),
        ("state-of-the-art", [term("state", "of", "the", "art")], []),
        ("-", [], []),
        ("", [], []),
        ('" "" -> *** \x00\t\n', [], []),
        ("a:b AND (c OR ~d^2", [term("a", "b"), term("and"), term("c"), term("or"), term("d", "2")], []),
    ],
)
def test_words_are_parsed(typed: str, required: list[Term], excluded: list[Term]) -> None:
    """Words, phrases, prefixes, exclusions; the syntax of other programs is punctuation."""
    assert WordsQuery(tuple(required), tuple(excluded)) == parse_words(typed)
    assert (not required and not excluded) == parse_words(typed).is_empty


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_an_error(typed: str) -> None:
    """Any text can be parsed and highlighted."""
    query = parse_words(typed)
    assert all(word and " " not in word for found in query.required + query.excluded for word in found.words)
    assert isinstance(make_words_highlighter(query).find_spans(typed), list)


@pytest.mark.parametrize("pattern", ["a(", "(?=a)", r"(a)\1", "a{5000}", "[", "*", "(?<n>"])
def test_an_invalid_pattern_is_refused(pattern: str) -> None:
    """The message includes RE2's own."""
    with pytest.raises(InvalidPattern, match=r"RE2") as refused:
        make_regex_pattern(pattern, case=True)
    assert re.search(r"missing|invalid|no argument|bad", refused.value.detail)


def test_an_exact_text_is_matched_literally() -> None:
    """Its special characters are escaped, and a text that matches has to contain it."""
    pattern = make_exact_pattern("a.b*", case=False)
    assert (r"a\.b\*", True, (("a.b*",),), True) == (
        pattern.regex,
        pattern.ignore_case,
        pattern.needs,
        pattern.is_literal,
    )


@pytest.mark.parametrize(
    ("regex", "case", "may_ignore_case"),
    [
        ("cat", True, False),
        ("cat", False, True),
        ("(?i)cat", True, True),
        ("a(?si:t)", True, True),
        ("(?s)a", True, False),
    ],
)
def test_flags_within_a_pattern_ignore_case(regex: str, case: bool, may_ignore_case: bool) -> None:
    """A literal of such a pattern is searched in any case."""
    assert may_ignore_case == make_regex_pattern(regex, case=case).may_ignore_case

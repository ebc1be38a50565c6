"""The literals that a regular expression requires: never more than every matching text has."""

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.search.required_literals import find_required_literals

# An expression, and a text that it matches.
Pair = tuple[str, str]


@pytest.mark.parametrize(
    ("regex", "needs"),
    [
        (r"\bcolou?r\w*|paint", [{"colo", "paint"}]),
        (r"foo(bar|baz)+qux", [{"foo"}, {"bar", "baz"}, {"qux"}]),
        (r"(?i)^Hello World$", [{"Hello World"}]),
        (r"[[:alpha:]]+ology[^]x]", [{"ology"}]),
        (r"a{2}bcd{0}e", [{"bc"}, {"a"}, {"e"}]),
        (r"(?P<n>foo)(?:bar)\.\n", [{"foobar.\n"}]),
        (r"(ab)+?c{3,}d", [{"ab"}, {"c"}, {"d"}]),
        (r"x{,5}y", [{"x{,5}y"}]),
        (r"\x{41}\101\pL\p{Greek}[\]]word", [{"word"}]),
        ("a|b*", []),
        ("(|a)", []),
        (r"\d+", []),
        ("a(?i)*", []),
        (r"a\Q*\E*", []),
        ("", []),
        ("|".join(f"word{number}" for number in range(20)), []),
    ],
)
def test_required_literals_of_expressions(regex: str, needs: list[set[str]]) -> None:
    """Adjacent literals are joined, alternatives stay alternatives, uncertain ones are left out."""
    assert {frozenset(need) for need in needs} == {frozenset(need) for need in find_required_literals(regex)}


def atoms() -> st.SearchStrategy[Pair]:
    """Generate the smallest expressions."""
    literal = st.text(st.sampled_from("abc .é日"), min_size=1, max_size=3).map(lambda text: (re2.escape(text), text))
    others = [(r"\d", "7"), (".", "z"), ("[a-c]", "b"), (r"[\]\d[:alpha:]]", "]"), (r"\x61", "a"), (r"\pL", "é")]
    return literal | st.sampled_from([*others, (r"\b", ""), ("^", ""), (r"\t", "\t"), (r"\141", "a"), ("[]a]", "a")])


def combine(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Generate expressions that consist of others."""
    sequence = st.lists(inner, min_size=1, max_size=4).map(
        lambda pairs: ("".join(pair[0] for pair in pairs), "".join(pair[1] for pair in pairs))
    )
    either = st.tuples(inner, inner).map(lambda pairs: (f"(?:{pairs[0][0]}|{pairs[1][0]})", pairs[1][1]))
    ends = st.sampled_from([("*", 0), ("*", 2), ("?", 0), ("+", 2), ("{2}", 2), ("{0,3}", 0), ("{1,}?", 1), ("??", 0)])
    opened = st.sampled_from(["(", "(?:", "(?P<name>", "(?i:"])
    repeated = st.tuples(opened, inner, ends).map(
        lambda parts: (f"{parts[0]}{parts[1][0]}){parts[2][0]}", parts[1][1] * parts[2][1])
    )
    return sequence | either | repeated


@settings(deadline=None)
@given(st.recursive(atoms(), combine, max_leaves=12), st.booleans())
def test_every_match_has_the_required_literals(pair: Pair, ignores_case: bool) -> None:
    """A matching text has at least one alternative of each need."""
    regex, text = pair
    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(f"(?i){regex}" if ignores_case else regex, options)
    except re2.error:
        # Two groups of one name, or a repetition of nothing.
        return
    shown = text.upper() if ignores_case else text
    if pattern.search(shown):
        for need in find_required_literals(pattern.pattern):
            assert any(literal.lower() in shown.lower() for literal in need)

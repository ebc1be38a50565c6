"""Highlights: the spans of a text that match a search."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.search.highlights import (
    Highlighter,
    make_pattern_highlighter,
    make_words_highlighter,
    merge_spans,
)
from mistudio.corpus.search.query import make_exact_pattern, make_regex_pattern, parse_words


def highlight(highlighter: Highlighter, text: str) -> list[str]:
    """Return the highlighted parts of the text."""
    return [text[start:stop] for start, stop in highlighter.find_spans(text)]


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("cat", "Cat, cat concat CAT", ["Cat", "cat", "CAT"]),
        ("cat cat", "cat cat cat", ["cat", "cat", "cat"]),
        ('"cat nap" nap', "A cat-nap, nap", ["cat-nap", "nap"]),
        ("con*", "Concat con recon", ["Concat", "con"]),
        ("naive", "nai\u0308ve naïve", ["nai\u0308ve", "naïve"]),
        ("strasse", "Die Straße", ["Straße"]),
        ("本", "日本語", ["本"]),
        ("日本", "日本 ab日本", ["日本", "日本"]),
        ("cat -dog", "dog cat", ["cat"]),
        ("fin", "ﬁn", ["ﬁn"]),
    ],
)
def test_words_are_highlighted_as_written(typed: str, text: str, expected: list[str]) -> None:
    """The spans are those of the text itself, with the accents and the punctuation inside."""
    assert expected == highlight(make_words_highlighter(parse_words(typed)), text)


def test_patterns_are_highlighted_by_the_engine_that_searches() -> None:
    """Spans count characters, not bytes; an empty match has none."""
    assert ["é.", "É."] == highlight(make_pattern_highlighter(make_exact_pattern("é.", case=False)), "日é. É. ex")
    assert ["é."] == highlight(make_pattern_highlighter(make_exact_pattern("é.", case=True)), "日é. É. ex")
    assert ["42", "7"] == highlight(make_pattern_highlighter(make_regex_pattern(r"\d+", case=True)), "😀42 – 7")
    assert [] == highlight(make_pattern_highlighter(make_regex_pattern("x*", case=True)), "aaa")
    assert 1_000 == len(make_pattern_highlighter(make_regex_pattern(".", case=True)).find_spans("a" * 5_000))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=12))
def test_merged_spans_never_overlap(starts: list[tuple[int, int]]) -> None:
    """Every character in a span is covered once, and no other."""
    spans = [(start, start + size) for start, size in starts]
    result = merge_spans(spans)
    assert {position for span in spans for position in range(*span)} == {
        position for span in result for position in range(*span)
    }
    assert all(before[1] <= after[0] for before, after in pairwise(result))

"""What was typed, understood; the form of texts; and marks where the hits are."""

import re
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.searching import words_of
from mistudio.core.errors import InvalidPattern
from mistudio.corpus.search.folding import fold, folded
from mistudio.corpus.search.highlights import Marker, merged, pattern_marker, words_marker
from mistudio.corpus.search.query import Term, WordsQuery, exact_pattern, parse_words, regex_pattern


def term(*words: str, is_prefix: bool = False) -> Term:
    """A term of these words."""
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
def test_what_is_typed_is_understood(typed: str, required: list[Term], excluded: list[Term]) -> None:
    """Words, phrases, beginnings, exclusions; other programs' syntax is punctuation."""
    assert WordsQuery(tuple(required), tuple(excluded)) == parse_words(typed)
    assert (not required and not excluded) == parse_words(typed).is_empty


@settings(deadline=None)
@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_an_error(typed: str) -> None:
    """Whatever it is, it is understood, and can be marked in a text."""
    query = parse_words(typed)
    assert all(word and " " not in word for found in query.required + query.excluded for word in found.words)
    assert isinstance(words_marker(query).marks(typed), list)


@settings(deadline=None)
@given(st.lists(st.none() | st.text(max_size=30), max_size=8), st.integers(0, 3))
def test_the_form_of_an_array_is_that_of_its_texts(texts: list[str | None], skipped: int) -> None:
    """Nulls are empty, slices are themselves, and the form of two texts in a row is their forms in a row."""
    array = pa.array(texts, pa.string()).slice(skipped)
    expected = [fold(text or "") for text in texts[skipped:]]
    assert expected == folded(array).to_pylist()
    assert expected == folded(array.cast(pa.large_string())).to_pylist()
    assert "".join(expected) == fold("".join(text or "" for text in texts[skipped:]))


def test_a_text_longer_than_a_piece_has_its_form() -> None:
    """Pieces leave no trace, whatever stands at their ends."""
    long = "naïve 日本 ﬁn e\u0301 " * 60_000
    assert "naive  日  本  fin e " * 60_000 == fold(long)
    assert [fold("ä"), fold(long), "b"] == folded(pa.array(["ä", long, "b"])).to_pylist()


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cn", "Co", "Cs"]), max_size=20))
def test_case_never_counts(text: str) -> None:
    """Neither for the words nor for what ignoring case means in a pattern, so the index misses no row of those."""
    single = [character for character in text if len(character.upper()) == len(character.lower()) == 1]
    assert [fold(character.upper()) for character in single] == [fold(character.lower()) for character in single]


def test_letters_of_every_script_are_words() -> None:
    """Accents and points go, halves of letters stay, scripts without blanks are single characters."""
    forms = {
        "İstanbul ĐØ": "istanbul do",
        "Ελλάς": "ελλασ",
        "Ёлка": "елка",
        "مَرْحَبًا": "مرحبا",
        "שָׁלוֹם": "שלום",
        "क्या": "क्या",
        "ＡＢＣ①": "abc1",
        "co\u00adop": "coop",
    }
    assert list(forms.values()) == [fold(text).strip() for text in forms]
    assert [["ส", "ว", "ั"], ["한", "국"]] == [fold(text).split() for text in ("สวั", "한국")]
    assert words_of("Foo_bar2, 3.14") == fold("Foo_bar2, 3.14").split()


def marked(marker: Marker, text: str) -> list[str]:
    """The marked parts of the text."""
    return [text[start:stop] for start, stop in marker.marks(text)]


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
def test_words_are_marked_as_they_are_written(typed: str, text: str, expected: list[str]) -> None:
    """The marks are of the text itself, in characters, accents and punctuation within included."""
    assert expected == marked(words_marker(parse_words(typed)), text)


def test_patterns_are_marked_by_the_engine_that_searched() -> None:
    """In characters, whatever stands before; what is empty has no mark."""
    assert ["é.", "É."] == marked(pattern_marker(exact_pattern("é.", case=False)), "日é. É. ex")
    assert ["é."] == marked(pattern_marker(exact_pattern("é.", case=True)), "日é. É. ex")
    assert ["42", "7"] == marked(pattern_marker(regex_pattern(r"\d+", case=True)), "😀42 – 7")
    assert [] == marked(pattern_marker(regex_pattern("x*", case=True)), "aaa")
    assert 1_000 == len(pattern_marker(regex_pattern(".", case=True)).marks("a" * 5_000))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=12))
def test_marks_never_overlap(starts: list[tuple[int, int]]) -> None:
    """Whatever was found, every character within a span is marked once, and no other."""
    spans = [(start, start + size) for start, size in starts]
    result = merged(spans)
    assert {position for span in spans for position in range(*span)} == {
        position for span in result for position in range(*span)
    }
    assert all(before[1] <= after[0] for before, after in pairwise(result))


@pytest.mark.parametrize("pattern", ["a(", "(?=a)", r"(a)\1", "a{5000}", "[", "*", "(?<n>"])
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    """With RE2's own words."""
    with pytest.raises(InvalidPattern, match=r"RE2") as refused:
        regex_pattern(pattern, case=True)
    assert re.search(r"missing|invalid|no argument|bad", refused.value.detail)

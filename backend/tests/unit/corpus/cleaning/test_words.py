"""Words and sentences are those of spaCy's English rules."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.cleaning.word_table import WordTable
from mistudio.corpus.cleaning.words import WordSplitter, get_rules

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("datatrove_decisions.json").read_text())["cases"]


def test_words_and_sentences_are_those_of_spacy() -> None:
    """The file has what datatrove's splitter, spaCy, made of each text."""
    splitter = WordSplitter()
    for case in CASES:
        assert case["words"] == splitter.split(case["text"])
        assert case["sentences"] == [splitter.count_sentences(line.strip()) for line in case["text"].splitlines()]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_character_is_lost(text: str) -> None:
    """The words are the text without its blanks."""
    assert "".join(text.split()) == "".join(WordSplitter().split(text))


def test_exceptions_depend_on_their_neighbours() -> None:
    """A face is one word; with a blank inside it is none, and a longer match goes before a shorter one."""
    splitter = WordSplitter()
    assert splitter.split("foo:) bar") == ["foo", ":)", "bar"]
    assert splitter.split("foo: )") == ["foo", ":", ")"]
    assert splitter.split("foo:) )") == ["foo", ":", ")", ")"]
    assert splitter.split("don't U.S. e.g.") == ["do", "n't", "U.S.", "e.g."]


def test_a_full_table_is_emptied() -> None:
    """The table computes again what it forgot, and does not remember long texts."""
    computed: list[str] = []

    def measure(text: str) -> int:
        computed.append(text)
        return len(text)

    table = WordTable(measure, max_entries=1)
    assert [table["a"], table["a"], table["b"], table["x" * 65], table["x" * 65]] == [1, 1, 1, 65, 65]
    table.limit()
    assert table["a"] == 1
    assert computed == ["a", "b", "x" * 65, "x" * 65, "a"]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", ".", "...", "'s", ")", "9", "km", "…", "=", "😀", "$"]), max_size=8),
    st.integers(50, 200),
)
def test_long_chunks_are_split_like_short_ones(ends: list[str], length: int) -> None:
    """Only the end of a long chunk is searched for a suffix, and the words are the same."""
    rules = get_rules()
    end = "".join(ends)
    for filling in ("x" * length, ")" * length, "." * length, ".x" * length):
        words = rules.split(filling + end)
        assert "".join(words) == filling + end
        if filling.startswith("x"):
            short = rules.split("xx" + end)
            assert words[1:] == short[1:]


def test_a_huge_chunk_is_one_word() -> None:
    """To split it would take minutes."""
    text = "(" * 30_000
    assert WordSplitter().split(f"a {text} b") == ["a", text, "b"]

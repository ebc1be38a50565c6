"""The grammars of the sample's stories."""

import random
import re

import pytest

from mistudio.corpus.bundled.grammar import GRAMMARS, Grammar

GRAMMAR = Grammar(
    titles=("{hero} [sleeps|runs]",),
    beginnings=("First {hero}.",),
    middles=("One.", "Two.", "Three."),
    ends=("Last {hero}.",),
    gaps={"hero": ("Ada", "Mia")},
)


def test_a_story_fills_a_gap_once_and_keeps_the_order() -> None:
    """The same name in title and text; middle sentences in order; beginning and end where they belong."""
    for seed in range(50):
        title, text = GRAMMAR.write_story(random.Random(seed), sentences=2)
        hero, verb = title.split()
        assert hero in {"Ada", "Mia"}
        assert verb in {"sleeps", "runs"}
        sentences = text.split(" ")
        assert [f"First {hero}.", f"Last {hero}."] == [" ".join(sentences[:2]), " ".join(sentences[-2:])]
        middle = sentences[2:-2]
        assert 2 == len(middle)
        assert sorted(middle, key=GRAMMAR.middles.index) == middle


def test_a_story_may_have_more_sentences_than_the_grammar() -> None:
    """They repeat then."""
    _title, text = GRAMMAR.write_story(random.Random(1), sentences=100)
    assert 102 == text.count(".")


@pytest.mark.parametrize("language", GRAMMARS)
def test_every_gap_of_every_language_can_be_filled(language: str) -> None:
    """No sentence has a gap without words, an empty alternative or a bracket left over."""
    grammar = GRAMMARS[language]
    for sentence in (*grammar.titles, *grammar.beginnings, *grammar.middles, *grammar.ends):
        assert set(re.findall(r"\{(\w+)\}", sentence)) <= set(grammar.gaps)
        assert all(all(choice.split("|")) for choice in re.findall(r"\[([^\[\]]*)\]", sentence))
    title, text = grammar.write_story(random.Random(2), sentences=50)
    assert not re.search(r"[{}\[\]|]", title + text)

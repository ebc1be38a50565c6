"""Each distinct word is encoded once, and the ids are those of whole texts."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from fakes import tokenizers as small
from mistudio.corpus.encoders.choice import compare_encoders
from mistudio.corpus.encoders.compatibility import find_word_marks
from mistudio.corpus.encoders.encoders import ReferenceEncoder, Texts
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.encoders.word_encoder import WordEncoder, WordLimits

BY_WORDS = ["WordPiece", "WordPiece with tokens of all flags", "BPE on words", "WordLevel"]
TEXTS = st.lists(
    st.text(st.one_of(st.sampled_from("ab A.,-'<\n\t\r_"), st.characters(codec="utf-8")), max_size=30), max_size=9
)


class Recording(ReferenceEncoder):
    """Keeps the texts that it encodes."""

    def __init__(self, reference: Tokenizer) -> None:
        super().__init__(reference)
        self.texts: list[str] = []

    def encode(self, texts: Texts) -> TokenIds:
        """Encode with the reference."""
        self.texts += texts.to_pylist()
        return super().encode(texts)


@pytest.fixture(scope="module")
def kinds() -> dict[str, tuple[ReferenceEncoder, str]]:
    """Return the reference of each kind, with the marks that are words of their own."""
    made = {}
    for kind in BY_WORDS:
        tokenizer = small.load(small.KINDS[kind]())
        marks = find_word_marks(tokenizer)
        assert marks is not None
        made[kind] = (ReferenceEncoder(tokenizer.reference), marks)
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=TEXTS, window=st.integers(1, 40), step=st.integers(1, 9), most=st.integers(0, 50))
@pytest.mark.parametrize("kind", BY_WORDS)
def test_any_texts_in_any_windows_are_encoded_equally(
    kinds: dict[str, tuple[ReferenceEncoder, str]], kind: str, texts: list[str], window: int, step: int, most: int
) -> None:
    """For any window, however soon the cache is full, and again with the words that it has."""
    reference, marks = kinds[kind]
    encoder = WordEncoder(reference, marks=marks, limits=WordLimits(window, step, words=most))
    for some in (texts, texts[::-1]):
        assert 0 == compare_encoders(encoder, reference, pa.array(some, pa.string())).differences


def test_slices_nulls_and_large_strings_are_encoded_equally(
    kinds: dict[str, tuple[ReferenceEncoder, str]],
) -> None:
    """A null counts as an empty text at any position."""
    reference, marks = kinds["WordPiece"]
    encoder = WordEncoder(reference, marks=marks)
    for kind in (pa.string(), pa.large_string()):
        texts = pa.array([None, " the fox, ", "", None, "a\nb", "  ", None], kind)
        for part in (texts, texts.slice(1, 3), texts.slice(3), texts.slice(7)):
            assert 0 == compare_encoders(encoder, reference, part).differences


@pytest.mark.parametrize(("word_bytes", "again"), [(8, ["cat"]), (7, ["fox", "cat"])])
def test_a_word_is_encoded_once_until_the_cache_is_full(word_bytes: int, again: list[str]) -> None:
    """In one batch and in the next ones; marks are words, spaces are not."""
    reference = Recording(small.train_wordpiece())
    encoder = WordEncoder(reference, marks=",.", limits=WordLimits(word_bytes=word_bytes))

    encoder.encode(pa.array(["fox, dog\n fox", "dog.dog fox,"]))
    assert ["fox", ",", "dog", "."] == reference.texts

    encoder.encode(pa.array(["fox cat"]))
    assert again == reference.texts[4:]


def test_the_name_says_how_it_encodes() -> None:
    """The record of a tokenization has it."""
    encoder = WordEncoder(ReferenceEncoder(small.train_wordlevel()), marks="")
    assert "tokenizers 0.23.3, each word once" == encoder.name

"""Each different word is encoded once, and the ids are those of whole texts."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers

from fakes import tokenizers as small
from mistudio.corpus.encoders import word_encoder as words
from mistudio.corpus.encoders.choice import compare_encoders
from mistudio.corpus.encoders.compatibility import find_word_marks
from mistudio.corpus.encoders.encoders import ReferenceEncoder, Texts
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.encoders.word_encoder import WordEncoder

BY_WORDS = ["WordPiece", "WordPiece with tokens of all flags", "BPE on words", "WordLevel"]
TEXTS = st.lists(
    st.text(st.one_of(st.sampled_from("ab A.,-'<\n\t\r_"), st.characters(codec="utf-8")), max_size=30), max_size=9
)


class Recording(ReferenceEncoder):
    """Keeps what it was asked to encode."""

    def __init__(self, reference: Tokenizer) -> None:
        super().__init__(reference)
        self.asked: list[str] = []

    def encode(self, texts: Texts) -> TokenIds:
        """Encode, as the reference does."""
        self.asked += texts.to_pylist()
        return super().encode(texts)


@pytest.fixture(scope="module")
def encoders() -> dict[str, tuple[WordEncoder, ReferenceEncoder]]:
    """An engine of each kind, which remembers what all tests gave it, and its reference."""
    made = {}
    for kind in BY_WORDS:
        tokenizer = small.loaded(small.KINDS[kind]())
        marks = find_word_marks(tokenizer)
        assert marks is not None
        reference = ReferenceEncoder(tokenizer.reference)
        made[kind] = (WordEncoder(reference, marks=marks), reference)
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=TEXTS, window=st.integers(1, 40), step=st.integers(1, 9), most=st.integers(0, 50))
@pytest.mark.parametrize("kind", BY_WORDS)
def test_any_texts_in_any_windows_come_out_equal(
    encoders: dict[str, tuple[WordEncoder, ReferenceEncoder]],
    kind: str,
    texts: list[str],
    window: int,
    step: int,
    most: int,
) -> None:
    """However little is looked at together, and however soon words are forgotten."""
    encoder, reference = encoders[kind]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_WINDOW", window)
        patch.setattr(words, "_STEP", step)
        patch.setattr(words, "_MOST_WORDS", most)
        assert 0 == compare_encoders(encoder, reference, pa.array(texts, pa.string())).differences


def test_slices_nulls_and_large_strings_come_out_equal(
    encoders: dict[str, tuple[WordEncoder, ReferenceEncoder]],
) -> None:
    """A null is an empty text, wherever it stands."""
    encoder, reference = encoders["WordPiece"]
    for kind in (pa.string(), pa.large_string()):
        texts = pa.array([None, " the fox, ", "", None, "a\nb", "  ", None], kind)
        for part in (texts, texts.slice(1, 3), texts.slice(3), texts.slice(7)):
            assert 0 == compare_encoders(encoder, reference, part).differences


def test_a_word_is_encoded_once_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one batch, and in the next ones; spaces are no words, marks are."""
    reference = Recording(small.wordpiece())
    encoder = WordEncoder(reference, marks=",.")

    encoder.encode(pa.array(["fox, dog\n fox", "dog.dog fox,"]))
    encoder.encode(pa.array(["dog fox"]))
    assert ["fox", ",", "dog", "."] == reference.asked

    monkeypatch.setattr(words, "_MOST_BYTES", 7)
    encoder.encode(pa.array(["fox cat"]))
    assert ["fox", "cat"] == reference.asked[4:]


def test_the_name_says_how_it_is_done() -> None:
    """For the record of a tokenization."""
    encoder = WordEncoder(ReferenceEncoder(small.wordlevel()), marks="")
    assert "tokenizers 0.23.3, each word once" == encoder.name


def _with(change: Callable[[Tokenizer], object]) -> Tokenizer:
    tokenizer = small.wordpiece()
    change(tokenizer)
    return tokenizer


def _normalizer(*steps: normalizers.Normalizer) -> Callable[[Tokenizer], object]:
    return lambda tokenizer: setattr(tokenizer, "normalizer", normalizers.Sequence(list(steps)))


def _splitter(*steps: pre_tokenizers.PreTokenizer) -> Callable[[Tokenizer], object]:
    return lambda tokenizer: setattr(tokenizer, "pre_tokenizer", pre_tokenizers.Sequence(list(steps)))


def _token(content: str, **flags: bool) -> Callable[[Tokenizer], object]:
    return lambda tokenizer: tokenizer.add_tokens([AddedToken(content, **flags)])


BERT = pre_tokenizers.BertPreTokenizer()
ALL_BUT_BRACKETS = "!\"#$%&'()*+,-./:;<=>?@\\^_`{|}~"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_splitter(BERT, pre_tokenizers.Digits()), ALL_BUT_BRACKETS),
        (_splitter(pre_tokenizers.WhitespaceSplit(), BERT), ""),
        (_splitter(pre_tokenizers.Digits(), BERT), None),
        (_splitter(BERT, pre_tokenizers.Metaspace()), None),
        (_splitter(), None),
        (_normalizer(normalizers.NFD(), normalizers.StripAccents()), ALL_BUT_BRACKETS),
        (_normalizer(normalizers.NFC()), ""),
        (_normalizer(normalizers.Replace("  ", " ")), None),
        (_normalizer(normalizers.Strip()), None),
        (_token("a-b"), ALL_BUT_BRACKETS.replace("-", "")),
        (_token("a b"), None),
        # Normalizing writes spaces around it.
        (_token("日", normalized=True), None),
        (_token("fox", single_word=True), None),
        (_token("fox", lstrip=True, rstrip=True), ALL_BUT_BRACKETS),
    ],
)
def test_words_are_read_for_themselves_only_where_nothing_looks_beyond_them(
    change: Callable[[Tokenizer], object], expected: str | None
) -> None:
    """And a mark ends a word only where it is always one of its own."""
    assert expected == find_word_marks(small.loaded(_with(change)))

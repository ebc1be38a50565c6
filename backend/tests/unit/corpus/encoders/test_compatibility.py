"""Only tested kinds of tokenizers may use a fast engine, and only some encode word by word."""

from collections.abc import Callable

import pytest
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers

from fakes import tokenizers as small
from mistudio.corpus.encoders.compatibility import explain_refusal, find_word_marks, has_composing_normalizer

Change = Callable[[Tokenizer], object]


def change_wordpiece(change: Change) -> Tokenizer:
    """Return a changed WordPiece tokenizer."""
    tokenizer = small.train_wordpiece()
    change(tokenizer)
    return tokenizer


def set_normalizers(*steps: normalizers.Normalizer) -> Change:
    """Return a change that sets the normalizers."""
    return lambda tokenizer: setattr(tokenizer, "normalizer", normalizers.Sequence(list(steps)))


def set_splitters(*steps: pre_tokenizers.PreTokenizer) -> Change:
    """Return a change that sets the pre-tokenizers."""
    return lambda tokenizer: setattr(tokenizer, "pre_tokenizer", pre_tokenizers.Sequence(list(steps)))


def add_token(content: str, **flags: bool) -> Change:
    """Return a change that adds a token."""
    return lambda tokenizer: tokenizer.add_tokens([AddedToken(content, **flags)])


X = AddedToken("<x>", normalized=True)
BERT = pre_tokenizers.BertPreTokenizer()
ALL_BUT_BRACKETS = "!\"#$%&'()*+,-./:;<=>?@\\^_`{|}~"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (set_splitters(BERT, pre_tokenizers.Digits()), ALL_BUT_BRACKETS),
        (set_splitters(pre_tokenizers.WhitespaceSplit(), BERT), ""),
        (set_splitters(pre_tokenizers.Digits(), BERT), None),
        (set_splitters(BERT, pre_tokenizers.Metaspace()), None),
        (set_splitters(), None),
        (set_normalizers(normalizers.NFD(), normalizers.StripAccents()), ALL_BUT_BRACKETS),
        (set_normalizers(normalizers.NFC()), ""),
        (set_normalizers(normalizers.Replace("  ", " ")), None),
        (set_normalizers(normalizers.Strip()), None),
        (add_token("a-b"), ALL_BUT_BRACKETS.replace("-", "")),
        (add_token("a b"), None),
        # The normalizer puts spaces around it.
        (add_token("日", normalized=True), None),
        (add_token("fox", single_word=True), None),
        (add_token("fox", lstrip=True, rstrip=True), ALL_BUT_BRACKETS),
    ],
)
def test_a_tokenizer_encodes_word_by_word_if_nothing_looks_beyond_a_word(change: Change, expected: str | None) -> None:
    """A mark ends a word only if it always is a word of its own."""
    assert expected == find_word_marks(small.load(change_wordpiece(change), config={}))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (small.train_byte_level, None),
        (small.train_sentencepiece, None),
        (small.KINDS["by a pattern"], None),
        (small.KINDS["composing"], None),
        (small.train_unigram, "the model of the tokenizer is Unigram, and the engine supports only BPE"),
        (small.train_bpe_on_words, "the normalizer Sequence was not tested"),
        (small.KINDS["lower-casing"], "the normalizer Lowercase was not tested"),
        (
            lambda: small.train_byte_level(added=[X], normalizer=normalizers.NFC()),
            "the added token <x> is matched",
        ),
        (small.KINDS["whole-word token"], "the added token fox matches only as a whole word"),
        (small.KINDS["mixed flags"], "the added token <a> includes the spaces beside it"),
        (lambda: small.train_byte_level(pattern=r"\w+|\W+"), "the tokenizer splits texts in a way that was not tested"),
    ],
)
def test_an_untested_kind_is_refused_with_the_reason(make: Callable[[], Tokenizer], reason: str | None) -> None:
    """A tested kind is not refused."""
    found = explain_refusal(small.load(make()))
    assert found is None if reason is None else str(found).startswith(reason)


def test_composing_normalizers_are_recognized() -> None:
    """NFC composes; no normalizer and lower-casing do not."""
    kinds = ("composing", "byte-level", "lower-casing")
    found = [has_composing_normalizer(small.load(small.KINDS[kind]())) for kind in kinds]
    assert [True, False, False] == found

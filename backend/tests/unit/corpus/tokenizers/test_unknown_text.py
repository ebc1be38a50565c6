"""A vocabulary without a token for unknown text encodes what it covers, and names what it lacks."""

import pyarrow as pa
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from fakes import tokenizers as small
from mistudio.corpus.encoders import ReferenceEncoder
from mistudio.corpus.encoders.choice import choose_encoder
from mistudio.corpus.tokenizers.unknown_text import TextNotInVocabulary

WORDS = {"one": 0, "+": 1, "two": 2, "<|x|>": 3}


def make_wordlevel() -> Tokenizer:
    """Return a WordLevel tokenizer whose unknown token is not in its vocabulary."""
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def make_wordpiece() -> Tokenizer:
    """Return a WordPiece tokenizer without an unknown token, with a token before and after every text."""
    tokenizer = Tokenizer(models.WordPiece(WORDS, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing(("<|x|>", 3), ("<|x|>", 3))
    return tokenizer


def make_unigram() -> Tokenizer:
    """Return a Unigram tokenizer without an unknown token."""
    pieces = [*"onetw+ ", "one", "two"]
    tokenizer = Tokenizer(models.Unigram([(piece, -float(len(pieces) - len(piece))) for piece in pieces]))
    tokenizer.normalizer = normalizers.Lowercase()
    return tokenizer


@pytest.mark.parametrize("make", [make_wordlevel, make_wordpiece, make_unigram])
def test_covered_text_is_encoded_and_the_rest_is_named(make: object) -> None:
    """With the place of the text in a batch, and its word or character as written."""
    assert callable(make)
    tokenizer = small.load(make(), config={})
    encoder = ReferenceEncoder(tokenizer.reference)
    expected = tokenizer.reference.encode("one + two", add_special_tokens=False).ids
    assert not tokenizer.has_unknown_token
    assert expected == encoder.encode(pa.array(["one + two", None])).ids.tolist()

    with pytest.raises(TextNotInVocabulary, match="lacks") as refused:
        encoder.encode(pa.array([*["two one"] * 3_000, "one Zebra zoo", "zoo"]))
    assert 3_000 == refused.value.place
    assert ("Z" if make is make_unigram else "Zebra") == refused.value.piece
    with pytest.raises(TextNotInVocabulary):
        tokenizer.encode_with_offsets("Zebra", add_special_tokens=True)


def test_the_template_is_learned_from_words_of_the_vocabulary() -> None:
    """No other text can be encoded."""
    template = small.load(make_wordpiece(), config={}).template
    assert ((3,), (3,)) == (template.prefix, template.suffix)


def test_the_reference_encodes_and_the_row_is_named() -> None:
    """The trial of a fast engine would end at the first unknown probe text."""
    tokenizer = small.load(make_wordlevel(), config={})
    choice = choose_encoder(tokenizer, pa.array(["one two"]))
    assert isinstance(choice.encoder, ReferenceEncoder)
    with pytest.raises(TextNotInVocabulary) as refused:
        choice.encoder.encode(pa.array(["one", "six"]))
    located = refused.value.locate("train", 7)
    assert located.detail.startswith("Row 7 of split “train”, counted from 0: the text has “six”")
    assert "unknown_text" == located.code

"""Tokens as text: no letter of a vocabulary is shown for a byte."""

from fakes.tokenizers import load, train_byte_level, train_sentencepiece
from mistudio.services.tokenizations.token_views import TOKENS_SHOWN, show_tokens, token_text


def test_bytes_of_one_character_are_written_as_bytes() -> None:
    """A character of several tokens is not repeated, and its bytes are not shown as the letters of byte-level BPE."""
    spans, note = show_tokens(load(train_byte_level()), "a ⟁ b")

    assert "a ⟁ b".encode() == b"".join(_bytes(span.text) for span in spans)
    assert note is None
    assert not {"⟁", "â", "Ġ"} & {letter for span in spans for letter in span.text}


def test_a_whole_character_is_written_as_it_is() -> None:
    """One token for one character, or for many, shows them."""
    tokenizer = load(train_byte_level())

    assert "The quick" == "".join(span.text for span in show_tokens(tokenizer, "The quick")[0])
    assert " " == token_text(tokenizer, tokenizer.reference.token_to_id("Ġ") or 0)


def test_a_vocabulary_that_names_its_bytes_keeps_its_names() -> None:
    """SentencePiece has tokens like <0xE2>, which say what they are."""
    tokenizer = load(train_sentencepiece())

    assert "<0xE2>" == token_text(tokenizer, tokenizer.reference.token_to_id("<0xE2>") or 0)


def test_only_the_first_tokens_of_a_long_text_are_shown() -> None:
    """Their spans are those of the whole text, and a note says that there are more."""
    tokenizer = load(train_byte_level())
    text = "日本🙂 " * 40_000
    spans, note = show_tokens(tokenizer, text)
    assert (TOKENS_SHOWN, "The first 10,000 tokens are shown.") == (len(spans), note)
    whole = tokenizer.encode_with_offsets(text, add_special_tokens=False)
    assert [span.id for span in spans] == list(whole.ids[:TOKENS_SHOWN])


def _bytes(text: str) -> bytes:
    return text.encode().decode("unicode_escape").encode("latin-1") if text.startswith("\\x") else text.encode()

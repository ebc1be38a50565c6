"""Framing chooses the special tokens and the length of rows, and notes why."""

from dataclasses import replace

import pytest

from fakes.tokenizing import BOS, EOS, PAD, SEP, FakeSpecial, FakeTemplate, FakeTokenizer
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.spec import TokenizeSettings, choose_max_length, resolve_framing

SETTINGS = TokenizeSettings(tokenizer="fake")
PACKED = replace(SETTINGS, packing="concat")


@pytest.mark.parametrize(
    ("requested", "limit", "expected"),
    [
        (16, 512, (16, "Max length 16 (as requested).")),
        (None, 1_024, (1_024, "Max length 1,024 (the tokenizer's limit).")),
        (None, None, (1_024, "Max length 1,024 (the default; the tokenizer names no limit).")),
        (None, 131_072, (1_024, "Max length 1,024 (the default; the tokenizer allows 131,072).")),
        (None, 1, (1_024, "Max length 1,024 (the default; the tokenizer allows 1).")),
    ],
)
def test_the_max_length_has_a_reason(requested: int | None, limit: int | None, expected: tuple[int, str]) -> None:
    """It is the requested one, the tokenizer's limit if that is sensible, or the default."""
    assert expected == choose_max_length(replace(SETTINGS, max_length=requested), limit)


def test_packed_rows_note_their_tokens() -> None:
    """By role and id, or that there is none."""
    notes = resolve_framing(PACKED, FakeTokenizer()).notes
    assert f"Rows begin with BOS (id {BOS})." in notes
    assert f"Documents are separated by BOS (id {BOS})." in notes
    bare = FakeTokenizer(special=FakeSpecial(bos=None, eos=None))
    assert "Rows begin with no special token." in resolve_framing(PACKED, bare).notes
    assert "Documents are separated by no special token." in resolve_framing(PACKED, bare).notes


def test_padding_notes_its_token() -> None:
    """EOS pads without a padding token, and the note says whether a mask marks it."""
    padded = replace(SETTINGS, padding="max_length")
    assert (
        f"Rows are padded with the tokenizer's padding token (id {PAD})."
        in resolve_framing(padded, FakeTokenizer()).notes
    )
    without = FakeTokenizer(special=FakeSpecial(pad=None))
    begin = f"The tokenizer has no padding token: EOS (id {EOS}) pads, "
    assert f"{begin}and attention_mask masks it." in resolve_framing(padded, without).notes
    unmasked = replace(padded, return_attention_mask=False)
    assert f"{begin}and no mask marks it." in resolve_framing(unmasked, without).notes


def test_slots_take_ids_and_names() -> None:
    """An id that is not special is used as it is."""
    tokenizer = FakeTokenizer(special=FakeSpecial(sep=SEP))
    settings = replace(PACKED, begin_of_row_token=7, document_separator_token="sep", end_of_document_token="none")
    framing = resolve_framing(settings, tokenizer)
    assert (7, SEP, None) == (framing.begin_of_row, framing.separator, framing.end_of_document)
    assert 1 == len(framing.notes)


def test_room_is_what_the_frame_leaves() -> None:
    """Too little room names the smallest length that has some."""
    tokenizer = FakeTokenizer(template=FakeTemplate((BOS,), (EOS,)))
    assert 14 == resolve_framing(replace(SETTINGS, max_length=16), tokenizer).room
    with pytest.raises(ValidationFailed, match=r"leaves no room for text beside 2 special tokens\. Set at least 3"):
        resolve_framing(replace(SETTINGS, max_length=2), tokenizer)

"""Shows tokens as text: the characters that a token covers, or what its id decodes to if there is no text."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from mistudio.corpus.spec.framing import Framing, resolve_framing
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenizers.tokenizer import EncodedText, LoadedTokenizer
from mistudio.schemas.token_rows import TokenView
from mistudio.schemas.tokenizer import PreviewRequest, PreviewResponse, SpecialTokens, TokenSpan

# Nobody looks at more; the counts say how many there are.
TOKENS_SHOWN: Final = 10_000
_CHARACTERS_ENCODED: Final = 100_000
_CUT_MARGIN: Final = 1_000


def _letters_of_bytes() -> dict[str, int]:
    """Return the byte of each letter of a byte-level vocabulary, by the table of GPT-2."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + index): byte for index, byte in enumerate(others)}


_BYTES = _letters_of_bytes()


def token_text(tokenizer: LoadedTokenizer, token: int) -> str:
    """Return the text of one id; bytes that are only a part of a character are written like ``\\xe4``."""
    text = tokenizer.decode([token])
    if text and "\N{REPLACEMENT CHARACTER}" not in text:
        return text
    written = tokenizer.reference.id_to_token(token) or text
    if not all(letter in _BYTES for letter in written):
        return written
    return bytes(_BYTES[letter] for letter in written).decode(errors="backslashreplace")


def show_tokens(tokenizer: LoadedTokenizer, text: str) -> tuple[list[TokenSpan], str | None]:
    """Return the first tokens of ``text``, without added ones, and a note if there are more."""
    beginning = text[:_CHARACTERS_ENCODED]
    encoded = tokenizer.encode_with_offsets(beginning, add_special_tokens=False)
    count = min(len(encoded.ids), TOKENS_SHOWN)
    if len(beginning) < len(text):
        # The last tokens depend on the text that was cut off.
        count = min(count, sum(end <= _CHARACTERS_ENCODED - _CUT_MARGIN for _start, end in encoded.spans))
    note = f"The first {count:,} tokens are shown." if count < len(encoded.ids) else None
    return _data_spans(tokenizer, beginning, encoded, count), note


def _data_spans(tokenizer: LoadedTokenizer, text: str, encoded: EncodedText, count: int) -> list[TokenSpan]:
    special = set(tokenizer.special.all_ids)
    # The token after the last shown one may share a character with it.
    shared = _find_shared(encoded.spans[: count + 1])
    return [
        TokenSpan(
            id=number,
            text=token_text(tokenizer, number) if position in shared else text[start:end] or written,
            kind="special" if number in special else "data",
            start=start,
            end=end,
        )
        for position, (number, written, (start, end)) in enumerate(
            zip(encoded.ids[:count], encoded.tokens[:count], encoded.spans[:count], strict=True)
        )
    ]


def _find_shared(spans: Iterable[tuple[int, int]]) -> set[int]:
    """Return the positions of tokens that share a character with a neighbour: each has some of its bytes."""
    overlapping = [after[0] < before[1] for before, after in pairwise(spans)]
    return {position for index, shares in enumerate(overlapping) if shares for position in (index, index + 1)}


def make_preview(tokenizer: LoadedTokenizer, request: PreviewRequest) -> PreviewResponse:
    """Return one text as an unpacked row by the settings of ``request``. Raises ValidationFailed.

    At most TOKENS_SHOWN tokens of the row are listed; all are counted.
    """
    settings = TokenizeSettings(**request.model_dump(exclude={"access_token", "text"}))
    frame = resolve_framing(settings, tokenizer)
    encoded = tokenizer.encode_with_offsets(request.text, add_special_tokens=False)
    count = len(encoded.ids)
    kept = min(count, frame.room) if request.truncation else count
    length = len(frame.prefix) + kept + len(frame.suffix)
    is_padded = frame.pad is not None and request.padding == "max_length"
    padding = max(frame.max_length - length, 0) if is_padded else 0
    special = set(tokenizer.special.all_ids)
    return PreviewResponse(
        tokenizer=tokenizer.repo,
        revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        vocab_size=tokenizer.vocab_size,
        max_length=frame.max_length,
        model_max_length=tokenizer.model_max_length,
        special=SpecialTokens.model_validate(tokenizer.special),
        tokens=_show_row(tokenizer, request.text, encoded, frame, kept=kept, padding=padding),
        token_count=length + padding,
        special_count=length - kept + sum(number in special for number in encoded.ids[:kept]),
        padding_count=padding,
        count=count,
        truncated=count - kept,
        notes=[*frame.warnings, *frame.notes],
    )


def _show_row(
    tokenizer: LoadedTokenizer, text: str, encoded: EncodedText, frame: Framing, *, kept: int, padding: int
) -> list[TokenSpan]:
    """Return the first TOKENS_SHOWN tokens of the row; no more are made."""
    end = len(text)
    row = [
        *_added_spans(tokenizer, frame.prefix[:TOKENS_SHOWN], at=0),
        *_data_spans(tokenizer, text, encoded, min(kept, TOKENS_SHOWN)),
        *_added_spans(tokenizer, frame.suffix[:TOKENS_SHOWN], at=end),
    ][:TOKENS_SHOWN]
    if frame.pad is not None and padding:
        filling = _added_spans(tokenizer, [frame.pad], at=end, padding=True)
        row.extend(filling * min(padding, TOKENS_SHOWN - len(row)))
    return row


def _added_spans(tokenizer: LoadedTokenizer, ids: Iterable[int], *, at: int, padding: bool = False) -> list[TokenSpan]:
    """Return tokens that cover no character of the text."""
    return [
        TokenSpan(
            id=number, text=token_text(tokenizer, number), kind="padding" if padding else "special", start=at, end=at
        )
        for number in ids
    ]


def token_views(tokenizer: LoadedTokenizer, ids: Iterable[int], *, kinds: Iterable[str]) -> list[TokenView]:
    """Return the tokens of a written row, each with its kind."""
    seen: dict[int, str] = {}
    views = []
    for number, kind in zip(ids, kinds, strict=True):
        if number not in seen:
            seen[number] = token_text(tokenizer, number)
        views.append(TokenView.model_validate({"id": number, "text": seen[number], "kind": kind}))
    return views

"""Shows tokens as text: the characters that a token covers, or what its id decodes to if there is no text."""

from collections.abc import Iterable
from itertools import pairwise

from mistudio.corpus.spec.framing import resolve_framing
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenizers.tokenizer import EncodedText, LoadedTokenizer
from mistudio.schemas.token_rows import TokenView
from mistudio.schemas.tokenizer import PreviewRequest, PreviewResponse, SpecialTokens, TokenSpan


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


def token_spans(tokenizer: LoadedTokenizer, text: str) -> list[TokenSpan]:
    """Return the tokens of ``text``, without added ones, each with the characters that it covers."""
    return _data_spans(tokenizer, text, tokenizer.encode_with_offsets(text, add_special_tokens=False))


def _data_spans(tokenizer: LoadedTokenizer, text: str, encoded: EncodedText) -> list[TokenSpan]:
    special = set(tokenizer.special.all_ids)
    shared = _find_shared(encoded.spans)
    return [
        TokenSpan(
            id=number,
            text=token_text(tokenizer, number) if position in shared else text[start:end] or written,
            kind="special" if number in special else "data",
            start=start,
            end=end,
        )
        for position, (number, written, (start, end)) in enumerate(
            zip(encoded.ids, encoded.tokens, encoded.spans, strict=True)
        )
    ]


def _find_shared(spans: Iterable[tuple[int, int]]) -> set[int]:
    """Return the positions of tokens that share a character with a neighbour: each has some of its bytes."""
    overlapping = [after[0] < before[1] for before, after in pairwise(spans)]
    return {position for index, shares in enumerate(overlapping) if shares for position in (index, index + 1)}


def make_preview(tokenizer: LoadedTokenizer, request: PreviewRequest) -> PreviewResponse:
    """Return one text as an unpacked row by the settings of ``request``. Raises ValidationFailed."""
    settings = TokenizeSettings(**request.model_dump(exclude={"access_token", "text"}))
    frame = resolve_framing(settings, tokenizer)
    data = token_spans(tokenizer, request.text)
    kept = data[: frame.room] if request.truncation else data
    end = len(request.text)
    row = [*_added_spans(tokenizer, frame.prefix, at=0), *kept, *_added_spans(tokenizer, frame.suffix, at=end)]
    if frame.pad is not None and request.padding == "max_length":
        filling = [frame.pad] * max(frame.max_length - len(row), 0)
        row.extend(_added_spans(tokenizer, filling, at=end, padding=True))
    return PreviewResponse(
        tokenizer=tokenizer.repo,
        revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        vocab_size=tokenizer.vocab_size,
        max_length=frame.max_length,
        model_max_length=tokenizer.model_max_length,
        special=SpecialTokens.model_validate(tokenizer.special),
        tokens=row,
        count=len(data),
        truncated=len(data) - len(kept),
        notes=[*frame.warnings, *frame.notes],
    )


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

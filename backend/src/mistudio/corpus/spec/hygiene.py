"""Check and resolve what keeps rows clean: short documents, a limit of tokens, windows, and the start of rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mistudio.core.errors import FieldError, ValidationFailed
from mistudio.corpus.spec.settings import EXTRA_COLUMNS, TokenizerFacts, TokenizeSettings

if TYPE_CHECKING:
    from mistudio.corpus.spec.framing import Framing


def check_hygiene(settings: TokenizeSettings) -> list[FieldError]:
    """Return the invalid fields among those of this module."""
    found = []
    if settings.min_tokens < 0:
        found.append(FieldError("min_tokens", "min_tokens must not be negative."))
    if settings.max_tokens is not None and settings.max_tokens < 1:
        found.append(FieldError("max_tokens", "max_tokens must be at least 1. Leave it empty for all tokens."))
    if settings.stride is not None and settings.stride < 1:
        found.append(FieldError("stride", "stride must be at least 1."))
    if settings.stride is not None and not settings.is_windowed:
        found.append(FieldError("stride", "stride needs packing “windows”. Choose that, or leave stride empty."))
    if unknown := [name for name in settings.extra_columns if name not in EXTRA_COLUMNS]:
        message = f"There is no extra column “{unknown[0]}”. Columns: {', '.join(EXTRA_COLUMNS)}."
        found.append(FieldError("extra_columns", message))
    return found


def choose_stride(settings: TokenizeSettings, frame: "Framing") -> "Framing":
    """Return ``frame`` with the stride of its windows, and a note on it. Raises ValidationFailed if it is too long."""
    stride = frame.room if settings.stride is None else settings.stride
    if stride > frame.room:
        message = f"stride {stride:,} would skip tokens: a window has room for {frame.room:,}. Set at most that."
        raise ValidationFailed(message, fields=[FieldError("stride", message)])
    note = f"Windows of up to {frame.room:,} tokens begin every {stride:,} tokens of a document."
    return replace(frame, stride=stride, notes=(*frame.notes, note))


def warn_of_row_start(
    settings: TokenizeSettings, tokenizer: TokenizerFacts, prefix: Sequence[int], begin: int | None
) -> tuple[str, ...]:
    """Return a sentence if rows begin otherwise than the texts that the tokenizer's own configuration makes."""
    bos = tokenizer.special.bos
    if bos is None or settings.apply_chat_template:
        return ()
    expects_bos = tuple(tokenizer.template.prefix[:1]) == (bos,)
    has_bos = bos in (begin, *prefix[:1])
    seen = _show(tokenizer.template.prefix)
    if expects_bos and not has_bos:
        message = f"Rows do not begin with BOS (id {bos}), which this tokenizer puts before every text for its model."
        return (f"{message} A row is [{_show(prefix)}], the model saw [{seen}].",)
    # A token that also ends texts precedes every text but the first in the data that the model saw.
    if has_bos and not expects_bos and bos != tokenizer.special.eos:
        message = (
            f"Rows begin with BOS (id {bos}), which this tokenizer puts before no text: the model may not expect it."
        )
        return (f"{message} A row is [{_show([bos])}], the model saw [{seen}].",)
    return ()


def _show(prefix: Sequence[int]) -> str:
    """Return an example of a row's start: its special tokens, then text."""
    return ", ".join([*map(str, prefix), "text …"])

"""Resolve the settings with one tokenizer: the special tokens around a text in its row, and the length of a row."""

from dataclasses import dataclass
from typing import Final, cast

from mistudio.core.errors import FieldError, ValidationFailed
from mistudio.corpus.spec.hygiene import check_hygiene, choose_stride, warn_of_row_start
from mistudio.corpus.spec.settings import SLOTS, Slot, SpecialTokenFacts, TokenizerFacts, TokenizeSettings

DEFAULT_MAX_LENGTH: Final = 1_024
LONGEST_DEFAULT: Final = 8_192


@dataclass(frozen=True, kw_only=True)
class Framing:
    """The settings resolved with one tokenizer.

    ``prefix`` and ``suffix`` surround each document and include the end-of-document token. A packed row begins with
    ``begin_of_row``, unless it begins with a document whose prefix starts with that token. ``separator`` stands between
    two documents of a packed row. ``stride`` is None without windows, ``pad`` without padding. ``notes`` are sentences
    that explain the choices, ``warnings`` sentences on ids that differ from AutoTokenizer's or from what the model saw.
    """

    max_length: int
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    begin_of_row: int | None
    separator: int | None
    end_of_document: int | None
    pad: int | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    stride: int | None = None

    @property
    def room(self) -> int:
        """Tokens of a document that fit into an unpacked row."""
        return self.max_length - len(self.prefix) - len(self.suffix)


def resolve_framing(settings: TokenizeSettings, tokenizer: TokenizerFacts) -> Framing:
    """Resolve ``settings`` with ``tokenizer``. Raises ValidationFailed, which names every invalid field."""
    if problems := _find_problems(settings, tokenizer):
        raise ValidationFailed(problems[0].message, fields=problems)
    slots, notes = _resolve_slots(settings, tokenizer.special)
    max_length, why = choose_max_length(settings, tokenizer.model_max_length)
    prefix, suffix = _surround_document(settings, tokenizer, slots)
    pad, pad_note = _choose_pad(settings, tokenizer.special)
    frame = Framing(
        max_length=max_length,
        prefix=prefix,
        suffix=suffix,
        begin_of_row=slots.begin if settings.is_packed else None,
        separator=slots.separator,
        end_of_document=slots.end,
        pad=pad,
        notes=(why, *_warn_of_length(max_length, tokenizer), *notes, *pad_note, *tokenizer.notes),
        warnings=(*warn_of_row_start(settings, tokenizer, prefix, slots.begin), *tokenizer.warnings),
    )
    _require_room(settings, frame)
    return choose_stride(settings, frame) if settings.is_windowed else frame


def _find_problems(settings: TokenizeSettings, tokenizer: TokenizerFacts) -> list[FieldError]:
    found = [*_check_numbers(settings), *check_hygiene(settings)]
    if settings.is_packed and settings.padding != "do_not_pad":
        found.append(FieldError("padding", "Packed rows are all full. Choose “do_not_pad”, or packing “off”."))
    found += [problem for name in SLOTS if (problem := _check_slot(name, settings, tokenizer))]
    if settings.apply_chat_template and tokenizer.chat_template is None:
        found.append(
            FieldError("apply_chat_template", "This tokenizer has no chat template. Turn the chat template off.")
        )
    if settings.padding != "do_not_pad" and tokenizer.special.pad is None and tokenizer.special.eos is None:
        message = "This tokenizer has neither a padding token nor an EOS token to pad with. Choose “do_not_pad”."
        found.append(FieldError("padding", message))
    return found


def _check_numbers(settings: TokenizeSettings) -> list[FieldError]:
    found = []
    if settings.max_length is not None and settings.max_length < 2:
        found.append(FieldError("max_length", "max_length must be at least 2."))
    if not 0.0 <= settings.heldout_fraction < 1.0:
        found.append(FieldError("heldout_fraction", "heldout_fraction must be at least 0 and less than 1."))
    if settings.shuffle_seed is not None and settings.shuffle_seed < 0:
        found.append(FieldError("shuffle_seed", "shuffle_seed must not be negative."))
    return found


def _check_slot(name: str, settings: TokenizeSettings, tokenizer: TokenizerFacts) -> FieldError | None:
    wanted = cast("Slot", getattr(settings, name))
    if isinstance(wanted, int):
        if 0 <= wanted < tokenizer.vocab_size:
            return None
        return FieldError(
            name, f"{wanted} is outside the vocabulary. Choose an id from 0 to {tokenizer.vocab_size - 1}."
        )
    if wanted in ("auto", "none") or _get_role(wanted, tokenizer.special) is not None:
        return None
    return FieldError(name, f"This tokenizer has no {wanted.upper()} token. Choose another one, an id, or “none”.")


@dataclass(frozen=True)
class _TokenSlots:
    begin: int | None
    separator: int | None
    end: int | None


def _resolve_slots(settings: TokenizeSettings, special: SpecialTokenFacts) -> tuple[_TokenSlots, list[str]]:
    """Return the ids of the three slots and notes on them.

    In unpacked rows ``auto`` adds nothing, because the tokenizer itself surrounds each document.
    """
    end = _resolve_slot(settings.end_of_document_token, None, special)
    if not settings.is_packed:
        return _TokenSlots(_resolve_slot(settings.begin_of_row_token, None, special), None, end), []
    default = special.bos if special.bos is not None else special.eos
    begin = _resolve_slot(settings.begin_of_row_token, special.bos, special)
    # An end-of-document token already separates documents; a separator with the same id would double it.
    separator = _resolve_slot(settings.document_separator_token, None if default == end else default, special)
    notes = []
    if settings.begin_of_row_token == "auto":
        notes.append(f"Rows begin with {_describe_token(begin, special)}.")
    if settings.document_separator_token == "auto":
        notes.append(f"Documents are separated by {_describe_token(separator, special)}.")
    return _TokenSlots(begin, separator, end), notes


def _resolve_slot(wanted: Slot, auto: int | None, special: SpecialTokenFacts) -> int | None:
    if isinstance(wanted, int):
        return wanted
    return auto if wanted == "auto" else _get_role(wanted, special)


def _get_role(name: str, special: SpecialTokenFacts) -> int | None:
    return {"bos": special.bos, "eos": special.eos, "sep": special.sep}.get(name)


def _describe_token(token: int | None, special: SpecialTokenFacts) -> str:
    if token is None:
        return "no special token"
    names = [name for name in ("bos", "eos", "sep") if _get_role(name, special) == token]
    return f"{names[0].upper()} (id {token})" if names else f"id {token}"


def _surround_document(
    settings: TokenizeSettings, tokenizer: TokenizerFacts, slots: _TokenSlots
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return prefix and suffix of a document: the tokenizer's own, and the slots that they do not contain yet."""
    has_template = settings.add_special_tokens and not settings.apply_chat_template
    prefix = tuple(tokenizer.template.prefix) if has_template else ()
    suffix = tuple(tokenizer.template.suffix) if has_template else ()
    if slots.end is not None and suffix[-1:] != (slots.end,):
        suffix = (*suffix, slots.end)
    if not settings.is_packed and slots.begin is not None and prefix[:1] != (slots.begin,):
        prefix = (slots.begin, *prefix)
    return prefix, suffix


def choose_max_length(settings: TokenizeSettings, model_limit: int | None) -> tuple[int, str]:
    """Return the tokens per row and a sentence that explains it; ``model_limit`` is None if it is not known."""
    if settings.max_length is not None:
        return settings.max_length, f"Max length {settings.max_length:,} (as requested)."
    if model_limit is not None and 2 <= model_limit <= LONGEST_DEFAULT:
        return model_limit, f"Max length {model_limit:,} (the tokenizer's limit)."
    reason = "names no limit" if model_limit is None else f"allows {model_limit:,}"
    return DEFAULT_MAX_LENGTH, f"Max length {DEFAULT_MAX_LENGTH:,} (the default; the tokenizer {reason})."


def _warn_of_length(max_length: int, tokenizer: TokenizerFacts) -> tuple[str, ...]:
    limit = tokenizer.model_max_length
    if limit is None or max_length <= limit:
        return ()
    return (f"Max length {max_length:,} exceeds the model's limit of {limit:,} tokens.",)


def _choose_pad(settings: TokenizeSettings, special: SpecialTokenFacts) -> tuple[int | None, tuple[str, ...]]:
    """Return the id that pads, None without padding, and a note on it."""
    if settings.padding == "do_not_pad":
        return None, ()
    if special.pad is not None:
        return special.pad, (f"Rows are padded with the tokenizer's padding token (id {special.pad}).",)
    masked = "and attention_mask masks it" if settings.return_attention_mask else "and no mask marks it"
    return special.eos, (f"The tokenizer has no padding token: EOS (id {special.eos}) pads, {masked}.",)


def _require_room(settings: TokenizeSettings, frame: Framing) -> None:
    needed = len(frame.prefix) + len(frame.suffix)
    if (settings.is_windowed or settings.is_truncated) and frame.room < 1:
        message = (
            f"max_length {frame.max_length} leaves no room for text beside {needed} special tokens. "
            f"Set at least {needed + 1}."
        )
        raise ValidationFailed(message, fields=[FieldError("max_length", message)])

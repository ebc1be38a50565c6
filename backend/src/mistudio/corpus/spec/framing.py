"""What stands around a text in its row, and how long the row is: what the settings come to with one tokenizer."""

from dataclasses import dataclass
from typing import Final, cast

from mistudio.core.errors import FieldError, ValidationFailed
from mistudio.corpus.spec.settings import SLOTS, Slot, SpecialTokens, TokenizerFacts, TokenizeSettings

DEFAULT_MAX_LENGTH: Final = 1_024
LONGEST_DEFAULT: Final = 8_192


@dataclass(frozen=True, kw_only=True)
class Framing:
    """What the settings come to with one tokenizer.

    ``prefix`` and ``suffix`` stand around each document, the end-of-document token included. ``begin_of_row`` is put
    where a packed row begins, unless a document begins there whose prefix starts with it; ``separator`` between two
    documents of a packed row. ``pad`` is None where nothing is padded. ``notes`` say, as sentences, what was chosen.
    """

    max_length: int
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    begin_of_row: int | None
    separator: int | None
    end_of_document: int | None
    pad: int | None
    notes: tuple[str, ...]

    @property
    def room(self) -> int:
        """Tokens of a document that fit into an unpacked row."""
        return self.max_length - len(self.prefix) - len(self.suffix)


def resolve_framing(settings: TokenizeSettings, tokenizer: TokenizerFacts) -> Framing:
    """What ``settings`` come to. Raises ValidationFailed, which names every field at fault."""
    if problems := _problems(settings, tokenizer):
        raise ValidationFailed(problems[0].message, fields=problems)
    slots, notes = _slots(settings, tokenizer.special)
    max_length, why = chosen_max_length(settings, tokenizer.model_max_length)
    prefix, suffix = _around(settings, tokenizer, slots)
    pad, pad_note = _chosen_pad(settings, tokenizer.special)
    frame = Framing(
        max_length=max_length,
        prefix=prefix,
        suffix=suffix,
        begin_of_row=slots.begin if settings.is_packed else None,
        separator=slots.separator,
        end_of_document=slots.end,
        pad=pad,
        notes=(why, *notes, *pad_note),
    )
    _require_room(settings, frame)
    return frame


def _problems(settings: TokenizeSettings, tokenizer: TokenizerFacts) -> list[FieldError]:
    found = _problems_of_numbers(settings)
    if settings.is_packed and settings.padding != "do_not_pad":
        found.append(FieldError("padding", "Packed rows are all full: choose “do_not_pad”, or packing “off”."))
    found += [problem for name in SLOTS if (problem := _slot_problem(name, settings, tokenizer))]
    if settings.apply_chat_template and tokenizer.chat_template is None:
        found.append(FieldError("apply_chat_template", "This tokenizer has no chat template: switch it off."))
    if settings.padding != "do_not_pad" and tokenizer.special.pad is None and tokenizer.special.eos is None:
        message = "This tokenizer has neither a padding token nor an EOS token to pad with: choose “do_not_pad”."
        found.append(FieldError("padding", message))
    return found


def _problems_of_numbers(settings: TokenizeSettings) -> list[FieldError]:
    found = []
    if settings.max_length is not None and settings.max_length < 2:
        found.append(FieldError("max_length", "max_length must be at least 2."))
    if not 0.0 <= settings.heldout_fraction < 1.0:
        found.append(FieldError("heldout_fraction", "heldout_fraction must be at least 0 and less than 1."))
    if settings.shuffle_seed is not None and settings.shuffle_seed < 0:
        found.append(FieldError("shuffle_seed", "shuffle_seed must not be negative."))
    return found


def _slot_problem(name: str, settings: TokenizeSettings, tokenizer: TokenizerFacts) -> FieldError | None:
    wanted = cast("Slot", getattr(settings, name))
    if isinstance(wanted, int):
        if 0 <= wanted < tokenizer.vocab_size:
            return None
        return FieldError(
            name, f"{wanted} is outside the vocabulary, whose ids go from 0 to {tokenizer.vocab_size - 1}."
        )
    if wanted in ("auto", "none") or _named(wanted, tokenizer.special) is not None:
        return None
    return FieldError(name, f"This tokenizer has no {wanted.upper()} token: choose another one, an id, or “none”.")


@dataclass(frozen=True)
class _TokenSlots:
    begin: int | None
    separator: int | None
    end: int | None


def _slots(settings: TokenizeSettings, special: SpecialTokens) -> tuple[_TokenSlots, list[str]]:
    """The ids of the three slots; ``auto`` adds nothing to rows of one document each, which the tokenizer frames."""
    end = _slot(settings.end_of_document_token, None, special)
    if not settings.is_packed:
        return _TokenSlots(_slot(settings.begin_of_row_token, None, special), None, end), []
    default = special.bos if special.bos is not None else special.eos
    begin = _slot(settings.begin_of_row_token, special.bos, special)
    # An end-of-document token separates already; the same one twice would be a mistake.
    separator = _slot(settings.document_separator_token, None if default == end else default, special)
    notes = []
    if settings.begin_of_row_token == "auto":
        notes.append(f"A row begins with {_shown(begin, special)}.")
    if settings.document_separator_token == "auto":
        notes.append(f"Between documents stands {_shown(separator, special)}.")
    return _TokenSlots(begin, separator, end), notes


def _slot(wanted: Slot, auto: int | None, special: SpecialTokens) -> int | None:
    if isinstance(wanted, int):
        return wanted
    return auto if wanted == "auto" else _named(wanted, special)


def _named(name: str, special: SpecialTokens) -> int | None:
    return {"bos": special.bos, "eos": special.eos, "sep": special.sep}.get(name)


def _shown(token: int | None, special: SpecialTokens) -> str:
    if token is None:
        return "nothing of its own"
    names = [name for name in ("bos", "eos", "sep") if _named(name, special) == token]
    return f"{names[0].upper()} (id {token})" if names else f"id {token}"


def _around(
    settings: TokenizeSettings, tokenizer: TokenizerFacts, slots: _TokenSlots
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Prefix and suffix of a document: the tokenizer's own, and those of the slots that are not among them."""
    is_framed = settings.add_special_tokens and not settings.apply_chat_template
    prefix = tuple(tokenizer.template.prefix) if is_framed else ()
    suffix = tuple(tokenizer.template.suffix) if is_framed else ()
    if slots.end is not None and suffix[-1:] != (slots.end,):
        suffix = (*suffix, slots.end)
    if not settings.is_packed and slots.begin is not None and prefix[:1] != (slots.begin,):
        prefix = (slots.begin, *prefix)
    return prefix, suffix


def chosen_max_length(settings: TokenizeSettings, models: int | None) -> tuple[int, str]:
    """Tokens of a row, where the model takes ``models`` (None: not known), and the sentence that says why."""
    if settings.max_length is not None:
        return settings.max_length, f"max_length {settings.max_length:,} was asked for."
    if models is not None and 2 <= models <= LONGEST_DEFAULT:
        return models, f"max_length {models:,} is what the model takes."
    reason = "not known" if models is None else f"{models:,}"
    return DEFAULT_MAX_LENGTH, f"max_length {DEFAULT_MAX_LENGTH:,} is the default (what the model takes is {reason})."


def _chosen_pad(settings: TokenizeSettings, special: SpecialTokens) -> tuple[int | None, tuple[str, ...]]:
    """The id that pads, None where nothing does, and the sentence that says which it is."""
    if settings.padding == "do_not_pad":
        return None, ()
    if special.pad is not None:
        return special.pad, (f"Rows are padded with the tokenizer's padding token (id {special.pad}).",)
    masked = "masked out in attention_mask" if settings.return_attention_mask else "not told apart without a mask"
    return special.eos, (f"The tokenizer has no padding token: EOS (id {special.eos}) pads, {masked}.",)


def _require_room(settings: TokenizeSettings, frame: Framing) -> None:
    needed = len(frame.prefix) + len(frame.suffix)
    if not settings.is_packed and settings.truncation and frame.room < 1:
        message = f"max_length {frame.max_length} leaves no room for text beside {needed} special tokens."
        raise ValidationFailed(message, fields=[FieldError("max_length", message)])

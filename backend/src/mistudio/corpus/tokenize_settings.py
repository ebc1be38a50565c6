"""How a dataset is to be tokenized: what a user may ask, and what it comes to with a given tokenizer.

Nothing is left to be guessed later: ``resolve`` turns every ``auto`` and every default into ids and figures, says why,
and refuses what cannot work before anything is started.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol, TypeAlias, cast

from mistudio.core.errors import FieldError, UnknownSplit, ValidationFailed
from mistudio.core.records import as_json
from mistudio.corpus.columns import choose_text_column
from mistudio.corpus.manifest import Manifest

Padding: TypeAlias = Literal["max_length", "longest", "do_not_pad"]
Packing: TypeAlias = Literal["off", "concat"]
Verify: TypeAlias = Literal["sample", "full"]
Slot: TypeAlias = Literal["auto", "none", "bos", "eos", "sep"] | int

DEFAULT_MAX_LENGTH: Final = 1_024
LONGEST_DEFAULT: Final = 8_192
HELD_OUT: Final = "heldout"
_SLOTS: Final = ("begin_of_row_token", "document_separator_token", "end_of_document_token")


@dataclass(frozen=True, kw_only=True)
class TokenizeSettings:
    """What is asked for; the fields and defaults of the API's request, without the access token, which is never kept.

    ``max_length`` in tokens of a row, special ones included. The three slots take ``auto``, ``none``, the name of a
    special token, or an id.
    """

    tokenizer: str
    revision: str | None = None
    splits: tuple[str, ...] | None = None
    text_column: str | None = None
    max_length: int | None = None
    truncation: bool = True
    padding: Padding = "do_not_pad"
    packing: Packing = "off"
    begin_of_row_token: Slot = "auto"
    document_separator_token: Slot = "auto"
    end_of_document_token: Slot = "none"
    keep_last_partial: bool = False
    add_special_tokens: bool = True
    return_attention_mask: bool = True
    shuffle_seed: int | None = None
    heldout_fraction: float = 0.0
    apply_chat_template: bool = False
    verify: Verify = "sample"

    @property
    def is_packed(self) -> bool:
        """Whether documents are joined and cut into rows of equal length."""
        return self.packing == "concat"


class SpecialTokens(Protocol):
    """The ids of a tokenizer's special tokens, None where it has none."""

    @property
    def bos(self) -> int | None: ...  # noqa: D102 (the class says it)
    @property
    def eos(self) -> int | None: ...  # noqa: D102
    @property
    def pad(self) -> int | None: ...  # noqa: D102
    @property
    def sep(self) -> int | None: ...  # noqa: D102
    @property
    def all_ids(self) -> Sequence[int]:
        """Every special token's id, of whatever role."""
        ...


class Template(Protocol):
    """What the tokenizer puts around a text when it adds special tokens."""

    @property
    def prefix(self) -> Sequence[int]: ...  # noqa: D102 (the class says it)
    @property
    def suffix(self) -> Sequence[int]: ...  # noqa: D102


class TokenizerFacts(Protocol):
    """What must be known of a tokenizer to plan with it; a loaded tokenizer offers it."""

    @property
    def repo(self) -> str | None: ...  # noqa: D102 (the names say it)
    @property
    def commit(self) -> str | None: ...  # noqa: D102
    @property
    def fingerprint(self) -> str:
        """The hash over its canonical definition: equal fingerprints give equal ids."""
        ...

    @property
    def vocab_size(self) -> int:
        """One more than the highest id, added tokens included."""
        ...

    @property
    def model_max_length(self) -> int | None:
        """Tokens that the model takes, None where that is not known."""
        ...

    @property
    def special(self) -> SpecialTokens: ...  # noqa: D102
    @property
    def template(self) -> Template: ...  # noqa: D102
    @property
    def chat_template(self) -> str | None:
        """The Jinja template for conversations, None where there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """What the settings come to with one tokenizer and one dataset.

    ``prefix`` and ``suffix`` stand around each document, the end-of-document token included. ``begin_of_row`` is put
    where a packed row begins, unless a document begins there whose prefix starts with it; ``separator`` between two
    documents of a packed row. ``pad`` is None where nothing is padded. ``notes`` say, as sentences, what was chosen.
    """

    splits: tuple[str, ...]
    text_column: str
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


def resolve(settings: TokenizeSettings, tokenizer: TokenizerFacts, *, dataset: Manifest) -> Resolved:
    """What ``settings`` come to.

    Raises ValidationFailed, which names every field at fault, UnknownSplit and UnknownColumn with the choices.
    """
    problems = _problems(settings, tokenizer)
    if problems:
        raise ValidationFailed(problems[0].message, fields=problems)
    slots, notes = _slots(settings, tokenizer.special)
    max_length, why = chosen_max_length(settings, tokenizer.model_max_length)
    is_framed = settings.add_special_tokens and not settings.apply_chat_template
    prefix = tuple(tokenizer.template.prefix) if is_framed else ()
    suffix = tuple(tokenizer.template.suffix) if is_framed else ()
    if slots.end is not None and suffix[-1:] != (slots.end,):
        suffix = (*suffix, slots.end)
    if not settings.is_packed and slots.begin is not None and prefix[:1] != (slots.begin,):
        prefix = (slots.begin, *prefix)
    pad, pad_note = chosen_pad(settings, tokenizer.special)
    resolved = Resolved(
        splits=_splits(settings, dataset),
        text_column=_text_column(settings, dataset),
        max_length=max_length,
        prefix=prefix,
        suffix=suffix,
        begin_of_row=slots.begin if settings.is_packed else None,
        separator=slots.separator,
        end_of_document=slots.end,
        pad=pad,
        notes=(why, *notes, *pad_note),
    )
    _require_room(settings, resolved)
    return resolved


def settings_hash(settings: TokenizeSettings, resolved: Resolved, *, fingerprint: str, dataset_hash: str) -> str:
    """What says that two tokenizations are the same: hexadecimal, equal for whatever comes to the same rows.

    ``dataset_hash`` is that of the dataset's manifest, ``fingerprint`` the tokenizer's: its name and revision do not
    count, and an explicit value counts as the default that it equals.
    """
    asked = replace(settings, tokenizer="", revision=None, splits=resolved.splits, text_column=resolved.text_column)
    slots = dict.fromkeys(_SLOTS)
    content = {
        **as_json(asked),
        **slots,
        **as_json(resolved),
        "notes": None,
        "fingerprint": fingerprint,
        "dataset": dataset_hash,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _problems(settings: TokenizeSettings, tokenizer: TokenizerFacts) -> list[FieldError]:
    found = _problems_of_numbers(settings)
    if settings.is_packed and settings.padding != "do_not_pad":
        found.append(FieldError("padding", "Packed rows are all full: choose “do_not_pad”, or packing “off”."))
    found += [problem for name in _SLOTS if (problem := _slot_problem(name, settings, tokenizer))]
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
class _Slots:
    begin: int | None
    separator: int | None
    end: int | None


def _slots(settings: TokenizeSettings, special: SpecialTokens) -> tuple[_Slots, list[str]]:
    """The ids of the three slots; ``auto`` adds nothing to rows of one document each, which the tokenizer frames."""
    end = _slot(settings.end_of_document_token, None, special)
    if not settings.is_packed:
        return _Slots(_slot(settings.begin_of_row_token, None, special), None, end), []
    default = special.bos if special.bos is not None else special.eos
    begin = _slot(settings.begin_of_row_token, special.bos, special)
    # An end-of-document token separates already; the same one twice would be a mistake.
    separator = _slot(settings.document_separator_token, None if default == end else default, special)
    notes = []
    if settings.begin_of_row_token == "auto":
        notes.append(f"A row begins with {_shown(begin, special)}.")
    if settings.document_separator_token == "auto":
        notes.append(f"Between documents stands {_shown(separator, special)}.")
    return _Slots(begin, separator, end), notes


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


def chosen_max_length(settings: TokenizeSettings, models: int | None) -> tuple[int, str]:
    """Tokens of a row, where the model takes ``models`` (None: not known), and the sentence that says why."""
    if settings.max_length is not None:
        return settings.max_length, f"max_length {settings.max_length:,} was asked for."
    if models is not None and 2 <= models <= LONGEST_DEFAULT:
        return models, f"max_length {models:,} is what the model takes."
    reason = "not known" if models is None else f"{models:,}"
    return DEFAULT_MAX_LENGTH, f"max_length {DEFAULT_MAX_LENGTH:,} is the default (what the model takes is {reason})."


def chosen_pad(settings: TokenizeSettings, special: SpecialTokens) -> tuple[int | None, tuple[str, ...]]:
    """The id that pads, None where nothing does, and the sentence that says which it is."""
    if settings.padding == "do_not_pad":
        return None, ()
    if special.pad is not None:
        return special.pad, (f"Rows are padded with the tokenizer's padding token (id {special.pad}).",)
    masked = "masked out in attention_mask" if settings.return_attention_mask else "not told apart without a mask"
    return special.eos, (f"The tokenizer has no padding token: EOS (id {special.eos}) pads, {masked}.",)


def _splits(settings: TokenizeSettings, dataset: Manifest) -> tuple[str, ...]:
    names = tuple(split.name for split in dataset.splits)
    unknown = [name for name in settings.splits or () if name not in names]
    if unknown:
        raise UnknownSplit(
            f"There is no split “{unknown[0]}”. Splits: {', '.join(names)}.", extra={"choices": list(names)}
        )
    chosen = names if settings.splits is None else tuple(name for name in names if name in settings.splits)
    taken = [name for name in chosen if settings.heldout_fraction and f"{name}_{HELD_OUT}" in names]
    if not chosen or taken:
        message = f"A split is already called “{taken[0]}_{HELD_OUT}”." if taken else "Choose at least one split."
        raise ValidationFailed(message, fields=[FieldError("heldout_fraction" if taken else "splits", message)])
    return chosen


def _text_column(settings: TokenizeSettings, dataset: Manifest) -> str:
    name = settings.text_column
    if name is not None:
        name = choose_text_column(dataset.columns, requested=name).name
    name = name or dataset.text_column.name
    kind = next(column.kind for column in dataset.columns if column.name == name)
    if settings.apply_chat_template and kind != "conversation":
        message = f"Column “{name}” holds text, not conversations: switch the chat template off."
        raise ValidationFailed(message, fields=[FieldError("apply_chat_template", message)])
    return name


def _require_room(settings: TokenizeSettings, resolved: Resolved) -> None:
    needed = len(resolved.prefix) + len(resolved.suffix)
    if not settings.is_packed and settings.truncation and resolved.room < 1:
        message = f"max_length {resolved.max_length} leaves no room for text beside {needed} special tokens."
        raise ValidationFailed(message, fields=[FieldError("max_length", message)])

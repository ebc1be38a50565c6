"""What settings come to with one tokenizer and one dataset: nothing is left to be guessed later.

Every ``auto`` and every default becomes ids and figures, with the reason, and what cannot work is refused before
anything is started.
"""

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import Final

from mistudio.core.errors import FieldError, UnknownSplit, ValidationFailed
from mistudio.core.records import as_json
from mistudio.corpus.spec.framing import Framing, resolve_framing
from mistudio.corpus.spec.settings import SLOTS, TokenizerFacts, TokenizeSettings
from mistudio.corpus.store.columns import choose_text_column
from mistudio.corpus.store.manifest import Manifest

HELD_OUT: Final = "heldout"


@dataclass(frozen=True, kw_only=True)
class ResolvedSettings(Framing):
    """What the settings come to with one tokenizer and one dataset, whose ``splits`` and ``text_column`` are chosen."""

    splits: tuple[str, ...]
    text_column: str


def resolve(settings: TokenizeSettings, tokenizer: TokenizerFacts, *, dataset: Manifest) -> ResolvedSettings:
    """What ``settings`` come to.

    Raises ValidationFailed, which names every field at fault, UnknownSplit and UnknownColumn with the choices.
    """
    frame = resolve_framing(settings, tokenizer)
    chosen = {field.name: getattr(frame, field.name) for field in fields(frame)}
    return ResolvedSettings(splits=_splits(settings, dataset), text_column=_text_column(settings, dataset), **chosen)


def settings_hash(
    settings: TokenizeSettings, resolved: ResolvedSettings, *, fingerprint: str, dataset_hash: str
) -> str:
    """What says that two tokenizations are the same: hexadecimal, equal for whatever comes to the same rows.

    ``dataset_hash`` is that of the dataset's manifest, ``fingerprint`` the tokenizer's: its name and revision do not
    count, and an explicit value counts as the default that it equals.
    """
    asked = replace(settings, tokenizer="", revision=None, splits=resolved.splits, text_column=resolved.text_column)
    slots = dict.fromkeys(SLOTS)
    content = {
        **as_json(asked),
        **slots,
        **as_json(resolved),
        "notes": None,
        "fingerprint": fingerprint,
        "dataset": dataset_hash,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def equivalence_key(
    settings: TokenizeSettings, tokenizer: TokenizerFacts, *, dataset: Manifest, dataset_hash: str
) -> str:
    """The hash of the plainest settings that come to the same rows, which is what a request is recognized by.

    What is written goes by the hash of the settings as they were asked, so that it is made again byte for byte.
    """
    plain = _plainest(settings)
    resolved = resolve(plain, tokenizer, dataset=dataset)
    # What this one comes to is prefix and suffix, which may be none for either of its values.
    plain = replace(plain, add_special_tokens=True)
    return settings_hash(plain, resolved, fingerprint=tokenizer.fingerprint, dataset_hash=dataset_hash)


def _plainest(settings: TokenizeSettings) -> TokenizeSettings:
    """Every field that has no effect beside the others at its default."""
    plain = replace(settings, truncation=True) if settings.is_packed else replace(settings, keep_last_partial=False)
    if settings.padding == "do_not_pad":
        plain = replace(plain, return_attention_mask=True)
    if not plain.truncation and settings.padding != "max_length":
        plain = replace(plain, max_length=None)
    return plain


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

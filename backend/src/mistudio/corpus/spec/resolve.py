"""Resolve settings with one tokenizer and one dataset, so that a job has nothing left to choose.

Every ``auto`` and every default becomes ids and figures, with a reason. Settings that cannot work are rejected before a
job starts.
"""

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import Final

from mistudio.core.errors import FieldError, Json, UnknownSplit, ValidationFailed
from mistudio.core.records import as_json
from mistudio.corpus.spec.framing import Framing, resolve_framing
from mistudio.corpus.spec.settings import EXTRA_COLUMNS, SLOTS, TokenizerFacts, TokenizeSettings
from mistudio.corpus.store.columns import list_text_columns
from mistudio.corpus.store.file_report import ColumnReport
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.store.messages import ROLES as CHAT_ROLES
from mistudio.corpus.store.text_source import TextSource, check_source, make_source
from mistudio.corpus.store.text_template import TextTemplate

HELD_OUT: Final = "heldout"
TOOLS: Final = "tools"
# Fields that came later, and their defaults as JSON: with these, hashes stay what they were.
_LATER_FIELDS: Final[dict[str, Json]] = {
    "text_template": None,
    "tools_column": None,
    "min_tokens": 0,
    "max_tokens": None,
    "stride": None,
    "extra_columns": [],
}


@dataclass(frozen=True, kw_only=True)
class ResolvedSettings(Framing):
    """The settings resolved with one tokenizer and one dataset, with splits and text chosen.

    Either ``text_column`` or ``text_template`` is set. ``tools_column`` has the tools that a chat template gets.
    """

    splits: tuple[str, ...]
    text_column: str | None = None
    text_template: str | None = None
    tools_column: str | None = None

    @property
    def source(self) -> TextSource:
        """The column or template that texts are read from."""
        return TextTemplate(self.text_template) if self.text_template is not None else self.text_column or ""


def resolve_settings(settings: TokenizeSettings, tokenizer: TokenizerFacts, *, dataset: Manifest) -> ResolvedSettings:
    """Resolve ``settings``.

    Raises ValidationFailed, which names every invalid field; UnknownSplit and UnknownColumn, with the choices.
    """
    framing = resolve_framing(settings, tokenizer)
    framing_fields = {field.name: getattr(framing, field.name) for field in fields(framing)}
    splits, source = _choose_splits(settings, dataset), _choose_source(settings, dataset)
    if isinstance(source, TextTemplate):
        return ResolvedSettings(splits=splits, text_template=source.text, **framing_fields)
    tools = _find_tools(dataset) if settings.apply_chat_template else None
    if settings.apply_chat_template:
        noted = [*_note_roles(list_text_columns(dataset.columns)[source]), *_note_tools(tools)]
        framing_fields["notes"] = (*framing.notes, *noted)
    return ResolvedSettings(splits=splits, text_column=source, tools_column=tools, **framing_fields)


def _find_tools(dataset: Manifest) -> str | None:
    return next((column.name for column in dataset.columns if column.name == TOOLS), None)


def _note_tools(column: str | None) -> list[str]:
    return [f"Tools for the chat template: column “{column}”."] if column else []


def _note_roles(column: ColumnReport) -> list[str]:
    mapped = ", ".join(f"{role} → {CHAT_ROLES[role]}" for role in column.mapped_roles)
    return [f"Roles for the chat template: {mapped}."] if mapped else []


def hash_settings(
    settings: TokenizeSettings, resolved: ResolvedSettings, *, tokenizer: TokenizerFacts, dataset_hash: str
) -> str:
    """Return the hash that identifies a tokenization, as hexadecimal; settings that write the same rows have the same.

    ``dataset_hash`` is that of the dataset's manifest. Of the tokenizer, its fingerprint counts, and its chat template
    if it is applied; its name and revision do not. An explicit value counts as the default that it equals.
    """
    named = replace(
        settings,
        tokenizer="",
        revision=None,
        splits=resolved.splits,
        text_column=resolved.text_column,
        text_template=resolved.text_template,
    )
    slots = dict.fromkeys(SLOTS)
    content: dict[str, Json] = {
        **as_json(named),
        **slots,
        **{name: value for name, value in as_json(resolved).items() if name != "warnings"},
        "notes": None,
        "fingerprint": tokenizer.fingerprint,
        "dataset": dataset_hash,
        # Only if it counts: hashes of other tokenizations stay what they were.
        **({"chat": tokenizer.chat_hash} if settings.apply_chat_template else {}),
    }
    for name, default in _LATER_FIELDS.items():
        if content[name] == default:
            del content[name]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def equivalence_key(
    settings: TokenizeSettings, tokenizer: TokenizerFacts, *, dataset: Manifest, dataset_hash: str
) -> str:
    """Return the hash of the simplest settings that write the same rows; it recognizes equal requests.

    Files carry the hash of the settings as requested, so that they can be written again byte for byte.
    """
    simple = _drop_unused_fields(settings)
    resolved = resolve_settings(simple, tokenizer, dataset=dataset)
    # The effect of this field is in prefix and suffix, which may be empty for both of its values.
    simple = replace(simple, add_special_tokens=True)
    return hash_settings(simple, resolved, tokenizer=tokenizer, dataset_hash=dataset_hash)


def _drop_unused_fields(settings: TokenizeSettings) -> TokenizeSettings:
    """Return the settings with the default in every field that the other fields make ineffective."""
    simple = replace(settings, extra_columns=tuple(name for name in EXTRA_COLUMNS if name in settings.extra_columns))
    if settings.packing != "off":
        simple = replace(simple, truncation=True)
    if not settings.is_packed:
        simple = replace(simple, keep_last_partial=False)
    if settings.padding == "do_not_pad":
        simple = replace(simple, return_attention_mask=True)
    if not simple.truncation and settings.padding != "max_length":
        simple = replace(simple, max_length=None)
    return simple


def _choose_splits(settings: TokenizeSettings, dataset: Manifest) -> tuple[str, ...]:
    names = tuple(split.name for split in dataset.splits)
    unknown = [name for name in settings.splits or () if name not in names]
    if unknown:
        raise UnknownSplit(
            f"There is no split “{unknown[0]}”. Splits: {', '.join(names)}.", extra={"choices": list(names)}
        )
    chosen = names if settings.splits is None else tuple(name for name in names if name in settings.splits)
    if not chosen:
        message = "Choose at least one split."
        raise ValidationFailed(message, fields=[FieldError("splits", message)])
    if taken := [name for name in chosen if settings.heldout_fraction and f"{name}_{HELD_OUT}" in names]:
        message = f"The dataset already has a split “{taken[0]}_{HELD_OUT}”. Hold nothing out, or choose other splits."
        raise ValidationFailed(message, fields=[FieldError("heldout_fraction", message)])
    return chosen


def _choose_source(settings: TokenizeSettings, dataset: Manifest) -> TextSource:
    source = make_source(settings.text_column, settings.text_template)
    if source is None:
        source = dataset.text_source
    else:
        check_source(source, dataset.columns)
    if settings.apply_chat_template:
        _require_conversations(source, dataset)
    return source


def _require_conversations(source: TextSource, dataset: Manifest) -> None:
    kind = "text" if isinstance(source, TextTemplate) else list_text_columns(dataset.columns)[source].kind
    if kind != "conversation":
        what = "A text template makes texts" if isinstance(source, TextTemplate) else f"Column “{source}” holds text"
        message = f"{what}, not conversations. Turn the chat template off or choose another column."
        raise ValidationFailed(message, fields=[FieldError("apply_chat_template", message)])

"""What a tokenized dataset should look like: which special tokens belong where, and how long its rows are.

A manifest of this program says it exactly, ``sae_lens.json`` almost; else the tokenizer's own template decides.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import InvalidData, Json, MiStudioError
from mistudio.corpus.certificate.data_files import read_small
from mistudio.corpus.tokenized.manifest import TOKENIZED_MANIFEST, TokenizedManifest
from mistudio.corpus.tokenizers import LoadedTokenizer

SAE_LENS: Final = "sae_lens.json"
_MAX_BYTES: Final = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """Where special tokens belong; None is a token that nobody expects.

    ``row_begin`` begins every row, ``row_end`` ends each row that has one document. ``document_begin`` follows the end
    of a document within a row. ``separators`` stand between documents. ``is_packed`` None: the rows have to show it.
    ``is_windowed``: rows cut documents, so that row lengths and row starts say nothing.
    """

    source: str
    row_begin: int | None
    document_begin: int | None = None
    row_end: int | None
    separators: frozenset[int]
    pad: int | None
    context: int | None = None
    is_packed: bool | None = None
    is_windowed: bool = False
    is_truncated: bool | None = None


def find_expectations(folder: Path, tokenizer: LoadedTokenizer) -> Expectations:
    """Return what is expected of the data in ``folder``. Raises InvalidData for a damaged sae_lens.json."""
    if (manifest := read_own_manifest(folder)) is not None:
        return expect_by_manifest(manifest)
    declared = _read_object(folder / SAE_LENS)
    found = expect_by_tokenizer(tokenizer)
    return found if declared is None else _expect_by_sae_lens(found, declared, tokenizer)


def find_tokenizer_name(folder: Path) -> tuple[str, str | None] | None:
    """Return the tokenizer that the data names, with its commit if it gives one; None if it names none."""
    if (manifest := read_own_manifest(folder)) is not None:
        return manifest.tokenizer.repo or manifest.tokenizer.name, manifest.tokenizer.commit
    declared = _read_object(folder / SAE_LENS) or {}
    name = declared.get("tokenizer_name")
    return (name, None) if isinstance(name, str) and name else None


def read_own_manifest(folder: Path) -> TokenizedManifest | None:
    """Return the manifest if this program made the data, None if not."""
    path = folder / TOKENIZED_MANIFEST
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return None
    try:
        return TokenizedManifest.from_bytes(path.read_bytes())
    except MiStudioError:
        # Other programs also write a manifest.json.
        return None


def expect_by_tokenizer(tokenizer: LoadedTokenizer) -> Expectations:
    """Return what the tokenizer's own template puts around texts."""
    prefix, suffix, special = tokenizer.template.prefix, tokenizer.template.suffix, tokenizer.special
    between = {special.bos, special.eos, special.sep, *prefix[:1], *suffix[-1:]} - {None}
    return Expectations(
        source="the tokenizer's template",
        row_begin=prefix[0] if prefix else None,
        document_begin=prefix[0] if prefix else None,
        row_end=suffix[-1] if suffix else None,
        separators=frozenset(number for number in between if number is not None),
        pad=special.pad,
    )


def expect_by_manifest(manifest: TokenizedManifest) -> Expectations:
    """Return what the settings of this program put into rows."""
    resolved, settings = manifest.resolved, manifest.settings
    prefix, suffix = resolved.prefix[:1], resolved.suffix[-1:]
    special = manifest.tokenizer.special
    between = {resolved.separator, resolved.end_of_document, *prefix, *suffix, special["bos"], special["eos"]}
    begin = resolved.begin_of_row if settings.is_packed else next(iter(prefix), None)
    return Expectations(
        source="the manifest of this tokenization",
        row_begin=begin,
        row_end=next(iter(suffix), None) if not settings.is_packed else None,
        separators=frozenset(number for number in between if number is not None),
        pad=resolved.pad,
        context=resolved.max_length if settings.is_packed else None,
        is_packed=settings.is_packed,
        is_windowed=settings.is_windowed,
        is_truncated=settings.is_truncated,
    )


def _expect_by_sae_lens(base: Expectations, declared: Mapping[str, Json], tokenizer: LoadedTokenizer) -> Expectations:
    begin = _find_token(declared.get("begin_batch_token"), tokenizer)
    first = _find_token(declared.get("begin_sequence_token"), tokenizer)
    separator = _find_token(declared.get("sequence_separator_token"), tokenizer)
    context = declared.get("context_size")
    between = {*base.separators, *(number for number in (first, separator) if number is not None)}
    is_packed = declared.get("disable_concat_sequences") is not True
    return replace(
        base,
        source=SAE_LENS,
        row_begin=begin if is_packed else (begin if begin is not None else first),
        document_begin=first,
        row_end=None,
        separators=frozenset(between),
        context=context if isinstance(context, int) and not isinstance(context, bool) and context > 0 else None,
        is_packed=is_packed,
    )


def _find_token(value: Json, tokenizer: LoadedTokenizer) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    roles = {"bos": tokenizer.special.bos, "eos": tokenizer.special.eos, "sep": tokenizer.special.sep}
    return roles.get(value) if isinstance(value, str) else None


def _read_object(path: Path) -> dict[str, Json] | None:
    if not path.is_file():
        return None
    try:
        value = json.loads(read_small(path))
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"{path.name} is not JSON: correct it, or remove it.") from error
    if not isinstance(value, dict):
        raise InvalidData(f"{path.name} does not hold an object: correct it, or remove it.")
    return value

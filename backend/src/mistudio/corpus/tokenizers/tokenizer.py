"""A tokenizer as its files describe it, without transformers: its identity, its special tokens, and the reference.

The reference is the library ``tokenizers``: what it gives is right by definition, and every faster engine is measured
against it (``mistudio.corpus.encoders.encoders``). Importing it takes a thirtieth of the time that transformers takes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, cast

import orjson
from tokenizers import Tokenizer

from mistudio.core.errors import ChatTemplateFailed, Json, UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TOKENIZER, TokenizerFiles, TokenizerSource, find_files
from mistudio.corpus.tokenizers.chat_template import ChatTemplate, Message, find_chat_template
from mistudio.corpus.tokenizers.special_tokens import ROLES, SpecialTokens, find_special_tokens
from mistudio.corpus.tokenizers.template import RowTemplate, learn_row_template
from mistudio.utils.gc_paused import gc_paused

Kind = Literal["BPE", "WordPiece", "Unigram", "WordLevel"]

_KINDS: Final = frozenset({"BPE", "WordPiece", "Unigram", "WordLevel"})
# Configuration files say 10**30 where they mean that there is no limit.
_NO_LIMIT: Final = 10**9
_ROUND_TRIPS: Final = (
    "The end.",
    "  two  spaces ",
    "tab\tand\r\n\nlines",
    "naïve Ünïcode 日本語 🤗",
    "don't , said ( he )",
)


@dataclass(frozen=True)
class EncodedText:
    """One text's tokens: ids, the tokens as the vocabulary writes them, and where each stands in the text.

    ``spans`` are (start, end) in characters of the text as it was given. Tokens that each hold a part of one character
    share its span; one that ``add_special_tokens`` added has an empty span.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LoadedTokenizer:
    """A tokenizer in memory. ``repo`` is its repository (or path), ``commit`` None for one of this machine.

    ``json`` is its tokenizer.json in canonical form, which both engines load; ``outline`` is the same as values,
    without vocabulary and merges. ``vocab_size`` includes added tokens: every id is below it. ``model_max_length`` is
    in tokens, None where its files name no limit. ``template`` is what ``add_special_tokens`` puts around a text.
    """

    repo: str
    commit: str | None
    json: bytes
    outline: Mapping[str, Json]
    kind: Kind
    vocab_size: int
    special: SpecialTokens
    template: RowTemplate
    model_max_length: int | None
    chat_template: str | None
    reference: Tokenizer

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical tokenizer.json: equal where vocabulary, merges and every step are."""
        return hashlib.sha256(self.json).hexdigest()

    @cached_property
    def is_lossless(self) -> bool:
        """Whether texts come back from their ids, as far as a few texts of every kind show it."""
        return all(self.decode(self._bare_ids(text)) == text for text in _ROUND_TRIPS)

    def encode_with_offsets(self, text: str, *, add_special_tokens: bool) -> EncodedText:
        """The tokens of one text, by the reference."""
        encoding = self.reference.encode(text, add_special_tokens=add_special_tokens)
        return EncodedText(tuple(encoding.ids), tuple(encoding.tokens), tuple(encoding.offsets))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``, special tokens included."""
        return self.reference.decode(ids, skip_special_tokens=False)

    def decode_all(self, ids: Sequence[Sequence[int]]) -> Sequence[str]:
        """The texts of many lists of ids, special tokens included. Uses all cores."""
        return self.reference.decode_batch([list(each) for each in ids], skip_special_tokens=False)

    def render_chat(self, messages: Sequence[Message], *, now: datetime | None = None) -> str:
        """The conversation as one text, special tokens written out: encode it without adding any.

        ``now`` is what templates that write today's date take for it; texts that must come out the same again need it.
        Raises ChatTemplateFailed where there is no template, or where it refuses.
        """
        return self._compiled_template.render(messages, now=now or datetime.now(UTC))

    @cached_property
    def _compiled_template(self) -> ChatTemplate:
        if self.chat_template is None:
            raise ChatTemplateFailed(f"{self.repo} has no chat template: choose a tokenizer of a chat model.")
        numbers = {role: getattr(self.special, role) for role in ROLES}
        tokens = {
            f"{role}_token": self.reference.id_to_token(number)
            for role, number in numbers.items()
            if number is not None
        }
        return ChatTemplate(self.chat_template, {name: token for name, token in tokens.items() if token is not None})

    def _bare_ids(self, text: str) -> list[int]:
        return self.reference.encode(text, add_special_tokens=False).ids


def load_tokenizer(source: TokenizerSource, *, token: str | None, cache_dir: Path, root: Path) -> LoadedTokenizer:
    """Find and load the tokenizer of ``source``.

    ``token`` is the user's Hugging Face token; without one the server owner's is used. ``cache_dir`` is HF_HOME. A
    local source must lie below ``root``. Raises NoTokenizer, UnsupportedTokenizer, ValidationFailed (field
    ``tokenizer``) and the Hub's errors.
    """
    return read_tokenizer(find_files(source, token=token, cache_dir=cache_dir, root=root))


def read_tokenizer(files: TokenizerFiles) -> LoadedTokenizer:
    """The tokenizer that ``files`` describe; raises UnsupportedTokenizer."""
    with gc_paused():
        return _read(files)


def _read(files: TokenizerFiles) -> LoadedTokenizer:
    parts = _object(files, TOKENIZER)
    config = _object(files, "tokenizer_config.json")
    kind = _checked_kind(parts, files.name)
    reference = _reference(parts, files.name)
    template_file = files.contents.get("chat_template.jinja")
    return LoadedTokenizer(
        repo=files.name,
        commit=files.commit,
        json=canonical_json(parts),
        outline=_outline(parts),
        kind=kind,
        vocab_size=_vocab_size(parts),
        special=find_special_tokens(
            reference,
            config=config,
            special_map=_object(files, "special_tokens_map.json"),
            model_config=_object(files, "config.json"),
        ),
        template=learn_row_template(reference),
        model_max_length=_max_length(config),
        chat_template=find_chat_template(template_file.decode() if template_file else None, config),
        reference=reference,
    )


def canonical_json(parts: dict[str, Json]) -> bytes:
    """A tokenizer.json of sorted keys, in which nothing stands that does not decide the ids of a whole text.

    Truncation and padding are settings of ours. Merges are written as pairs, as newer files have them.
    """
    model = _model(parts)
    if isinstance(merges := model.get("merges"), list):
        pairs: list[Json] = [cast("Json", merge.split(" ")) if isinstance(merge, str) else merge for merge in merges]
        model = {**model, "merges": pairs}
    canonical = {**parts, "model": model, "truncation": None, "padding": None}
    return orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)


def without_normalizer(canonical: bytes) -> bytes:
    """The canonical tokenizer.json without its normalizer: equal in ids for texts that this leaves as they are."""
    return orjson.dumps({**orjson.loads(canonical), "normalizer": None}, option=orjson.OPT_SORT_KEYS)


def _object(files: TokenizerFiles, name: str) -> dict[str, Json]:
    content = files.contents.get(name)
    if content is None:
        return {}
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnsupportedTokenizer(f"{name} of {files.name} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UnsupportedTokenizer(f"{name} of {files.name} does not hold an object.")
    return value


def _checked_kind(parts: dict[str, Json], name: str) -> Kind:
    model = parts.get("model")
    if not isinstance(model, dict):
        raise UnsupportedTokenizer(f"The {TOKENIZER} of {name} has no model.")
    if model.get("dropout"):
        raise UnsupportedTokenizer(
            f"{name} drops merges at random (dropout {model['dropout']}): its ids differ each time it is used. "
            "Set dropout to null in its tokenizer.json to use it."
        )
    # Files from before 0.9 of the library do not name their model's type; only one of them has merges.
    kind = model.get("type", "BPE" if "merges" in model else None)
    if kind not in _KINDS:
        raise UnsupportedTokenizer(f"{name} has a model of an unknown type, “{kind}”: use one of {sorted(_KINDS)}.")
    return cast("Kind", kind)


def _reference(parts: dict[str, Json], name: str) -> Tokenizer:
    """The library's tokenizer, whose spans include the space before a word: with what ids there are, it has no part."""
    untrimmed = {
        **parts,
        "truncation": None,
        "padding": None,
        "post_processor": _untrimmed(parts.get("post_processor")),
    }
    try:
        return Tokenizer.from_buffer(orjson.dumps(untrimmed))
    except ValueError as error:
        raise UnsupportedTokenizer(f"The {TOKENIZER} of {name} cannot be loaded: {error}.") from error


def _untrimmed(processor: Json) -> Json:
    if isinstance(processor, list):
        return [_untrimmed(inner) for inner in processor]
    if not isinstance(processor, dict):
        return processor
    changed = dict(processor)
    if "trim_offsets" in changed:
        changed["trim_offsets"] = False
    if "processors" in changed:
        changed["processors"] = _untrimmed(changed["processors"])
    return changed


def _vocab_size(parts: dict[str, Json]) -> int:
    """One more than the largest id: vocabularies have holes, and an id must have its row in the embedding."""
    vocab = _model(parts).get("vocab")
    ids = vocab.values() if isinstance(vocab, dict) else range(len(vocab) if isinstance(vocab, list) else 0)
    added = [token["id"] for token in cast("list[dict[str, Json]]", parts.get("added_tokens") or [])]
    return max((number for number in (*ids, *added) if isinstance(number, int)), default=-1) + 1


def _outline(parts: dict[str, Json]) -> dict[str, Json]:
    return {**parts, "model": {name: value for name, value in _model(parts).items() if name not in ("vocab", "merges")}}


def _model(parts: dict[str, Json]) -> dict[str, Json]:
    return cast("dict[str, Json]", parts["model"])


def _max_length(config: dict[str, Json]) -> int | None:
    length = config.get("model_max_length")
    return int(length) if isinstance(length, int | float) and 0 < length < _NO_LIMIT else None

"""Load a tokenizer from its files without transformers: its identity, its special tokens, and the reference.

The reference is the library ``tokenizers``. Its ids are right by definition, and every faster engine is compared with
it (``mistudio.corpus.encoders.encoders``). It takes a thirtieth of the time to import that transformers takes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import orjson
from tokenizers import Tokenizer

from mistudio.core.errors import ChatTemplateFailed, Json, UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TOKENIZER, TokenizerFiles, TokenizerSource, find_files
from mistudio.corpus.tokenizers.chat_template import ChatTemplate, Message, find_chat_template
from mistudio.corpus.tokenizers.definition import (
    Kind,
    canonicalize_json,
    check_kind,
    count_vocabulary,
    load_reference,
    make_outline,
)
from mistudio.corpus.tokenizers.special_tokens import ROLES, SpecialTokens, find_special_tokens
from mistudio.corpus.tokenizers.template import RowTemplate, learn_row_template
from mistudio.utils.gc_paused import gc_paused

# Configuration files say 10**30 to mean that there is no limit.
_NO_LIMIT: Final = 10**9
_REMEDY: Final = "Correct the file, or use another tokenizer."
_ROUND_TRIPS: Final = (
    "The end.",
    "  two  spaces ",
    "tab\tand\r\n\nlines",
    "naïve Ünïcode 日本語 🤗",
    "don't , said ( he )",
)


@dataclass(frozen=True)
class EncodedText:
    """The tokens of one text: ids, the tokens as the vocabulary writes them, and the span of each in the text.

    ``spans`` are (start, end) in characters of the original text. Tokens that hold parts of one character share its
    span; a token that ``add_special_tokens`` added has an empty span.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LoadedTokenizer:
    """A tokenizer in memory. ``repo`` is its repository or path; ``commit`` is None for a local one.

    ``json`` is its tokenizer.json in canonical form, which both engines load; ``outline`` has the same values without
    vocabulary and merges. ``vocab_size`` includes added tokens: every id is below it. ``model_max_length`` is in
    tokens, None if the files name no limit. ``template`` is what ``add_special_tokens`` puts around a text.
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
        """SHA-256 of the canonical tokenizer.json: equal if vocabulary, merges and every step are equal."""
        return hashlib.sha256(self.json).hexdigest()

    @cached_property
    def is_lossless(self) -> bool:
        """Whether ids decode to the original text, as far as a few texts of each kind show."""
        return all(self.decode(self._encode_bare(text)) == text for text in _ROUND_TRIPS)

    def encode_with_offsets(self, text: str, *, add_special_tokens: bool) -> EncodedText:
        """Return the tokens of one text, by the reference."""
        encoding = self.reference.encode(text, add_special_tokens=add_special_tokens)
        return EncodedText(tuple(encoding.ids), tuple(encoding.tokens), tuple(encoding.offsets))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ``ids``, special tokens included."""
        return self.reference.decode(ids, skip_special_tokens=False)

    def decode_all(self, ids: Sequence[Sequence[int]]) -> Sequence[str]:
        """Return the texts of many lists of ids, special tokens included. Uses all cores."""
        return self.reference.decode_batch([list(each) for each in ids], skip_special_tokens=False)

    def render_chat(self, messages: Sequence[Message], *, now: datetime | None = None) -> str:
        """Return the conversation as one text with its special tokens: encode it without adding any.

        Some templates write the date; pass ``now`` if the same text must come out again. Raises ChatTemplateFailed if
        there is no template, or if it refuses the conversation.
        """
        return self._compiled_template.render(messages, now=now or datetime.now(UTC))

    @cached_property
    def _compiled_template(self) -> ChatTemplate:
        if self.chat_template is None:
            raise ChatTemplateFailed(f"{self.repo} has no chat template. Choose the tokenizer of a chat model.")
        numbers = {role: getattr(self.special, role) for role in ROLES}
        tokens = {
            f"{role}_token": self.reference.id_to_token(number)
            for role, number in numbers.items()
            if number is not None
        }
        return ChatTemplate(self.chat_template, {name: token for name, token in tokens.items() if token is not None})

    def _encode_bare(self, text: str) -> list[int]:
        return self.reference.encode(text, add_special_tokens=False).ids


def load_tokenizer(source: TokenizerSource, *, token: str | None, cache_dir: Path, root: Path) -> LoadedTokenizer:
    """Find and load the tokenizer of ``source``.

    ``token`` is the user's Hugging Face token; if None, the server owner's is used. ``cache_dir`` is HF_HOME. A local
    source must lie below ``root``. Raises NoTokenizer, UnsupportedTokenizer, ValidationFailed (field ``tokenizer``)
    and the Hub's errors.
    """
    return read_tokenizer(find_files(source, token=token, cache_dir=cache_dir, root=root))


def read_tokenizer(files: TokenizerFiles) -> LoadedTokenizer:
    """Load the tokenizer that ``files`` describe; raises UnsupportedTokenizer."""
    with gc_paused():
        return _load_parts(files)


def _load_parts(files: TokenizerFiles) -> LoadedTokenizer:
    parts = _read_object(files, TOKENIZER)
    config = _read_object(files, "tokenizer_config.json")
    kind = check_kind(parts, files.name)
    reference = load_reference(parts, files.name)
    template_file = files.contents.get("chat_template.jinja")
    return LoadedTokenizer(
        repo=files.name,
        commit=files.commit,
        json=canonicalize_json(parts),
        outline=make_outline(parts),
        kind=kind,
        vocab_size=count_vocabulary(parts),
        special=find_special_tokens(
            reference,
            config=config,
            special_map=_read_object(files, "special_tokens_map.json"),
            model_config=_read_object(files, "config.json"),
        ),
        template=learn_row_template(reference),
        model_max_length=_read_max_length(config),
        chat_template=find_chat_template(template_file.decode() if template_file else None, config),
        reference=reference,
    )


def _read_object(files: TokenizerFiles, name: str) -> dict[str, Json]:
    content = files.contents.get(name)
    if content is None:
        return {}
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnsupportedTokenizer(f"{name} of {files.name} is not JSON: {error}. {_REMEDY}") from error
    if not isinstance(value, dict):
        raise UnsupportedTokenizer(f"{name} of {files.name} does not hold an object. {_REMEDY}")
    return value


def _read_max_length(config: dict[str, Json]) -> int | None:
    length = config.get("model_max_length")
    return int(length) if isinstance(length, int | float) and 0 < length < _NO_LIMIT else None

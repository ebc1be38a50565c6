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
from mistudio.corpus.hub.conversion import CONVERTED
from mistudio.corpus.hub.tokenizer_files import TOKENIZER, TokenizerFiles, TokenizerSource, find_files
from mistudio.corpus.tokenizers.added_tokens import TokenSources, add_configured_tokens, describe_added_tokens
from mistudio.corpus.tokenizers.chat_template import ChatTemplate, Message, find_chat_template
from mistudio.corpus.tokenizers.comparison import warn_of_auto_tokenizer
from mistudio.corpus.tokenizers.definition import (
    Kind,
    canonicalize_json,
    check_kind,
    count_vocabulary,
    load_reference,
    make_outline,
    replace_added_tokens,
)
from mistudio.corpus.tokenizers.special_tokens import ROLES, SpecialTokens, find_special_tokens
from mistudio.corpus.tokenizers.template import RowTemplate, learn_row_template
from mistudio.corpus.tokenizers.unknown_text import can_encode, has_unknown_token, translate_unknown_text
from mistudio.utils.gc_paused import gc_paused

# Configuration files say 10**30 to mean that there is no limit.
_NO_LIMIT: Final = 10**9
_REMEDY: Final = "Correct the file, or use another tokenizer."
_TOKEN_FILES: Final = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
# The option of tokenizer_config.json by which special tokens in a text are encoded like any other text.
_SPLIT_SPECIAL: Final = "split_special_tokens"
_NAMED_TOKENS: Final = 5
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
    tokens, None if the files name no limit. ``template`` is what ``add_special_tokens`` puts around a text. ``notes``
    are sentences on what differs from tokenizer.json, ``warnings`` on where AutoTokenizer's ids may differ.
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
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical tokenizer.json: equal if vocabulary, merges and every step are equal."""
        options = _SPLIT_SPECIAL.encode() if self.reference.encode_special_tokens else b""
        return hashlib.sha256(self.json + options).hexdigest()

    @cached_property
    def chat_hash(self) -> str | None:
        """SHA-256 of the chat template and of the tokens that it may write; None without a template."""
        if self.chat_template is None:
            return None
        content = orjson.dumps([self.chat_template, self._role_tokens], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(content).hexdigest()

    @cached_property
    def has_unknown_token(self) -> bool:
        """Whether it encodes any text; otherwise encoding raises TextNotInVocabulary for some texts."""
        return has_unknown_token(self.reference)

    @cached_property
    def is_lossless(self) -> bool:
        """Whether ids decode to the original text, as far as a few texts of each kind show."""
        texts = [text for text in _ROUND_TRIPS if can_encode(self.reference, text)]
        return bool(texts) and all(self.decode(self._encode_bare(text)) == text for text in texts)

    def encode_with_offsets(self, text: str, *, add_special_tokens: bool) -> EncodedText:
        """Return the tokens of one text, by the reference. Raises TextNotInVocabulary."""
        with translate_unknown_text(self.reference, [text]):
            encoding = self.reference.encode(text, add_special_tokens=add_special_tokens)
        return EncodedText(tuple(encoding.ids), tuple(encoding.tokens), tuple(encoding.offsets))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ``ids``, special tokens included."""
        return self.reference.decode(ids, skip_special_tokens=False)

    def decode_all(self, ids: Sequence[Sequence[int]]) -> Sequence[str]:
        """Return the texts of many lists of ids, special tokens included. Uses all cores."""
        return self.reference.decode_batch([list(each) for each in ids], skip_special_tokens=False)

    def render_chat(
        self, messages: Sequence[Message], *, now: datetime | None = None, tools: Sequence[Json] | None = None
    ) -> str:
        """Return the conversation as one text with its special tokens: encode it without adding any.

        Some templates write the date; pass ``now`` if the same text must come out again. Raises ChatTemplateFailed if
        there is no template, or if it refuses the conversation.
        """
        return self._compiled_template.render(messages, now=now or datetime.now(UTC), tools=tools)

    @cached_property
    def _compiled_template(self) -> ChatTemplate:
        if self.chat_template is None:
            raise ChatTemplateFailed(f"{self.repo} has no chat template. Choose the tokenizer of a chat model.")
        return ChatTemplate(self.chat_template, self._role_tokens)

    @property
    def _role_tokens(self) -> dict[str, str]:
        """The special tokens by the names that templates use, such as ``bos_token``."""
        numbers = {role: number for role in ROLES if (number := getattr(self.special, role)) is not None}
        tokens = {f"{role}_token": self.reference.id_to_token(number) for role, number in numbers.items()}
        return {name: token for name, token in tokens.items() if token is not None}

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
    config, special_map, added = (_read_object(files, name) for name in _TOKEN_FILES)
    kind = check_kind(parts, files.name)
    reference = load_reference(parts, files.name)
    converted = _read_object(files, CONVERTED)
    # transformers has added the tokens of a tokenizer that it converted.
    sources = TokenSources(files.name, config, special_map, added)
    new = [] if converted else add_configured_tokens(reference, sources)
    parts = dict(replace_added_tokens(parts, describe_added_tokens(reference)))
    reference.encode_special_tokens = config.get(_SPLIT_SPECIAL) is True
    template_file = files.contents.get("chat_template.jinja")
    return LoadedTokenizer(
        repo=files.name,
        commit=files.commit,
        json=canonicalize_json(parts),
        outline=make_outline(parts),
        kind=kind,
        vocab_size=count_vocabulary(parts),
        special=find_special_tokens(
            reference, config=config, special_map=special_map, model_config=_read_object(files, "config.json")
        ),
        template=learn_row_template(reference),
        model_max_length=_read_max_length(config),
        chat_template=find_chat_template(template_file.decode() if template_file else None, config),
        reference=reference,
        warnings=warn_of_auto_tokenizer(reference, files.contents),
        notes=(str(converted["note"]),) if converted else _explain_new_tokens(new),
    )


def _explain_new_tokens(new: Sequence[str]) -> tuple[str, ...]:
    if not new:
        return ()
    names = ", ".join(new[:_NAMED_TOKENS])
    more = f" and {len(new) - _NAMED_TOKENS:,} more" if len(new) > _NAMED_TOKENS else ""
    return (f"Files beside {TOKENIZER} add or change {len(new):,} tokens: {names}{more}.",)


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

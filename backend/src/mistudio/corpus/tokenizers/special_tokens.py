"""Find the tokens that begin, end, pad and separate texts in the files of a tokenizer.

tokenizer.json does not say what its special tokens are for. Three sources do, and the first that names any token wins:

1. tokenizer_config.json and special_tokens_map.json.
2. The ids in the model's config.json, which is all that older repositories have (``gpt2`` is one).
3. The conventional names, in a bare tokenizer.json.

A token outside the vocabulary counts as absent: its id would lie outside the model's embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from tokenizers import Tokenizer

from mistudio.core.errors import Json

_CONVENTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "bos": ("<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>"),
    "eos": ("</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"),
    "pad": ("<pad>", "[PAD]", "<|pad|>"),
    "unk": ("<unk>", "[UNK]"),
    "sep": ("[SEP]",),
    "cls": ("[CLS]",),
    "mask": ("<mask>", "[MASK]"),
}


@dataclass(frozen=True)
class SpecialTokens:
    """The id of the token in each role, None without one; ``all_ids`` has every special token, ascending."""

    bos: int | None
    eos: int | None
    pad: int | None
    unk: int | None
    sep: int | None
    cls: int | None
    mask: int | None
    all_ids: tuple[int, ...]


ROLES: Final = tuple(field.name for field in fields(SpecialTokens) if field.name != "all_ids")


def find_special_tokens(
    tokenizer: Tokenizer,
    *,
    config: Mapping[str, Json],
    special_map: Mapping[str, Json],
    model_config: Mapping[str, Json],
) -> SpecialTokens:
    """Return the special tokens of ``tokenizer``; a configuration file that does not exist is given as empty."""
    named = _find_named(tokenizer, special_map) | _find_named(tokenizer, config)
    added = {token.content: number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    found = named or _find_numbered(tokenizer, model_config) or _find_conventional(added)
    roles = {role: found.get(role) for role in ROLES}
    ids = {*added.values(), *(number for number in roles.values() if number is not None)}
    return SpecialTokens(**roles, all_ids=tuple(sorted(ids)))


def _token_content(value: Json) -> str | None:
    """Return the token in a configuration entry, which is a string, or an object with flags."""
    content = value.get("content") if isinstance(value, dict) else value
    return content if isinstance(content, str) else None


def _find_named(tokenizer: Tokenizer, config: Mapping[str, Json]) -> dict[str, int]:
    contents = {role: _token_content(config.get(f"{role}_token")) for role in ROLES}
    found = {role: tokenizer.token_to_id(content) for role, content in contents.items() if content is not None}
    return {role: number for role, number in found.items() if number is not None}


def _find_numbered(tokenizer: Tokenizer, config: Mapping[str, Json]) -> dict[str, int]:
    found = {}
    for role in ROLES:
        number = config.get(f"{role}_token_id")
        # Some models end a text with any of several tokens; the tokenizer uses the first.
        number = number[0] if isinstance(number, list) and number else number
        if (
            isinstance(number, int)
            and not isinstance(number, bool)
            and number >= 0
            and tokenizer.id_to_token(number) is not None
        ):
            found[role] = number
    return found


def _find_conventional(added: Mapping[str, int]) -> dict[str, int]:
    found = {role: [added[name] for name in names if name in added] for role, names in _CONVENTIONAL.items()}
    return {role: numbers[0] for role, numbers in found.items() if numbers}

"""Add the tokens that other files than tokenizer.json name, as transformers' ``PreTrainedTokenizerFast`` adds them.

``added_tokens_decoder`` of tokenizer_config.json wins. Without it, special_tokens_map.json and added_tokens.json count.
After these, the special tokens that the configuration names are added. The library assigns the ids, whatever ids the
files name.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, TypeAlias

from tokenizers import AddedToken, Tokenizer

from mistudio.core.errors import Json, UnsupportedTokenizer

_ROLES: Final = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_FLAGS: Final = ("single_word", "lstrip", "rstrip", "normalized", "special")
_DECODER: Final = "added_tokens_decoder"
_EXTRA: Final = "extra_special_tokens"
_OLD_EXTRA: Final = "additional_special_tokens"

# A token with flags, or only its content.
_Value: TypeAlias = str | AddedToken


@dataclass(frozen=True)
class TokenSources:
    """The files beside tokenizer.json; a file that does not exist is empty. ``name`` is the repository."""

    name: str
    config: Mapping[str, Json]
    special_map: Mapping[str, Json]
    added: Mapping[str, Json]


def add_configured_tokens(tokenizer: Tokenizer, sources: TokenSources) -> list[str]:
    """Add the missing tokens to ``tokenizer``; return every token that is new, or whose id or flags changed.

    Raises UnsupportedTokenizer if a file names something that is not a token.
    """
    before = describe_added_tokens(tokenizer)
    if missing := _list_missing(tokenizer, sources):
        tokenizer.add_tokens(missing)
    return [str(token["content"]) for token in describe_added_tokens(tokenizer) if token not in before]


def describe_added_tokens(tokenizer: Tokenizer) -> list[dict[str, Json]]:
    """Return the added tokens as tokenizer.json lists them."""
    return [
        {"id": number, "content": token.content, **{flag: getattr(token, flag) for flag in _FLAGS}}
        for number, token in sorted(tokenizer.get_added_tokens_decoder().items())
    ]


@dataclass(frozen=True)
class _ConfiguredTokens:
    """The tokens that the files name: in the usual roles, in roles of the model's own, without a role, and by id."""

    standard: Sequence[_Value]
    own: Sequence[_Value]
    extra: Sequence[_Value]
    numbered: Mapping[int, AddedToken]


def _list_missing(tokenizer: Tokenizer, sources: TokenSources) -> list[AddedToken]:
    present = tokenizer.get_added_tokens_decoder()
    configured = _read_tokens(sources, present)
    # Listed tokens are added again: their flags replace those in tokenizer.json.
    missing: list[_Value] = [token for _number, token in sorted(configured.numbered.items())]
    contents = {*map(_get_content, (*present.values(), *missing))}
    named = [*configured.standard, *configured.own]
    for token in (*named, *configured.extra):
        # The same token may come again with other flags, and the last flags count.
        if _get_content(token) not in contents and token not in missing:
            missing.append(token)
    roles = {*map(_get_content, named)}
    return [_mark_special(token, roles) for token in missing]


def _mark_special(token: _Value, roles: Set[str]) -> AddedToken:
    made = AddedToken(token, special=True) if isinstance(token, str) else token
    made.special = made.special or made.content in roles
    return made


def _get_content(token: _Value) -> str:
    return token if isinstance(token, str) else token.content


def _read_tokens(sources: TokenSources, present: Mapping[int, AddedToken]) -> _ConfiguredTokens:
    name, config = sources.name, dict(sources.config)
    if _OLD_EXTRA in config and not config.get(_EXTRA):
        config[_EXTRA] = config.pop(_OLD_EXTRA)
    own = _pop_own_roles(config)
    decoder = config.get(_DECODER)
    if not isinstance(decoder, dict):
        config, own = _merge_special_map(config, sources.special_map, own)
    without_role = config.get(_EXTRA) if _EXTRA in config else config.get(_OLD_EXTRA)
    extra = [_to_value(value, name) for value in (without_role if isinstance(without_role, list) else [])]
    standard = [_to_value(config[role], name) for role in _ROLES if config.get(role) is not None]
    if isinstance(decoder, dict):
        listed = {_to_number(number, name): _to_token(token, name) for number, token in decoder.items()}
        numbered = listed
    else:
        # Left out are tokens given as objects: the library compares a text with the object, which never matches.
        plain = {role for role in _ROLES if isinstance(config.get(role), str) or role in sources.special_map}
        special = {_get_content(_to_value(config[role], name)) for role in plain if config.get(role) is not None}
        special |= {*map(_get_content, extra)} if _EXTRA in config else set()
        listed = _read_added(sources.added, special, name)
        numbered = {**listed, **present}
    # A token in a usual role takes the flags of its entry in the list, even if another token has its id.
    flags = {token.content: token for token in (*present.values(), *listed.values())}
    standard = [flags.get(_get_content(token), token) for token in standard]
    return _ConfiguredTokens(standard, [_to_value(value, name) for value in own.values()], extra, numbered)


def _pop_own_roles(config: dict[str, Json]) -> dict[str, Json]:
    """Remove and return the tokens in roles that only this model has, such as ``image_token``."""
    names = [name for name in config if name.endswith("_token") and name not in _ROLES]
    own = {name: config.pop(name) for name in names if isinstance(config[name], str | dict)}
    extra = config.get(_EXTRA)
    return own | config.pop(_EXTRA) if isinstance(extra, dict) else own  # type: ignore[operator]  # just checked


def _merge_special_map(
    config: Mapping[str, Json], special_map: Mapping[str, Json], own: Mapping[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the configuration and the model's own roles, both overridden by special_tokens_map.json."""
    merged = {**config, **special_map}
    ours, theirs = config.get(_EXTRA), special_map.get(_EXTRA)
    if isinstance(theirs, list):
        merged[_EXTRA] = [*(ours if isinstance(ours, list) else []), *theirs]
    more = _pop_own_roles(merged)
    return merged, {**more, **own}


def _read_added(added: Mapping[str, Json], special: Set[str], name: str) -> dict[int, AddedToken]:
    """Return the tokens of added_tokens.json by id."""
    return {
        _to_number(number, name): AddedToken(content, normalized=content not in special, special=content in special)
        for content, number in added.items()
    }


def _to_token(value: Json, name: str) -> AddedToken:
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(content, str):
        raise UnsupportedTokenizer(
            f"The files of {name} list {value!r} as a token, but it is not a token. "
            "Correct the file, or use another tokenizer."
        )
    return AddedToken(content, **{flag: bool(value[flag]) for flag in _FLAGS if value.get(flag) is not None})


def _to_value(value: Json, name: str) -> _Value:
    if isinstance(value, str):
        return value
    is_typed = isinstance(value, dict) and value.get("__type") == "AddedToken"
    return _to_token(value if is_typed or not isinstance(value, dict) else {**value, "special": True}, name)


def _to_number(value: Json, name: str) -> int:
    if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
        return int(value)
    raise UnsupportedTokenizer(
        f"The files of {name} give a token the id {value!r}, but that is not a number. "
        "Correct the file, or use another tokenizer."
    )

"""Decide whether a fast engine may be tried on a tokenizer: only on the kinds that it was tested with.

The fast engine loads tokenizers that it then gets silently wrong: those with ``single_word`` added tokens, and those
whose added tokens have different flags. Encoding each word on its own is right only if texts are split into words
first. A tokenizer that passes here must still agree with the reference on the probe and on documents of the dataset
(``mistudio.corpus.encoders.choice``).
"""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from string import punctuation
from typing import Final, cast

import tokenizers

from mistudio.core.errors import Json
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

# Add a version only after bench/exact.py --sweep: each version may bring other tables of Unicode.
_TESTED: Final[Mapping[str, frozenset[str]]] = {
    "tokenizers": frozenset({"0.23.3"}),
    "gigatoken": frozenset({"0.10.0"}),
}
_APOSTROPHES: Final = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST: Final = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_HEAD: Final = r"[^\r\n\p{L}\p{N}]?"
_UPPER: Final = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER: Final = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SLASHES: Final = r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# The patterns by which Llama 3, Qwen and GPT-4o split texts; that of GPT-2 is built into ByteLevel.
_KNOWN_PATTERNS: Final = frozenset(
    {
        rf"{_APOSTROPHES}|{_HEAD}\p{{L}}+|\p{{N}}{{1,3}}{_REST}",
        rf"{_APOSTROPHES}|{_HEAD}\p{{L}}+|\p{{N}}{_REST}",
        rf"{_HEAD}{_UPPER}*{_LOWER}+{_APOSTROPHES}?|{_HEAD}{_UPPER}+{_LOWER}*{_APOSTROPHES}?|{_SLASHES}",
    }
)
_META: Final = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
_META_NORMALIZERS: Final = (
    _META,
    {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, _META]},
)
_META_SPLITS: Final = (
    None,
    {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
)
# Pre-tokenizers that split at white space and drop it; and those that may then split the words.
_WORD_SPLITTERS: Final = frozenset({"BertPreTokenizer", "Whitespace", "WhitespaceSplit"})
_SPLITTERS_OF_WORDS: Final = _WORD_SPLITTERS | {"Digits", "Punctuation"}
# Normalizers that change each character on its own, or compose it with the marks that follow it.
_LOCAL_NORMALIZERS: Final = frozenset(
    {"BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents"}
)
_COMPOSING: Final = frozenset({"NFC", "NFKC"})


def explain_refusal(tokenizer: LoadedTokenizer) -> str | None:
    """Return in words why the fast engine may not be tried on ``tokenizer``; None if it may."""
    return (
        _check_versions(*_TESTED)
        or _check_model(tokenizer)
        or _check_added_tokens(tokenizer.outline)
        or _check_steps(tokenizer.outline)
    )


def has_composing_normalizer(tokenizer: LoadedTokenizer) -> bool:
    """Return whether ``tokenizer`` composes marks, some of which the fast engine composes differently.

    The fast engine then gets no normalizer, and only texts in which there is nothing to compose.
    """
    return _get_step(tokenizer.outline, "normalizer").get("type") in _COMPOSING


def splits_by_class(tokenizer: LoadedTokenizer) -> bool:
    """Return whether ``tokenizer`` splits texts by classes of characters, which depend on the version of Unicode.

    A tokenizer with byte fallback splits at spaces only, if at all.
    """
    return not _get_step(tokenizer.outline, "model").get("byte_fallback")


def find_word_marks(tokenizer: LoadedTokenizer) -> str | None:
    """Return the ASCII characters that are words of their own; None if ``tokenizer`` does not encode word by word.

    A tokenizer encodes word by word if it first splits texts at white space, its normalizers do not look beyond a word,
    and no added token extends beyond the end of one. A mark that occurs in an added token counts as a letter.
    """
    if not tokenizer.has_unknown_token:
        # An unknown word in a probe would end the trial, and one in the data would lose its row.
        return None
    normalizers = _list_types(tokenizer.outline.get("normalizer"), "normalizers")
    splitter, *others = _list_types(tokenizer.outline.get("pre_tokenizer"), "pretokenizers") or [""]
    has_words = splitter in _WORD_SPLITTERS and _SPLITTERS_OF_WORDS.issuperset(others)
    if not has_words or not _LOCAL_NORMALIZERS.issuperset(normalizers) or _check_versions("tokenizers"):
        return None
    tokens = cast("list[dict[str, Json]]", tokenizer.outline.get("added_tokens") or [])
    contents = "".join(_list_search_forms(tokenizer, str(token["content"])) for token in tokens)
    if any(letter.isspace() for letter in contents) or any(map(_is_whole_word, tokens)):
        return None
    if splitter != "BertPreTokenizer" or _COMPOSING.intersection(normalizers):
        return ""
    return "".join(mark for mark in punctuation if mark not in contents)


def _read_gigatoken_version() -> str | None:
    """Return the version of the fast engine, None if it is not installed."""
    try:
        return version("gigatoken")
    except PackageNotFoundError:
        return None


def _list_search_forms(tokenizer: LoadedTokenizer, content: str) -> str:
    """Return an added token as it is written, followed by its normalized form: its flags decide which is searched."""
    normalizer = tokenizer.reference.normalizer
    return content + (normalizer.normalize_str(content) if normalizer else "")


def _is_whole_word(token: Mapping[str, Json]) -> bool:
    return bool(token.get("single_word"))


def _list_types(step: Json, parts: str) -> list[str]:
    """Return the type of a step, or the types of its own steps, which are in its field ``parts``."""
    if not isinstance(step, dict):
        return []
    steps = step.get(parts) if step.get("type") == "Sequence" else [step]
    return (
        [str(each.get("type")) if isinstance(each, dict) else "" for each in steps] if isinstance(steps, list) else [""]
    )


def _check_versions(*names: str) -> str | None:
    installed = {"tokenizers": tokenizers.__version__, "gigatoken": _read_gigatoken_version()}
    for name in names:
        found = installed[name]
        if found not in _TESTED[name]:
            return f"{name} {found} is not a tested version" if found else f"{name} is not installed"
    return None


def _check_model(tokenizer: LoadedTokenizer) -> str | None:
    model = _get_step(tokenizer.outline, "model")
    if tokenizer.kind != "BPE":
        return f"the model of the tokenizer is {tokenizer.kind}, and the engine supports only BPE"
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        return "the tokenizer marks tokens within words by a prefix or suffix"
    return None


def _check_added_tokens(outline: Mapping[str, Json]) -> str | None:
    normalizes = outline.get("normalizer") is not None
    for token in cast("list[dict[str, Json]]", outline.get("added_tokens") or []):
        if _is_whole_word(token):
            return f"the added token {token['content']} matches only as a whole word"
        if token.get("lstrip") or token.get("rstrip"):
            return f"the added token {token['content']} includes the spaces beside it"
        if normalizes and token.get("normalized"):
            return f"the added token {token['content']} is matched after normalizing"
    return None


def _check_steps(outline: Mapping[str, Json]) -> str | None:
    normalizer, splitter = outline.get("normalizer"), outline.get("pre_tokenizer")
    if _get_step(outline, "model").get("byte_fallback"):
        known = normalizer in _META_NORMALIZERS and splitter in _META_SPLITS
        return None if known else "the tokenizer prepares texts in a way that was not tested with byte fallback"
    if normalizer is not None and _get_step(outline, "normalizer").get("type") not in _COMPOSING:
        return f"the normalizer {_get_step(outline, 'normalizer').get('type')} was not tested"
    return None if _is_known_splitter(splitter) else "the tokenizer splits texts in a way that was not tested"


def _is_known_splitter(splitter: Json) -> bool:
    if not isinstance(splitter, dict):
        return False
    steps = splitter.get("pretokenizers") if splitter.get("type") == "Sequence" else [splitter]
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        return False
    *splits, last = cast("list[dict[str, Json]]", steps)
    is_bytes = last.get("type") == "ByteLevel" and not last.get("add_prefix_space")
    by_pattern = len(splits) == 1 and not last.get("use_regex", True) and _is_known_split(splits[0])
    return is_bytes and (by_pattern or (not splits and bool(last.get("use_regex", True))))


def _is_known_split(split: Mapping[str, Json]) -> bool:
    pattern = split.get("pattern")
    mode = (split.get("behavior"), split.get("invert"))
    return (
        split.get("type") == "Split"
        and isinstance(pattern, dict)
        and pattern.get("Regex") in _KNOWN_PATTERNS
        and mode in (("Isolated", False), ("Removed", True))
    )


def _get_step(outline: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    step = outline.get(name)
    return step if isinstance(step, dict) else {}

"""Which tokenizers a fast engine may be tried on at all: those of the kinds that it was tested with, and no other.

Default deny. The fast engine loads more than it gets right: it is silently wrong for added tokens with ``single_word``,
and for added tokens whose flags differ. And only where texts are parted into words first may each word be encoded for
itself. What is let through here must still agree with the reference on the probe and on documents of the dataset
(``mistudio.corpus.encoders.choice``).
"""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from string import punctuation
from typing import Final, cast

import tokenizers

from mistudio.core.errors import Json
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

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
# How GPT-4o, Llama 3 and Qwen split texts; GPT-2's way has no pattern, ByteLevel itself knows it.
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
# What parts texts at white space, of which nothing is left; and what may then part words further.
_WORD_SPLITTERS: Final = frozenset({"BertPreTokenizer", "Whitespace", "WhitespaceSplit"})
_SPLITTERS_OF_WORDS: Final = _WORD_SPLITTERS | {"Digits", "Punctuation"}
# What changes one character after the other, or composes it with the marks that follow it.
_LOCAL_NORMALIZERS: Final = frozenset(
    {"BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents"}
)
_COMPOSING: Final = frozenset({"NFC", "NFKC"})


def refusal(tokenizer: LoadedTokenizer) -> str | None:
    """Why the fast engine is not tried on ``tokenizer``, in words; None where it may be."""
    return (
        _untested_versions(*_TESTED)
        or _unknown_model(tokenizer)
        or _unknown_added_tokens(tokenizer.outline)
        or _unknown_steps(tokenizer.outline)
    )


def composes(tokenizer: LoadedTokenizer) -> bool:
    """Whether ``tokenizer`` composes marks, some of which the fast engine composes differently.

    Such a one gets only texts in which there is nothing to compose, and is not told to.
    """
    return _step(tokenizer.outline, "normalizer").get("type") in _COMPOSING


def word_marks(tokenizer: LoadedTokenizer) -> str | None:
    """The ASCII characters that are words of their own to ``tokenizer``, if it reads each word for itself, else None.

    It does where texts are parted at white space before anything else, normalizing does not look beyond a word, and no
    added token can be found across the end of one. A mark that an added token has in it counts as a letter.
    """
    normalizers = _types(tokenizer.outline.get("normalizer"), "normalizers")
    splitter, *others = _types(tokenizer.outline.get("pre_tokenizer"), "pretokenizers") or [""]
    is_parted = splitter in _WORD_SPLITTERS and _SPLITTERS_OF_WORDS.issuperset(others)
    if not is_parted or not _LOCAL_NORMALIZERS.issuperset(normalizers) or _untested_versions("tokenizers"):
        return None
    tokens = cast("list[dict[str, Json]]", tokenizer.outline.get("added_tokens") or [])
    contents = "".join(_as_sought(tokenizer, str(token["content"])) for token in tokens)
    if any(letter.isspace() for letter in contents) or any(map(_is_whole_word, tokens)):
        return None
    if splitter != "BertPreTokenizer" or _COMPOSING.intersection(normalizers):
        return ""
    return "".join(mark for mark in punctuation if mark not in contents)


def gigatoken_version() -> str | None:
    """The fast engine's version, None where it is not installed."""
    try:
        return version("gigatoken")
    except PackageNotFoundError:
        return None


def _as_sought(tokenizer: LoadedTokenizer, content: str) -> str:
    """An added token as it is written in a text, and as it is after normalizing; which of them is sought, it says."""
    normalizer = tokenizer.reference.normalizer
    return content + (normalizer.normalize_str(content) if normalizer else "")


def _is_whole_word(token: Mapping[str, Json]) -> bool:
    return bool(token.get("single_word"))


def _types(step: Json, parts: str) -> list[str]:
    """The types of a step, or of those that it consists of, which stand in its field ``parts``."""
    if not isinstance(step, dict):
        return []
    steps = step.get(parts) if step.get("type") == "Sequence" else [step]
    return (
        [str(each.get("type")) if isinstance(each, dict) else "" for each in steps] if isinstance(steps, list) else [""]
    )


def _untested_versions(*names: str) -> str | None:
    installed = {"tokenizers": tokenizers.__version__, "gigatoken": gigatoken_version()}
    for name in names:
        found = installed[name]
        if found not in _TESTED[name]:
            return f"{name} {found} is not a version that was tested" if found else f"{name} is not installed"
    return None


def _unknown_model(tokenizer: LoadedTokenizer) -> str | None:
    model = _step(tokenizer.outline, "model")
    if tokenizer.kind != "BPE":
        return f"its model is {tokenizer.kind}, and the fast engine knows BPE"
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        return "its tokens are written with a prefix or suffix within words"
    return None


def _unknown_added_tokens(outline: Mapping[str, Json]) -> str | None:
    normalizes = outline.get("normalizer") is not None
    for token in cast("list[dict[str, Json]]", outline.get("added_tokens") or []):
        if _is_whole_word(token):
            return f"its added token {token['content']} counts as a whole word only"
        if token.get("lstrip") or token.get("rstrip"):
            return f"its added token {token['content']} takes the spaces beside it"
        if normalizes and token.get("normalized"):
            return f"its added token {token['content']} is sought after normalizing"
    return None


def _unknown_steps(outline: Mapping[str, Json]) -> str | None:
    normalizer, splitter = outline.get("normalizer"), outline.get("pre_tokenizer")
    if _step(outline, "model").get("byte_fallback"):
        known = normalizer in _META_NORMALIZERS and splitter in _META_SPLITS
        return None if known else "it prepares texts in a way that was not tested with SentencePiece's bytes"
    if normalizer is not None and _step(outline, "normalizer").get("type") not in _COMPOSING:
        return f"its normalizer {_step(outline, 'normalizer').get('type')} was not tested"
    return None if _is_known_splitter(splitter) else "it splits texts in a way that was not tested"


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
    way = (split.get("behavior"), split.get("invert"))
    return (
        split.get("type") == "Split"
        and isinstance(pattern, dict)
        and pattern.get("Regex") in _KNOWN_PATTERNS
        and way in (("Isolated", False), ("Removed", True))
    )


def _step(outline: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    step = outline.get(name)
    return step if isinstance(step, dict) else {}

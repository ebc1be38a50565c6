"""Read tokenizer.json: check the kind of its model, write its canonical form, and derive figures from it."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, cast

import orjson
from tokenizers import Tokenizer

from mistudio.core.errors import Json, UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TOKENIZER

Kind = Literal["BPE", "WordPiece", "Unigram", "WordLevel"]

_KINDS: Final = frozenset({"BPE", "WordPiece", "Unigram", "WordLevel"})


def check_kind(parts: Mapping[str, Json], name: str) -> Kind:
    """Return the kind of the model; ``name`` is the repository.

    Raises UnsupportedTokenizer if the kind is unknown, or if the model encodes at random.
    """
    model = parts.get("model")
    if not isinstance(model, dict):
        raise UnsupportedTokenizer(f"The {TOKENIZER} of {name} has no model. Use another tokenizer.")
    if model.get("dropout"):
        raise UnsupportedTokenizer(
            f"{name} drops merges at random (dropout {model['dropout']}), so its ids differ each time. "
            f"Set dropout to null in its {TOKENIZER}."
        )
    # Files from before version 0.9 of the library do not name the type of their model; only BPE has merges.
    kind = model.get("type", "BPE" if "merges" in model else None)
    if kind not in _KINDS:
        raise UnsupportedTokenizer(f"{name} has a model of unknown type, “{kind}”. Use one of {sorted(_KINDS)}.")
    return cast("Kind", kind)


def canonicalize_json(parts: Mapping[str, Json]) -> bytes:
    """Return a tokenizer.json of sorted keys, without anything that does not decide the ids of a whole text.

    Truncation and padding go, because our own settings decide them. Merges become pairs, as newer files have them.
    """
    model = _get_model(parts)
    if isinstance(merges := model.get("merges"), list):
        pairs: list[Json] = [cast("Json", merge.split(" ")) if isinstance(merge, str) else merge for merge in merges]
        model = {**model, "merges": pairs}
    canonical = {**parts, "model": model, "truncation": None, "padding": None}
    return orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)


def replace_added_tokens(parts: Mapping[str, Json], tokens: Sequence[dict[str, Json]]) -> Mapping[str, Json]:
    """Return ``parts`` with ``tokens`` as its added tokens; ``parts`` itself if it has the same ones."""
    listed = parts.get("added_tokens") or []
    is_same = isinstance(listed, list) and len(listed) == len(tokens) and all(token in listed for token in tokens)
    return parts if is_same else {**parts, "added_tokens": list(tokens)}


def remove_normalizer(canonical: bytes) -> bytes:
    """Return the canonical tokenizer.json without its normalizer; ids differ only for texts that it would change."""
    return orjson.dumps({**orjson.loads(canonical), "normalizer": None}, option=orjson.OPT_SORT_KEYS)


def load_reference(parts: Mapping[str, Json], name: str) -> Tokenizer:
    """Return the library's tokenizer; its spans include the space before a word, its ids are not affected.

    Raises UnsupportedTokenizer.
    """
    untrimmed = {
        **parts,
        "truncation": None,
        "padding": None,
        "post_processor": _keep_spaces(parts.get("post_processor")),
    }
    try:
        return Tokenizer.from_buffer(orjson.dumps(untrimmed))
    except ValueError as error:
        raise UnsupportedTokenizer(
            f"The {TOKENIZER} of {name} cannot be loaded: {error}. Use another tokenizer."
        ) from error


def _keep_spaces(processor: Json) -> Json:
    if isinstance(processor, list):
        return [_keep_spaces(inner) for inner in processor]
    if not isinstance(processor, dict):
        return processor
    changed = dict(processor)
    if "trim_offsets" in changed:
        changed["trim_offsets"] = False
    if "processors" in changed:
        changed["processors"] = _keep_spaces(changed["processors"])
    return changed


def count_vocabulary(parts: Mapping[str, Json]) -> int:
    """Return one more than the largest id: vocabularies have holes, and every id needs a row of the embedding."""
    vocab = _get_model(parts).get("vocab")
    ids = vocab.values() if isinstance(vocab, dict) else range(len(vocab) if isinstance(vocab, list) else 0)
    added = [token["id"] for token in cast("list[dict[str, Json]]", parts.get("added_tokens") or [])]
    return max((number for number in (*ids, *added) if isinstance(number, int)), default=-1) + 1


def make_outline(parts: Mapping[str, Json]) -> dict[str, Json]:
    """Return the same values without vocabulary and merges."""
    model = _get_model(parts)
    return {**parts, "model": {name: value for name, value in model.items() if name not in ("vocab", "merges")}}


def _get_model(parts: Mapping[str, Json]) -> dict[str, Json]:
    return cast("dict[str, Json]", parts["model"])

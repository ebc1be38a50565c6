"""Tokens that files beside tokenizer.json name are encoded as AutoTokenizer encodes them."""

import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from fakes import tokenizers as small
from mistudio.core.errors import UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers.tokenizer import read_tokenizer

TOKENS = (
    "<|a|>",
    "<|im_start|>",
    "fox",
    "the",
    " x",
    "Éx",
    "[SEP]",
    "<s>",
    "</s>",
    "<unk>",
    "<pad>",
    "日本",
    "<|B C|>",
)
TEXTS = [
    *(f"{before}{token}{after}" for token in TOKENS for before, after in (("", ""), ("x ", " y"), ("The", "z"))),
    "The quick <|a|><|im_start|> THE FOX É éx Éx 日本語 <s></s> <unk><pad>  fox  foxes <|B C|>",
]
FLAGS = ("lstrip", "rstrip", "normalized", "single_word", "special")
ROLES = ("bos", "eos", "pad", "unk", "sep", "cls", "mask")


def make_token(chance: random.Random) -> dict[str, Any]:
    """Return a token with random flags, some of them absent."""
    flags = {flag: chance.random() < 0.4 for flag in FLAGS if chance.random() < 0.9}
    return {"content": chance.choice(TOKENS), **flags}


def make_named(chance: random.Random, *, typed: bool) -> dict[str, Any]:
    """Return random special tokens by role, as text or with flags."""
    mark = {"__type": "AddedToken"} if typed else {}
    return {
        f"{role}_token": chance.choice(TOKENS) if chance.random() < 0.7 else {**mark, **make_token(chance)}
        for role in ROLES
        if chance.random() < 0.3
    }


def make_random_files(seed: int) -> dict[str, bytes]:
    """Return a tokenizer whose files name tokens in every place, with ids that differ between them."""
    chance = random.Random(seed)
    # This kind has two added tokens that overlap, between which the library itself chooses at random.
    kinds = [kind for kind in small.KINDS if kind != "WordPiece with tokens of all flags"]
    parts = orjson.loads(small.KINDS[chance.choice(kinds)]().to_str())
    if chance.random() < 0.3:
        parts["added_tokens"].pop()
    size = len(parts["model"]["vocab"])
    ids = [*range(size - 2, size + 8), 0, 1, 2, 700, 900]
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **make_named(chance, typed=True)}
    if chance.random() < 0.6:
        config["added_tokens_decoder"] = {str(number): make_token(chance) for number in chance.sample(ids, 4)}
    options: dict[str, Any] = {
        "image_token": chance.choice(TOKENS),
        "additional_special_tokens": chance.sample(TOKENS, 2),
        "extra_special_tokens": chance.choice([chance.sample(TOKENS, 2), {"boi_token": chance.choice(TOKENS)}]),
        "split_special_tokens": chance.random() < 0.3,
    }
    config |= {name: value for name, value in options.items() if chance.random() < 0.2}
    files = {"tokenizer.json": parts, "tokenizer_config.json": config}
    if chance.random() < 0.5:
        files["added_tokens.json"] = {token: chance.choice(ids) for token in chance.sample(TOKENS, 3)}
    if chance.random() < 0.5:
        files["special_tokens_map.json"] = {
            **make_named(chance, typed=False),
            **({"additional_special_tokens": chance.sample(TOKENS, 2)} if chance.random() < 0.3 else {}),
        }
    return {name: orjson.dumps(content) for name, content in files.items()}


@pytest.mark.parametrize("seed", range(40))
def test_ids_are_those_of_auto_tokenizer(seed: int, tmp_path: Path) -> None:
    """In every combination of places, flags and ids."""
    files = make_random_files(seed)
    ours, theirs = read_tokenizer(TokenizerFiles("x", None, files)), small.load_auto_tokenizer(files, tmp_path)
    for text in TEXTS:
        for added in (False, True):
            expected = theirs(text, add_special_tokens=added)["input_ids"]
            found = list(ours.encode_with_offsets(text, add_special_tokens=added).ids)
            assert expected == found, (text, files["tokenizer_config.json"])


def test_a_new_token_changes_the_identity_and_is_noted() -> None:
    """Equal files have equal fingerprints; the note names the token, and its id is the library's."""
    plain = small.make_files(small.train_byte_level(), config={})
    decoder = {"added_tokens_decoder": {"9000": {"content": "<|x|>", "special": True}}}
    more = {**plain, "tokenizer_config.json": orjson.dumps(decoder)}
    one, other = (read_tokenizer(TokenizerFiles("x", None, files)) for files in (plain, more))
    assert ((), one.vocab_size) == (one.notes, other.vocab_size - 1)
    assert one.fingerprint != other.fingerprint
    assert "<|x|>" in other.notes[0]
    assert (one.vocab_size,) == other.encode_with_offsets("<|x|>", add_special_tokens=False).ids


@pytest.mark.parametrize(
    "content",
    [
        {"added_tokens_decoder": {"600": "<|x|>"}},
        {"added_tokens_decoder": {"many": {"content": "<|x|>"}}},
        {"added_tokens_decoder": {"600": {"lstrip": True}}},
        {"eos_token": 5},
    ],
)
def test_what_is_no_token_is_refused(content: dict[str, Any]) -> None:
    """The refusal names the repository."""
    files = small.make_files(small.train_byte_level(), config=content)
    with pytest.raises(UnsupportedTokenizer, match="ada/x"):
        read_tokenizer(TokenizerFiles("ada/x", None, files))

"""A tokenizer.json is reduced to what makes ids, and refused if its ids cannot be relied on."""

import orjson
import pytest
from tokenizers import Tokenizer, models

from fakes import tokenizers as small
from mistudio.core.errors import UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers import read_tokenizer
from mistudio.corpus.tokenizers.definition import canonicalize_json, make_outline, remove_normalizer


def test_the_fingerprint_covers_what_makes_ids() -> None:
    """It ignores truncation, padding, the order of keys and the form of merges, but no added token."""
    parts = orjson.loads(small.train_byte_level().to_str())
    merges = [" ".join(pair) for pair in parts["model"]["merges"]]
    padding = {
        "strategy": "BatchLongest",
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    written = {"model": {**parts["model"], "merges": merges}, **parts, "padding": padding}
    other = {**parts, "added_tokens": parts["added_tokens"][:2]}

    prints = [
        read_tokenizer(TokenizerFiles("x", None, {"tokenizer.json": orjson.dumps(each)})).fingerprint
        for each in (parts, written, {**written, "model": {**parts["model"], "merges": merges}}, other)
    ]

    assert [True, True, True, False] == [each == prints[0] for each in prints]


def test_random_or_unreadable_tokenizers_are_refused() -> None:
    """The message names the reason: dropout, a damaged file, an unknown model."""
    parts = orjson.loads(small.train_byte_level().to_str())
    dropping = {**parts, "model": {**parts["model"], "dropout": 0.1}}
    cases = [
        (orjson.dumps(dropping), "drops merges at random"),
        (b"{", "is not JSON"),
        (b"[]", "does not hold an object"),
        (b"{}", "has no model"),
        (b'{"model": {"type": "Neural"}}', "unknown type, “Neural”"),
        (b'{"model": {"type": "BPE", "vocab": 3}}', "cannot be loaded"),
    ]
    for content, words in cases:
        with pytest.raises(UnsupportedTokenizer, match=words):
            read_tokenizer(TokenizerFiles("x", None, {"tokenizer.json": content}))


def test_limits_and_sizes_are_read() -> None:
    """A limit that means none is None; every id is below the size, even with holes."""
    files = small.make_files(small.train_byte_level())
    files["tokenizer_config.json"] = b'{"model_max_length": 1000000000000000019884624838656}'
    endless = read_tokenizer(TokenizerFiles("x", None, files))
    assert (None, 512) == (endless.model_max_length, small.load(small.train_byte_level()).model_max_length)
    holes = Tokenizer(models.WordLevel({"a": 0, "b": 7}, unk_token="a"))
    assert 8 == small.load(holes).vocab_size


def test_the_outline_has_everything_but_the_vocabulary() -> None:
    """Removing the normalizer changes nothing else."""
    parts = orjson.loads(small.KINDS["composing"]().to_str())
    outline = make_outline(parts)
    assert {"type", "vocab", "merges"} & set(outline["model"]) == {"type"}  # type: ignore[arg-type]  # an object
    assert outline["normalizer"] == parts["normalizer"]
    without = orjson.loads(remove_normalizer(canonicalize_json(parts)))
    assert {**orjson.loads(canonicalize_json(parts)), "normalizer": None} == without

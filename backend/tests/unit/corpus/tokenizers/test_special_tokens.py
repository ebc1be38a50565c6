"""Special tokens are found in the files that name them."""

import pytest

from fakes import tokenizers as small
from mistudio.corpus.hub.tokenizer_files import TokenizerFiles
from mistudio.corpus.tokenizers import read_tokenizer
from mistudio.corpus.tokenizers.special_tokens import find_special_tokens


def test_special_tokens_are_found_in_order_of_the_sources() -> None:
    """By name in a configuration, else by id in the model's configuration, else by conventional names."""
    tokenizer = small.train_byte_level()
    bare = {"tokenizer.json": tokenizer.to_str().encode()}
    numbered = {**bare, "tokenizer_config.json": b"{}", "config.json": b'{"bos_token_id": 2, "eos_token_id": [2, 1]}'}
    mapped = {**bare, "special_tokens_map.json": b'{"eos_token": {"content": "<s>"}, "pad_token": "[new]"}'}

    found = [read_tokenizer(TokenizerFiles("x", None, files)).special for files in (bare, numbered, mapped)]

    assert [(1, 2, 0), (2, 2, None), (None, 1, 414)] == [(each.bos, each.eos, each.pad) for each in found]
    assert (0, 1, 2) == found[0].all_ids


@pytest.mark.parametrize("eos", [True, -1, 10_000, "2", []])
def test_an_id_that_is_none_of_the_vocabulary_is_ignored(eos: object) -> None:
    """The conventional names then decide."""
    tokenizer = small.train_byte_level()
    found = find_special_tokens(tokenizer, config={}, special_map={}, model_config={"eos_token_id": eos})  # type: ignore[dict-item]  # any JSON
    assert (1, 2, 0) == (found.bos, found.eos, found.pad)

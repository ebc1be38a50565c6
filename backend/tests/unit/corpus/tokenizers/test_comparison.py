"""A tokenizer's ids against those of AutoTokenizer: silence where they agree, else one sentence with an example."""

import json

from tokenizers import Tokenizer, models, pre_tokenizers

from mistudio.corpus.hub.auto_tokenizer import AUTO_IDS
from mistudio.corpus.tokenizers.comparison import warn_of_auto_tokenizer

CONFIG = {"tokenizer_config.json": b'{"tokenizer_class": "LlamaTokenizer"}'}


def make_tokenizer() -> Tokenizer:
    """Return a tokenizer of two words that has no token for unknown text."""
    tokenizer = Tokenizer(models.WordLevel(vocab={"a": 0, "b": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def warn_of(answer: object) -> tuple[str, ...]:
    """Return the warnings about this answer of AutoTokenizer."""
    return warn_of_auto_tokenizer(make_tokenizer(), {**CONFIG, AUTO_IDS: json.dumps(answer).encode()})


def test_equal_ids_and_generic_classes_give_no_warning() -> None:
    """A text that the vocabulary lacks is not compared."""
    assert () == warn_of_auto_tokenizer(make_tokenizer(), {})
    assert () == warn_of({"made_by": "transformers 1", "texts": ["a b", "a z"], "ids": [[0, 1], [0, 7]]})


def test_the_shortest_text_that_differs_is_the_example() -> None:
    """The counts cover the texts that were compared."""
    texts, ids = ["a b a", "b", "a", "a z"], [[1, 1, 1], [0], [0], [5]]
    (found,) = warn_of({"made_by": "transformers 1", "texts": texts, "ids": ids})
    assert "AutoTokenizer of transformers 1 gives other ids for 2 of 3 texts: " in found
    assert found.endswith("it encodes 'b' as [0], and tokenizer.json as [1].")


def test_ids_that_could_not_be_compared_are_mentioned() -> None:
    """Transformers is not installed, or cannot load the tokenizer; its reason ends with one full stop."""
    (missing,) = warn_of_auto_tokenizer(make_tokenizer(), CONFIG)
    assert missing.startswith("AutoTokenizer may encode differently for LlamaTokenizer; the ids were not compared.")
    assert ("AutoTokenizer cannot load this tokenizer (No vocabulary).",) == warn_of({"error": "No vocabulary."})

"""A small dataset, its tokenizer and its tokenization, as the tests of services have them."""

from dataclasses import dataclass
from typing import Final

TOKENIZER: Final = "./tokenizers/small"
TEXTS: Final = ("one two", "three", "one two three four", "")


@dataclass(frozen=True)
class Tokenized:
    """A ready dataset of ``TEXTS`` and its ready tokenization by ``TOKENIZER``."""

    dataset_id: str
    tokenization_id: str

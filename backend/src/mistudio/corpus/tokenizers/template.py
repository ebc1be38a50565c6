"""Learn from the reference what ``add_special_tokens`` puts around a text.

Post-processors come in several kinds and nest, so reading their settings would mean implementing them again. Encoding a
few texts with and without special tokens shows the prefix and the suffix. Nothing else can be added to ids that another
engine made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Tokenizer

from mistudio.core.errors import UnsupportedTokenizer
from mistudio.corpus.tokenizers.unknown_text import can_encode

_TEXTS: Final = ("", "a", "the end", "1 2 3", "naïve 日本語", " \n ", "ab" * 40)
_MOST_WORDS: Final = 256


@dataclass(frozen=True)
class RowTemplate:
    """The ids before and after every text."""

    prefix: tuple[int, ...]
    suffix: tuple[int, ...]


def learn_row_template(tokenizer: Tokenizer) -> RowTemplate:
    """Return the prefix and suffix of ``tokenizer``; raises UnsupportedTokenizer if its template is anything else."""
    if tokenizer.post_processor is None:
        return RowTemplate((), ())
    candidates: set[RowTemplate] | None = None
    for text in _list_texts(tokenizer):
        bare, complete = (tokenizer.encode(text, add_special_tokens=added).ids for added in (False, True))
        possible = _list_candidates(bare, complete)
        candidates = possible if candidates is None else candidates & possible
    if not candidates or len(candidates) > 1:
        raise UnsupportedTokenizer(
            "This tokenizer adds special tokens elsewhere than before and after a text, which is not supported. "
            "Use a tokenizer whose post-processor adds only a prefix and a suffix."
        )
    return candidates.pop()


def _list_texts(tokenizer: Tokenizer) -> list[str]:
    """Return texts that ``tokenizer`` can encode: words of its vocabulary if it cannot encode every text."""
    texts = [text for text in _TEXTS if can_encode(tokenizer, text)]
    if len(texts) == len(_TEXTS):
        return texts
    words = (tokenizer.decode([number], skip_special_tokens=False) for number in range(_MOST_WORDS))
    return [*texts, *(word for word in words if can_encode(tokenizer, word))]


def _list_candidates(bare: Sequence[int], complete: Sequence[int]) -> set[RowTemplate]:
    """Return every template that makes ``complete`` of ``bare``."""
    extra = len(complete) - len(bare)
    return {
        RowTemplate(tuple(complete[:start]), tuple(complete[start + len(bare) :]))
        for start in range(extra + 1)
        if list(complete[start : start + len(bare)]) == list(bare)
    }

"""What ``add_special_tokens`` puts around a text, learnt from encodes of the reference itself.

Post-processors come in several kinds and nest; reading their settings would mean to repeat them. Encoding a few texts
both ways and comparing shows what they do, and whether it is a prefix and a suffix, the only thing that can be added
to ids that another engine made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Tokenizer

from mistudio.core.errors import UnsupportedTokenizer

_TEXTS: Final = ("", "a", "the end", "1 2 3", "naïve 日本語", " \n ", "ab" * 40)


@dataclass(frozen=True)
class RowTemplate:
    """Ids before and after every text."""

    prefix: tuple[int, ...]
    suffix: tuple[int, ...]


def learn_row_template(tokenizer: Tokenizer) -> RowTemplate:
    """The prefix and suffix of ``tokenizer``; raises UnsupportedTokenizer where its template is something else."""
    candidates: set[RowTemplate] | None = None
    for text in _TEXTS:
        bare = tokenizer.encode(text, add_special_tokens=False).ids
        dressed = tokenizer.encode(text, add_special_tokens=True).ids
        possible = _possible(bare, dressed)
        candidates = possible if candidates is None else candidates & possible
    if not candidates or len(candidates) > 1:
        raise UnsupportedTokenizer(
            "This tokenizer does more than put tokens before and after a text when it adds special tokens: "
            "its rows cannot be told apart from the text."
        )
    return candidates.pop()


def _possible(bare: Sequence[int], dressed: Sequence[int]) -> set[RowTemplate]:
    """Every way in which ``dressed`` is ``bare`` with something around it."""
    extra = len(dressed) - len(bare)
    return {
        RowTemplate(tuple(dressed[:start]), tuple(dressed[start + len(bare) :]))
        for start in range(extra + 1)
        if list(dressed[start : start + len(bare)]) == list(bare)
    }

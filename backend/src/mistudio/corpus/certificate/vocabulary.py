"""What each token of a vocabulary looks like: how its text begins, and whether it is special.

The checks of all rows look ids up in these arrays, so that they need not decode a row.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.tokenizers import LoadedTokenizer

Flags = NDArray[np.bool_]

_BATCH: Final = 4_096
_ANCHORS: Final = ("a", "the", "x", "1", ".", ",")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Flags of shape (vocab_size,).

    ``is_spaced``: the text begins with white space. ``continues``: it begins with a small letter, without a space
    before it. ``resumes``: it begins with a space and then a letter. ``is_upper``: its first letter is a capital;
    ``is_small``: a small one. ``ends_word``: its last character is a letter.
    ``adds_space``: the tokenizer puts a space before every text, so that a text's first word looks like any other.
    """

    size: int
    is_special: Flags
    is_spaced: Flags
    continues: Flags
    resumes: Flags
    is_small: Flags
    is_upper: Flags
    ends_word: Flags
    adds_space: bool

    @classmethod
    def from_tokenizer(cls, tokenizer: LoadedTokenizer) -> Self:
        """Return the flags of all tokens of ``tokenizer``."""
        size = tokenizer.vocab_size
        texts = _decode_each(tokenizer, size)
        is_special = np.zeros(size, np.bool_)
        is_special[[number for number in tokenizer.special.all_ids if number < size]] = True
        plain = ~is_special
        stripped = [text.lstrip() for text in texts]
        spaced = np.array([text[:1].isspace() for text in texts], np.bool_)
        small = np.array([text[:1].islower() for text in stripped], np.bool_)
        upper = np.array([text[:1].isupper() for text in stripped], np.bool_)
        resumes = np.array([text[:1] == " " and text[1:2].isalpha() for text in texts], np.bool_)
        return cls(
            size=size,
            is_special=is_special,
            is_spaced=spaced & plain,
            continues=~spaced & small & plain,
            resumes=resumes & plain,
            is_small=small & plain,
            is_upper=upper & plain,
            ends_word=np.array([text[-1:].isalpha() for text in texts], np.bool_) & plain,
            adds_space=_adds_space(tokenizer, texts),
        )


def _decode_each(tokenizer: LoadedTokenizer, size: int) -> list[str]:
    """Return the text of every token as it stands after another one: alone, some would lose their space."""
    anchor = _find_anchor(tokenizer)
    before = tokenizer.decode([anchor])
    texts: list[str] = []
    for start in range(0, size, _BATCH):
        pairs = [[anchor, number] for number in range(start, min(start + _BATCH, size))]
        texts += [text[len(before) :] if text.startswith(before) else "" for text in tokenizer.decode_all(pairs)]
    return texts


def _find_anchor(tokenizer: LoadedTokenizer) -> int:
    """Return a token that decodes to a word or a character."""
    for text in _ANCHORS:
        ids = tokenizer.reference.encode(text, add_special_tokens=False).ids
        if len(ids) == 1 and ids[0] not in tokenizer.special.all_ids and tokenizer.decode(ids).strip() == text:
            return ids[0]
    return next((number for number in range(tokenizer.vocab_size) if number not in tokenizer.special.all_ids), 0)


def _adds_space(tokenizer: LoadedTokenizer, texts: list[str]) -> bool:
    """Return whether the first token of a text is one that begins with a space."""
    for text in _ANCHORS:
        ids = tokenizer.reference.encode(text, add_special_tokens=False).ids
        if ids and ids[0] not in tokenizer.special.all_ids:
            return texts[ids[0]][:1].isspace()
    return False

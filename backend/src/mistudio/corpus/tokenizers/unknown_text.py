"""Find the text that a vocabulary without a token for unknown text cannot encode.

For such text the library raises an error without any position. To find it, the text is encoded once more by a copy of
the tokenizer that has a token for unknown text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import orjson
from tokenizers import Tokenizer

from mistudio.core.errors import UnknownText

# The library raises errors of this class itself; those of its subclasses have other causes.
_LIBRARY_ERROR: Final = Exception
# Noncharacters, so that no text contains it by chance.
_MARK: Final = "\U0010fffe\U0010ffff\U0010fffe"
_LONGEST: Final = 40
_REMEDY: Final = "Use another tokenizer, or remove such text."


class TextNotInVocabulary(UnknownText):
    """Text ``place`` of a batch has ``piece``, which the vocabulary lacks; ``where`` names the row."""

    def __init__(self, piece: str, *, place: int = 0, where: str = "") -> None:
        named = f"“{piece}”" if piece else "some of its characters"
        subject = f"{where}: the text has {named}" if where else f"The text has {named}"
        super().__init__(f"{subject}, which the tokenizer's vocabulary lacks, and it has no unknown token. {_REMEDY}")
        self.piece = piece
        self.place = place

    def locate(self, split: str, row: int) -> "TextNotInVocabulary":
        """Return the same error with the row of the dataset, counted from 0."""
        return TextNotInVocabulary(self.piece, place=self.place, where=f"Row {row} of split “{split}”, counted from 0")


@contextmanager
def translate_unknown_text(tokenizer: Tokenizer, texts: Sequence[str], *, first: int = 0) -> Iterator[None]:
    """Translate the library's error about unknown text into TextNotInVocabulary; ``first`` is the place of texts[0]."""
    try:
        yield
    except BaseException as error:
        if not _is_about_unknown_text(error):
            raise
        place = next((number for number, text in enumerate(texts) if not can_encode(tokenizer, text)), 0)
        piece = _find_piece(tokenizer, texts[place])
        raise TextNotInVocabulary(piece, place=first + place) from error


def can_encode(tokenizer: Tokenizer, text: str) -> bool:
    """Return whether the vocabulary covers ``text``."""
    try:
        tokenizer.encode(text, add_special_tokens=False)
    except BaseException as error:
        if not _is_about_unknown_text(error):
            raise
        return False
    return True


def has_unknown_token(tokenizer: Tokenizer) -> bool:
    """Return whether any text can be encoded; a BPE model leaves out what its vocabulary lacks."""
    return can_encode(tokenizer, _MARK)


def _is_about_unknown_text(error: BaseException) -> bool:
    return type(error) is _LIBRARY_ERROR and "unk" in str(error).casefold()


def _find_piece(tokenizer: Tokenizer, text: str) -> str:
    """Return the first word that the vocabulary lacks, or character if the model encodes characters."""
    marking = _add_mark(tokenizer)
    number = marking.token_to_id(_MARK)
    encoding = marking.encode(text, add_special_tokens=False)
    spans = (span for found, span in zip(encoding.ids, encoding.offsets, strict=True) if found == number)
    start, end = next(spans, (0, 0))
    piece = text[start:end].strip() or text[start:end]
    is_by_character = orjson.loads(tokenizer.model.__getstate__()).get("type") == "Unigram"
    piece = piece[:1] if is_by_character else piece
    return piece if len(piece) <= _LONGEST else f"{piece[:_LONGEST]}…"


def _add_mark(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy that encodes unknown text as the mark; its other ids may differ."""
    parts = orjson.loads(tokenizer.to_str())
    model = parts["model"]
    if model["type"] == "Unigram":
        model["unk_id"] = len(model["vocab"])
        model["vocab"].append([_MARK, 0.0])
    else:
        model["vocab"][_MARK] = max(model["vocab"].values(), default=-1) + 1
        model["unk_token"] = _MARK
    return Tokenizer.from_buffer(orjson.dumps(parts))

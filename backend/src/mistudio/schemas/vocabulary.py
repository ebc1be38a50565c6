"""Shapes of a tokenization's vocabulary: how often each token occurs, and where."""

from typing import Literal

from pydantic import Field

from mistudio.schemas.common import Page, Shape, Share
from mistudio.schemas.token_rows import TokenContext


class TokenSplitCount(Shape):
    """How often one token occurs in one split."""

    split: str
    count: int
    inserted: int


class VocabularyToken(Shape):
    """One token of the vocabulary; padding does not count."""

    id: int
    text: str
    kind: Literal["data", "special"]
    count: int = Field(description="Occurrences in documents, as they were written.")
    inserted: int = Field(description="Occurrences as an inserted special token.")
    share: Share = Field(description="``count``, of all tokens of documents.")
    splits: list[TokenSplitCount]


class KeywordContext(TokenContext):
    """One occurrence of a token, with the tokens of its row around it; it is number ``at`` of ``tokens``."""

    at: int


class TokenContexts(Page[KeywordContext]):
    """One page of the occurrences of a token, with its counts."""

    token: VocabularyToken

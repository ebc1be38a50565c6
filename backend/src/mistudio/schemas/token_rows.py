"""Shapes of written rows: their tokens, and where each of them came from."""

from typing import Literal

from pydantic import Field

from mistudio.schemas.common import Shape


class RowSegment(Shape):
    """A run of positions that came from one source row; ``token_start_in_row`` counts that row's tokens."""

    row: int
    token_start_in_row: int
    position: int
    length: int


class TokenView(Shape):
    """One token as a reader sees it: id, the text it stands for, and whether it is data."""

    id: int
    text: str
    kind: Literal["data", "special", "padding"]


class TokenizedRow(Shape):
    """One written row; ``row`` counts from 0 within its split."""

    split: str
    row: int
    tokens: list[TokenView]
    segments: list[RowSegment]


class TraceSource(Shape):
    """Where a token came from. ``text`` is the document around the span; spans are characters of the whole document."""

    split: str
    row: int
    sample_id: int
    char_start: int
    char_end: int
    text: str
    text_start: int = Field(description="The character of the document at which ``text`` begins.")
    file: str | None = Field(description="The file of the source.")
    file_sha256: str | None
    repo: str | None
    config: str | None
    commit: str | None


class TraceResponse(Shape):
    """One position of one written row; ``source`` is null for special tokens and padding."""

    tokenization_id: str
    dataset_id: str
    split: str
    row: int
    position: int
    token: TokenView
    source: TraceSource | None

"""Shapes of written rows: their tokens, and the source of each token."""

from typing import Literal

from pydantic import Field

from mistudio.corpus.tokenized import trace
from mistudio.schemas.common import Shape


class RowSegment(Shape):
    """Consecutive positions from one source row, beginning with its token number ``token_start_in_row``."""

    row: int
    token_start_in_row: int
    position: int
    length: int


class TokenView(Shape):
    """One token: its id, its text, and whether it is data."""

    id: int
    text: str
    kind: Literal["data", "special", "padding"]


class TokenizedRow(Shape):
    """One written row; ``row`` counts from 0 within its split.

    ``tokens`` and ``segments`` have the first 10,000, or fewer on a page of many rows; the counts count all.
    """

    split: str
    row: int
    tokens: list[TokenView]
    segments: list[RowSegment]
    token_count: int
    segment_count: int


class TraceSource(Shape, trace.TextSpan):
    """The source of a token. ``text`` is the document around the span; spans count characters of the whole document."""

    sample_id: int
    text_start: int = Field(description="The character of the document at which ``text`` begins.")
    file: str | None = Field(description="The source file.")
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


class TokenOrigin(Shape):
    """Consecutive positions of a context that come from one document, which is source row ``row``."""

    split: str
    row: int
    token_start: int
    position: int = Field(description="Counts from the start of the context.")
    length: int
    file: str | None = Field(description="The source file.")
    file_sha256: str | None
    repo: str | None
    commit: str | None


class TokenContext(Shape):
    """Consecutive tokens of a written row, from ``position`` on, and the documents that they come from."""

    split: str
    row: int
    position: int
    tokens: list[TokenView]
    origins: list[TokenOrigin]

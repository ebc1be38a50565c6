"""Shapes of samples."""

from typing import Literal

from pydantic import Field

from mistudio.schemas.common import Page, Shape
from mistudio.schemas.tokenization import TokenSpan

SearchMode = Literal["words", "exact", "regex"]


class SampleResponse(Shape):
    """One row. ``row`` counts from 0 within its split, ``id`` over all splits in the manifest's order.

    ``text`` is cut where ``truncated`` is true; the single-sample route has it whole. ``marks`` are character spans of
    the text as shown. ``columns`` has every other column in a JSON form.
    """

    id: int
    split: str
    row: int
    text: str
    token_count: int | None
    char_count: int
    truncated: bool
    marks: list[tuple[int, int]]
    columns: dict[str, object]


class SampleDetail(SampleResponse):
    """One row whole, with its tokens where a tokenization was asked for."""

    tokenization_id: str | None = None
    tokens: list[TokenSpan] | None = None


class SearchInfo(Shape):
    """How the page was found; while ``exact_total`` is false, the total is a lower bound."""

    mode: SearchMode | None
    took_ms: float = Field(ge=0)
    exact_total: bool


class SampleListResponse(Page[SampleResponse]):
    """A page of samples."""

    search: SearchInfo

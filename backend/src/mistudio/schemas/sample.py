"""Shapes of samples."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from mistudio.schemas.common import OneLine, Page, Shape
from mistudio.schemas.tokenizer import TokenSpan

SearchMode = Literal["words", "exact", "regex"]
TokenCount = Annotated[int, Field(ge=0, le=2**53)]
SampleSort = Literal["row", "relevance"]


class SampleQuery(BaseModel):
    """Which samples to list."""

    split: OneLine | None = Field(default=None, max_length=255, description="Default: all, one after the other.")
    search: str | None = Field(
        default=None,
        max_length=4_096,
        description="words: all of them, in any order; "
        '"a phrase", begin*, -without. exact: this text. regex: an RE2 pattern.',
    )
    mode: SearchMode = "words"
    case: bool | None = Field(
        default=None,
        description="Whether exact and regex are case-sensitive. Default: regex only.",
    )
    sort: SampleSort = Field(default="row", description="relevance: the best match first; needs words and an index.")
    where: list[Annotated[str, Field(max_length=65_536)]] = Field(
        default_factory=list,
        max_length=20,
        description='Conditions that all have to hold, each a JSON array ["column", "op", value] with op one of = != < '
        "<= > >= in contains is_null not_null. The column may be a path (meta.lang). Null matches is_null only.",
    )
    order_by: Annotated[str, Field(min_length=1, max_length=1_024)] | None = Field(
        default=None,
        description="A column or path, or -column for the greatest first; NaN and null come last. Before `sort`. "
        "Texts are compared by their first 100 bytes.",
    )
    min_tokens: TokenCount | None = Field(default=None, description="Samples with at least this many tokens.")
    max_tokens: TokenCount | None = Field(default=None, description="Samples with at most this many tokens.")
    tokenization: OneLine | None = Field(
        default=None,
        max_length=64,
        description="The tokenization of the token counts. Default: the newest ready one.",
    )
    page: int = Field(default=1, ge=1, le=1_000_000_000, description="Counts from 1.")
    limit: int = Field(default=50, ge=1, le=100, description="Items per page.")


class SampleResponse(Shape):
    """One row. ``row`` counts from 0 within its split, ``id`` over all splits in the manifest's order.

    ``text`` is cut if ``truncated`` is true; the single-sample route has up to a million
    characters. ``marks`` are the character spans
    of the hits in ``text``. ``columns`` has every other column as JSON, and the text column if it is more than text.
    """

    id: int
    split: str
    row: int
    text: str
    text_is_null: bool = Field(default=False, description="Whether there is no text, rather than an empty one.")
    token_count: int | None
    char_count: int
    truncated: bool
    marks: list[tuple[int, int]]
    columns: dict[str, object]


class SampleDetail(SampleResponse):
    """One row in full, with its tokens if a tokenization was named."""

    tokenization_id: str | None = None
    tokens: list[TokenSpan] | None = None
    tokens_note: str | None = Field(
        default=None,
        description="Why there are no tokens, although a tokenization was named, or that only the first are shown.",
    )


class SearchInfo(Shape):
    """How the page was found. While ``exact_total`` is false, the total is a lower bound and is being counted.

    The same request again has the exact total once it is known.
    """

    mode: SearchMode | None = Field(description="Null if there was no search.")
    took_ms: float = Field(ge=0)
    exact_total: bool
    case: bool = Field(default=False, description="Whether the search was case-sensitive.")
    sort: SampleSort = Field(default="row", description="The order of the page; relevance needs words and an index.")
    order_by: str | None = Field(default=None, description="The column by which the page is sorted, if any.")
    index: bool = Field(default=False, description="Whether the index was used.")
    partial: bool = Field(default=False, description="The search reached its deadline: there may be more hits.")
    tokenization_id: str | None = Field(default=None, description="The tokenization whose token counts are shown.")
    note: str | None = Field(default=None, description="Why the search cannot find anything.")


class SampleListResponse(Page[SampleResponse]):
    """A page of samples."""

    search: SearchInfo

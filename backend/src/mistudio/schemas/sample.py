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

    split: OneLine | None = Field(default=None, max_length=255, description="Left out: all, one after the other.")
    search: str | None = Field(
        default=None,
        max_length=4_096,
        description="words: all of them, in any order; "
        '"a phrase", begin*, -without. exact: this text. regex: in the syntax of RE2.',
    )
    mode: SearchMode = "words"
    case: bool | None = Field(
        default=None,
        description="Tell upper and lower case apart, for exact and regex. Left out: for regex only.",
    )
    sort: SampleSort = Field(default="row", description="relevance: the best first, for words where there is an index.")
    min_tokens: TokenCount | None = Field(default=None, description="Samples with at least so many tokens.")
    max_tokens: TokenCount | None = Field(default=None, description="Samples with at most so many tokens.")
    tokenization: OneLine | None = Field(
        default=None, max_length=64, description="What token counts are of. Left out: the newest that is ready."
    )
    page: int = Field(default=1, ge=1, le=1_000_000_000, description="Counts from 1.")
    limit: int = Field(default=50, ge=1, le=100, description="Items per page.")


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
    tokens_note: str | None = Field(
        default=None, description="Why there are no tokens, where a tokenization was asked for."
    )


class SearchInfo(Shape):
    """How the page was found; while ``exact_total`` is false, the total is a lower bound.

    It is counted in the background then, and the same request again has it.
    """

    mode: SearchMode | None = Field(description="Null: nothing was searched for.")
    took_ms: float = Field(ge=0)
    exact_total: bool
    case: bool = Field(default=False, description="Whether upper and lower case were told apart.")
    sort: SampleSort = Field(default="row", description="The order of the page: relevance needs words and an index.")
    index: bool = Field(default=False, description="Whether the index answered, or narrowed down what was read.")
    partial: bool = Field(default=False, description="The time of the search was over: there may be more hits.")
    tokenization_id: str | None = Field(default=None, description="The one that token counts are of.")
    note: str | None = Field(default=None, description="Why nothing could be found, for whoever typed it.")


class SampleListResponse(Page[SampleResponse]):
    """A page of samples."""

    search: SearchInfo

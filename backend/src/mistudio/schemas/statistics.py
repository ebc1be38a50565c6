"""Shapes of exact statistics."""

from pydantic import Field

from mistudio.schemas.common import Bytes, Shape, Share


class LengthBin(Shape):
    """So many samples have ``start`` to ``end`` tokens, both included."""

    start: int
    end: int
    count: int


class TokenCount(Shape):
    """How often one token occurs."""

    id: int
    text: str
    count: int


class TokenStatistics(Shape):
    """Exact figures of source rows as tokens, before anything is cut; padding and special tokens are no data.

    Which tokens occur, and how often, is counted in what was written: ``unique_tokens``, and the three lists.
    """

    samples: int
    tokens: int = Field(description="Of all samples; the tokenization's num_tokens is what was written of them.")
    average: float
    minimum: int
    median: float
    p95: float
    p99: float
    maximum: int
    unique_tokens: int
    vocab_size: int
    vocab_share: Share
    characters_per_token: float | None
    bytes_per_token: float | None
    special_tokens: list[TokenCount]
    most_frequent: list[TokenCount]
    least_frequent: list[TokenCount]
    linear_bins: list[LengthBin]
    logarithmic_bins: list[LengthBin]


class SplitStatistics(Shape):
    """One split: its rows, its share of all rows, and its tokens where a tokenization covers it."""

    name: str
    samples: int
    share: Share
    size_bytes: Bytes | None
    tokens: TokenStatistics | None


class StatisticsResponse(Shape):
    """A dataset in figures; ``tokens`` is null while no tokenization is ready."""

    dataset_id: str
    tokenization_id: str | None
    samples: int
    characters: int | None
    text_bytes: Bytes | None
    null_texts: int | None = Field(description="Rows whose text is null.")
    empty_texts: int | None
    invalid_texts: int | None = Field(description="Rows whose text was not valid UTF-8.")
    tokens: TokenStatistics | None
    splits: list[SplitStatistics]

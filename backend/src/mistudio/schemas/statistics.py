"""Shapes of exact statistics."""

from pydantic import Field

from mistudio.corpus.tokenized import length_counts, statistics
from mistudio.schemas.common import Bytes, Shape, Share


class LengthBin(Shape, length_counts.LengthBin):
    """So many samples have ``start`` to ``end`` tokens, both included."""


class TokenCount(Shape, statistics.TokenCount):
    """How often one token occurs."""

    text: str


class TokenStatistics(Shape, statistics.TokenStatistics):
    """Exact figures of source rows as tokens, before anything is cut; padding and special tokens are no data.

    Which tokens occur, and how often, is counted in what was written: ``unique_tokens``, and the three lists.
    """

    tokens: int = Field(description="Of all samples; the tokenization's num_tokens is what was written of them.")
    vocab_share: Share
    # What the two rates per token were made of: counted, and not answered.
    characters: int = Field(default=0, exclude=True)
    text_bytes: int = Field(default=0, exclude=True)
    special_tokens: tuple[TokenCount, ...]
    most_frequent: tuple[TokenCount, ...]
    least_frequent: tuple[TokenCount, ...]
    linear_bins: tuple[LengthBin, ...]
    logarithmic_bins: tuple[LengthBin, ...]


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

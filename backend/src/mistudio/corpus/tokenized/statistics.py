"""Exact figures of tokenized documents: their lengths, and the occurrences of each token.

Everything derives from two lists of counts: documents per length, and occurrences per token. Neither contains padding
or the special tokens that were inserted. Counts can be added, so the total over all splits is as exact as each split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from mistudio.corpus.arrays import Counts
from mistudio.corpus.tokenized.length_counts import LengthBin, LengthCounts, add_counts

MOST: Final = 20


@dataclass(frozen=True)
class TokenCount:
    """How often one token occurs."""

    id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class TokenStatistics:
    """Figures of ``samples`` source documents. Lengths are those before anything is cut or dropped.

    ``unique_tokens``, ``special_tokens``, ``most_frequent`` and ``least_frequent`` count written tokens.
    ``special_tokens`` has the occurrences of each special id, inserted or inside the text; the other lists count data
    only. ``characters_per_token`` and ``bytes_per_token`` are None if there is no token.
    """

    samples: int
    tokens: int
    average: float
    minimum: int
    median: float
    p95: float
    p99: float
    maximum: int
    unique_tokens: int
    vocab_size: int
    vocab_share: float
    characters: int
    text_bytes: int
    characters_per_token: float | None
    bytes_per_token: float | None
    special_tokens: tuple[TokenCount, ...]
    most_frequent: tuple[TokenCount, ...]
    least_frequent: tuple[TokenCount, ...]
    linear_bins: tuple[LengthBin, ...]
    logarithmic_bins: tuple[LengthBin, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class TokenFigures:
    """The counts from which statistics derive; figures of several splits can be added.

    ``source`` counts documents by their length in tokens, before cuts. ``tokens[id]`` counts data as written, and
    ``inserted`` the special tokens that were inserted, by id.
    """

    source: LengthCounts
    tokens: Counts
    inserted: Mapping[int, int]
    characters: int
    text_bytes: int

    @classmethod
    def total(cls, parts: Sequence[Self]) -> Self:
        """Return the sum of all parts."""
        tokens: Counts = np.zeros(0, np.int64)
        inserted: dict[int, int] = {}
        for part in parts:
            tokens = add_counts(tokens, part.tokens)
            for token, count in part.inserted.items():
                inserted[token] = inserted.get(token, 0) + count
        return cls(
            source=LengthCounts.merge([part.source for part in parts]),
            tokens=tokens,
            inserted=inserted,
            characters=sum(part.characters for part in parts),
            text_bytes=sum(part.text_bytes for part in parts),
        )

    def summarize(self, *, vocab_size: int, special_ids: Sequence[int]) -> TokenStatistics:
        """Return the statistics of these counts."""
        source, found = self.source, np.flatnonzero(self.tokens)
        samples, tokens = source.documents, source.tokens
        counts = self.tokens
        # Stable: of equally frequent tokens the one with the smaller id comes first.
        order = found[np.argsort(-counts[found], kind="stable")]
        rare = found[np.argsort(counts[found], kind="stable")]
        return TokenStatistics(
            samples=samples,
            tokens=tokens,
            average=tokens / samples if samples else 0.0,
            minimum=int(source.lengths[0]) if samples else 0,
            median=source.quantile(0.5),
            p95=source.quantile(0.95),
            p99=source.quantile(0.99),
            maximum=int(source.lengths[-1]) if samples else 0,
            unique_tokens=len(found),
            vocab_size=vocab_size,
            vocab_share=min(1.0, len(found) / vocab_size) if vocab_size else 0.0,
            characters=self.characters,
            text_bytes=self.text_bytes,
            characters_per_token=self.characters / tokens if tokens else None,
            bytes_per_token=self.text_bytes / tokens if tokens else None,
            special_tokens=tuple(TokenCount(token, self._count_special(token)) for token in sorted(set(special_ids))),
            most_frequent=tuple(TokenCount(int(token), int(counts[token])) for token in order[:MOST]),
            least_frequent=tuple(TokenCount(int(token), int(counts[token])) for token in rare[:MOST]),
            linear_bins=source.linear_bins(),
            logarithmic_bins=source.logarithmic_bins(),
        )

    def _count_special(self, token: int) -> int:
        in_text = int(self.tokens[token]) if token < len(self.tokens) else 0
        return in_text + self.inserted.get(token, 0)

"""Exact figures of documents as tokens: how long they are, and which tokens occur.

Everything comes from two lists of counts: documents per length, and occurrences per token. Neither padding nor the
special tokens that were added are in them. The counts can be added up, so all splits together are as exact as each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Counts

MOST: Final = 20
_BINS: Final = 20
_BLOCK: Final = 1 << 22


@dataclass(frozen=True, eq=False)
class LengthCounts:
    """``counts[i]`` documents have ``lengths[i]`` tokens; lengths grow strictly, counts are at least 1."""

    lengths: Counts
    counts: Counts

    @classmethod
    def of(cls, lengths: NDArray[np.unsignedinteger] | NDArray[np.signedinteger]) -> Self:
        """Of one length per document, shape (documents,), which may be a memory map: it is read in blocks."""
        total = np.zeros(0, np.int64)
        for start in range(0, len(lengths), _BLOCK):
            total = added(total, np.bincount(lengths[start : start + _BLOCK].astype(np.int64)))
        return cls.of_dense(total)

    @classmethod
    def of_dense(cls, counts: Counts) -> Self:
        """Of ``counts[length]``."""
        lengths = np.flatnonzero(counts)
        return cls(lengths, counts[lengths])

    @classmethod
    def of_array(cls, stored: Counts) -> Self:
        """The counts that ``array`` gave ``stored`` for."""
        return cls(stored[0], stored[1])

    @property
    def array(self) -> Counts:
        """As one array, shape (2, lengths), to be stored."""
        return np.stack([self.lengths, self.counts]).astype(np.int64)

    @property
    def documents(self) -> int:
        """How many documents."""
        return int(self.counts.sum())

    @property
    def tokens(self) -> int:
        """Tokens of all documents."""
        return int(self.lengths @ self.counts)

    def clipped(self, room: int) -> Self:
        """The same documents, each cut to at most ``room`` tokens."""
        return self.merged([type(self)(np.minimum(self.lengths, room), self.counts)])

    @classmethod
    def merged(cls, parts: Sequence[Self]) -> Self:
        """Of all documents together."""
        lengths = np.concatenate([np.zeros(0, np.int64), *(part.lengths for part in parts)])
        counts = np.concatenate([np.zeros(0, np.int64), *(part.counts for part in parts)])
        distinct, places = np.unique(lengths, return_inverse=True)
        sums = np.zeros(len(distinct), np.int64)
        np.add.at(sums, places, counts)
        return cls(distinct, sums)

    def quantile(self, share: float) -> float:
        """The value below which ``share`` of the documents lie, between two neighbours by linear interpolation.

        This is the usual definition (type 7 of Hyndman and Fan 1996, the default of NumPy); 0 without documents.
        """
        if not self.documents:
            return 0.0
        place = share * (self.documents - 1)
        ends = np.cumsum(self.counts)
        low, high = (
            int(self.lengths[np.searchsorted(ends, index, side="right")])
            for index in (int(place), min(int(place) + 1, self.documents - 1))
        )
        return low + (high - low) * (place - int(place))

    def linear_bins(self) -> tuple["LengthBin", ...]:
        """About 20 bins of one round width."""
        if not self.documents:
            return ()
        width = _round_up((int(self.lengths[-1]) + 1) / _BINS)
        first = int(self.lengths[0]) // width * width
        return self._bins(list(range(first, int(self.lengths[-1]) + width + 1, width)))

    def logarithmic_bins(self) -> tuple["LengthBin", ...]:
        """Bins whose edges are 1, 2 and 5 times the powers of ten: 0, 1, 2–4, 5–9, 10–19, …."""
        if not self.documents:
            return ()
        edges, step = [0], 1
        while edges[-1] <= int(self.lengths[-1]):
            edges += [step, 2 * step, 5 * step]
            step *= 10
        first = int(np.searchsorted(edges, self.lengths[0], side="right")) - 1
        last = int(np.searchsorted(edges, self.lengths[-1], side="right"))
        return self._bins(edges[first : last + 1])

    def _bins(self, edges: list[int]) -> tuple["LengthBin", ...]:
        ends = np.concatenate([[0], np.cumsum(self.counts)])
        below = ends[np.searchsorted(self.lengths, edges)]
        counts = np.diff(below).tolist()
        bins = [LengthBin(edges[i], edges[i + 1] - 1, count) for i, count in enumerate(counts)]
        while bins and not bins[-1].count:
            bins.pop()
        return tuple(bins)


@dataclass(frozen=True)
class LengthBin:
    """``count`` documents have ``start`` to ``end`` tokens, both included."""

    start: int
    end: int
    count: int


@dataclass(frozen=True)
class TokenCount:
    """How often one token occurs."""

    id: int
    count: int


@dataclass(frozen=True, kw_only=True)
class TokenStatistics:
    """Figures of ``samples`` documents as the source has them, before anything is cut or dropped.

    Which tokens occur, and how often, is counted in what was written: ``unique_tokens``, and the three lists.
    ``special_tokens`` gives the occurrences of each special id, those that were added and those that stood in the text;
    all others count data only. ``characters_per_token`` and ``bytes_per_token`` are None where there is no token.
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
    """What statistics are made of, and what can be added up.

    ``source`` counts documents by their tokens before anything was cut; ``tokens[id]`` counts data as written,
    ``added`` the special tokens that were put in, by id.
    """

    source: LengthCounts
    tokens: Counts
    added: Mapping[int, int]
    characters: int
    text_bytes: int

    @classmethod
    def total(cls, parts: Sequence[Self]) -> Self:
        """Of all parts together."""
        tokens: Counts = np.zeros(0, np.int64)
        put_in: dict[int, int] = {}
        for part in parts:
            tokens = added(tokens, part.tokens)
            for token, count in part.added.items():
                put_in[token] = put_in.get(token, 0) + count
        return cls(
            source=LengthCounts.merged([part.source for part in parts]),
            tokens=tokens,
            added=put_in,
            characters=sum(part.characters for part in parts),
            text_bytes=sum(part.text_bytes for part in parts),
        )

    def statistics(self, *, vocab_size: int, special_ids: Sequence[int]) -> TokenStatistics:
        """The figures that are shown."""
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
            special_tokens=tuple(TokenCount(token, self._special(token)) for token in sorted(set(special_ids))),
            most_frequent=tuple(TokenCount(int(token), int(counts[token])) for token in order[:MOST]),
            least_frequent=tuple(TokenCount(int(token), int(counts[token])) for token in rare[:MOST]),
            linear_bins=source.linear_bins(),
            logarithmic_bins=source.logarithmic_bins(),
        )

    def _special(self, token: int) -> int:
        in_text = int(self.tokens[token]) if token < len(self.tokens) else 0
        return in_text + self.added.get(token, 0)


def added(one: Counts, other: Counts) -> Counts:
    """The sum of two lists of counts, the shorter continued with zeros."""
    short, long = sorted((one, other), key=len)
    total = long.astype(np.int64, copy=True)
    total[: len(short)] += short
    return total


def _round_up(width: float) -> int:
    """The next of 1, 2, 5, 10, 20, 25, 50, 100, …."""
    step = 1
    while True:
        for factor in (1, 2, 5) if step < 10 else (1, 2, 2.5, 5):
            if step * factor >= width:
                return int(step * factor)
        step *= 10

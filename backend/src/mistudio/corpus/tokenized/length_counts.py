"""Count documents by their number of tokens; such counts can be added, so totals are as exact as their parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing
from mistudio.corpus.arrays import Counts
from mistudio.corpus.tokenized.messages import FILE_DAMAGED

_BINS: Final = 20
_BLOCK: Final = 1 << 22


@dataclass(frozen=True)
class LengthBin:
    """``count`` documents have ``start`` to ``end`` tokens, both included."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, eq=False)
class LengthCounts:
    """``counts[i]`` documents have ``lengths[i]`` tokens; lengths grow strictly, counts are at least 1."""

    lengths: Counts
    counts: Counts

    @classmethod
    def from_lengths(cls, lengths: NDArray[np.unsignedinteger] | NDArray[np.signedinteger]) -> Self:
        """Count one length per document, shape (documents,); a memory map is read in blocks."""
        total = np.zeros(0, np.int64)
        for start in range(0, len(lengths), _BLOCK):
            total = add_counts(total, np.bincount(lengths[start : start + _BLOCK].astype(np.int64)))
        distinct = np.flatnonzero(total)
        return cls(distinct, total[distinct])

    @classmethod
    def from_array(cls, stored: Counts) -> Self:
        """Return the counts that ``to_array`` stored. Raises DataMissing if it did not."""
        if len(stored) != 2:
            raise DataMissing(FILE_DAMAGED)
        return cls(stored[0], stored[1])

    def to_array(self) -> Counts:
        """Return one array to store, shape (2, lengths)."""
        return np.stack([self.lengths, self.counts]).astype(np.int64)

    @property
    def documents(self) -> int:
        """How many documents."""
        return int(self.counts.sum())

    @property
    def tokens(self) -> int:
        """Tokens of all documents."""
        return int(self.lengths @ self.counts)

    def clip(self, room: int) -> Self:
        """Return the same documents, each cut to at most ``room`` tokens."""
        return self.merge([type(self)(np.minimum(self.lengths, room), self.counts)])

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """Return the counts of all documents of all parts."""
        lengths = np.concatenate([np.zeros(0, np.int64), *(part.lengths for part in parts)])
        counts = np.concatenate([np.zeros(0, np.int64), *(part.counts for part in parts)])
        distinct, places = np.unique(lengths, return_inverse=True)
        sums = np.zeros(len(distinct), np.int64)
        np.add.at(sums, places, counts)
        return cls(distinct, sums)

    def quantile(self, share: float) -> float:
        """Return the length below which ``share`` of the documents lie, interpolated linearly; 0 without documents.

        This is the usual definition (type 7 of Hyndman and Fan 1996, the default of NumPy).
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

    def linear_bins(self) -> tuple[LengthBin, ...]:
        """Return about 20 bins of one round width."""
        if not self.documents:
            return ()
        width = _round_up((int(self.lengths[-1]) + 1) / _BINS)
        first = int(self.lengths[0]) // width * width
        return self._fill_bins(list(range(first, int(self.lengths[-1]) + width + 1, width)))

    def logarithmic_bins(self) -> tuple[LengthBin, ...]:
        """Return bins whose edges are 1, 2 and 5 times the powers of ten: 0, 1, 2–4, 5–9, 10–19, …."""
        if not self.documents:
            return ()
        edges, step = [0], 1
        while edges[-1] <= int(self.lengths[-1]):
            edges += [step, 2 * step, 5 * step]
            step *= 10
        first = int(np.searchsorted(edges, self.lengths[0], side="right")) - 1
        last = int(np.searchsorted(edges, self.lengths[-1], side="right"))
        return self._fill_bins(edges[first : last + 1])

    def _fill_bins(self, edges: list[int]) -> tuple[LengthBin, ...]:
        ends = np.concatenate([[0], np.cumsum(self.counts)])
        below = ends[np.searchsorted(self.lengths, edges)]
        counts = np.diff(below).tolist()
        bins = [LengthBin(edges[i], edges[i + 1] - 1, count) for i, count in enumerate(counts)]
        while bins and not bins[-1].count:
            bins.pop()
        return tuple(bins)


def add_counts(one: Counts, other: Counts) -> Counts:
    """Return the sum of two lists of counts; the shorter one counts as continued with zeros."""
    short, long = sorted((one, other), key=len)
    total = long.astype(np.int64, copy=True)
    total[: len(short)] += short
    return total


def _round_up(width: float) -> int:
    """Return the next of 1, 2, 5, 10, 20, 25, 50, 100, …."""
    step = 1
    while True:
        for factor in (1, 2, 5) if step < 10 else (1, 2, 2.5, 5):
            if step * factor >= width:
                return int(step * factor)
        step *= 10

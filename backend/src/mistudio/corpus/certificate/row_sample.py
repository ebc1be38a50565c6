"""Draws rows at random while all rows pass by, in flat memory: every row has the same chance."""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.corpus.certificate.content import Content
from mistudio.corpus.certificate.token_batch import TokenBatch

SAMPLE_ROWS: Final = 2_000
# The most tokens of one row, and of all rows: decoding and encoding them takes some seconds.
ROW_TOKENS: Final = 2_048
SAMPLE_TOKENS: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class SampledRow:
    """A row's content; it begins at ``position`` of its row. ``is_cut`` if its end is not in the sample."""

    file: str
    row: int
    position: int
    ids: NDArray[np.int32]
    is_cut: bool


class RowSample:
    """A random sample of rows; equal seeds draw the same rows of the same data."""

    def __init__(self, seed: int, rows: int = SAMPLE_ROWS) -> None:
        self._chance = np.random.default_rng(seed)
        self._most = rows
        # A heap with the largest key first, which is the next to go.
        self._heap: list[tuple[float, int, SampledRow]] = []
        self._drawn = 0

    def add(self, batch: TokenBatch, content: Content) -> None:
        """Offer the rows of a batch."""
        keys = self._chance.random(batch.num_rows)
        limit = -self._heap[0][0] if len(self._heap) >= self._most else 1.0
        for index in np.flatnonzero((keys < limit) & (content.lengths > 0)).tolist():
            self._drawn += 1
            heapq.heappush(self._heap, (-float(keys[index]), self._drawn, _take(batch, content, index)))
            if len(self._heap) > self._most:
                heapq.heappop(self._heap)

    def rows(self) -> list[SampledRow]:
        """Return the rows by file and place, as far as the limit of tokens goes."""
        chosen: list[SampledRow] = []
        tokens = 0
        for _key, _number, row in sorted(self._heap, reverse=True):
            tokens += len(row.ids)
            if tokens > SAMPLE_TOKENS and chosen:
                break
            chosen.append(row)
        return sorted(chosen, key=lambda row: (row.file, row.row))


def _take(batch: TokenBatch, content: Content, index: int) -> SampledRow:
    start, end = int(content.starts[index]), int(content.ends[index])
    stop = min(end, start + ROW_TOKENS)
    ids: Ints = batch.ids[start:stop]
    # Ids beyond 32 bits are outside every vocabulary, and so is what they become.
    kept = np.where((ids >= 0) & (ids < 1 << 31), ids, -1).astype(np.int32)
    position = start - int(batch.offsets[index])
    return SampledRow(batch.file, batch.first_row + index, position, kept, stop < end)

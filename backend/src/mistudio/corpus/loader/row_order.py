"""The order in which a loader takes the rows of a split: theirs, or one that a seed decides.

Blocks of consecutive rows are permuted, and then the rows within each window of 64 blocks. So rows that are near in the
order come from 64 places of the files, and each place is read sequentially. Any part of the order is computed at once,
from the seed and the number of rows: neither batches nor ranks affect it. The permutations sort numbers of PCG64, whose
stream NumPy guarantees, so an order stays the same in other versions.
"""

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np

from mistudio.corpus.arrays import Ints, offsets_of

WINDOW_BLOCKS: Final = 64
# Positions of a block: 256 KiB of ids, which a disk reads as fast as a large file.
BLOCK_POSITIONS: Final = 1 << 16


class RowOrder(Protocol):
    """An order of rows."""

    def take(self, start: int, stop: int) -> Ints:
        """Return the rows at places ``start`` to ``stop`` of the order."""
        ...


def permute(count: int, seed: int, *key: int) -> Ints:
    """Return a permutation of ``count`` numbers that the seed and the key decide."""
    chance = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))
    return np.argsort(chance.random_raw(count), kind="stable")


def count_block_rows(rows: int, positions: int) -> int:
    """Return the rows of a block, for a split with this many rows and positions."""
    return max(1, BLOCK_POSITIONS * rows // max(1, positions))


class ShuffledOrder:
    """The rows ``0`` to ``rows`` in blocks of ``block_rows``, in the order of ``seed``."""

    def __init__(self, seed: int, *, rows: int, block_rows: int) -> None:
        self._seed, self._rows, self._block_rows = seed, rows, block_rows
        self._blocks = permute(-(-rows // block_rows), seed, 0)
        sizes = np.minimum(block_rows, rows - self._blocks * block_rows)
        self._starts = np.append(offsets_of(sizes)[:-1:WINDOW_BLOCKS], rows)
        self._window = -1
        self._window_rows: Ints = np.zeros(0, np.int64)

    def take(self, start: int, stop: int) -> Ints:
        """Return the rows at places ``start`` to ``stop`` of the order."""
        parts = []
        while start < stop:
            window = self.find_window(start)
            first, end = int(self._starts[window]), int(self._starts[window + 1])
            parts.append(self._read_window(window)[start - first : stop - first])
            start = end
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.int64), *parts])

    def find_window(self, place: int) -> int:
        """Return the number of the window that has this place of the order."""
        return int(np.searchsorted(self._starts, place, side="right")) - 1

    def list_blocks(self, window: int) -> Iterator[range]:
        """Yield the rows of each block of a window; none beyond the last window."""
        for block in self._blocks[window * WINDOW_BLOCKS : (window + 1) * WINDOW_BLOCKS].tolist():
            yield range(block * self._block_rows, min((block + 1) * self._block_rows, self._rows))

    def _read_window(self, window: int) -> Ints:
        if window != self._window:
            rows = np.concatenate([np.arange(block.start, block.stop) for block in self.list_blocks(window)])
            self._window, self._window_rows = window, rows[permute(len(rows), self._seed, 1, window)]
        return self._window_rows

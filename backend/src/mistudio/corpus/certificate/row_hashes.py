"""Counts equal rows by a 64-bit hash, in flat memory: with many rows only those of a share of all hashes count."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints

_MOST_KEPT: Final = 1 << 20
_SEED: Final = 0x5EED
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)

_Hashes = NDArray[np.uint64]


class RowHashes:
    """The hashes of rows with their numbers; above a million hashes, only those with ``level`` low zero bits."""

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._level = 0
        self._hashes: list[_Hashes] = []
        self._numbers: list[Ints] = []
        self._kept = 0

    @property
    def is_sampled(self) -> bool:
        """Whether only a share of all rows was compared."""
        return self._level > 0

    def add(self, ids: Ints, starts: Ints, ends: Ints, first: int) -> None:
        """Add rows by where they begin and end in ``ids``; ``first`` is the number of the first row."""
        filled = np.flatnonzero(ends > starts)
        if not len(filled):
            return
        self._keep(_hash_rows(ids, starts[filled], ends[filled]), filled + first)
        while self._kept > self._most:
            self._level += 1
            hashes, numbers = np.concatenate(self._hashes), np.concatenate(self._numbers)
            self._hashes, self._numbers, self._kept = [], [], 0
            self._keep(hashes, numbers)

    def count(self) -> tuple[int, int, int | None]:
        """Return rows that equal an earlier one, the rows that were compared, and the number of one such row."""
        if not self._kept:
            return 0, 0, None
        hashes, numbers = np.concatenate(self._hashes), np.concatenate(self._numbers)
        order = np.argsort(hashes, kind="stable")
        repeated = order[1:][hashes[order[1:]] == hashes[order[:-1]]]
        return len(repeated), len(hashes), int(numbers[repeated].min()) if len(repeated) else None

    def _keep(self, hashes: _Hashes, numbers: Ints) -> None:
        wanted = hashes & np.uint64((1 << self._level) - 1) == 0
        self._hashes.append(hashes[wanted])
        self._numbers.append(numbers[wanted])
        self._kept += int(wanted.sum())


def _hash_rows(ids: Ints, starts: Ints, ends: Ints) -> _Hashes:
    """Return a hash per row: the sum over its positions of a mixture of token and position."""
    lengths = ends - starts
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    places = np.arange(int(offsets[-1])) - np.repeat(offsets[:-1], lengths)
    tokens = ids[places + np.repeat(starts, lengths)]
    mixed = _mix(tokens.astype(np.uint64) + _mix(places.astype(np.uint64) + np.uint64(_SEED)))
    return _mix(np.add.reduceat(mixed, offsets[:-1]))


def _mix(values: _Hashes) -> _Hashes:
    """Mix the bits of each value (the finalizer of SplitMix64)."""
    values = values * _GOLDEN
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))

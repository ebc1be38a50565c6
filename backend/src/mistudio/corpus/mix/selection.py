"""Decides which rows of a part are taken, and in which order the parts take turns. Pure: arrays of numbers, no texts.

A part that contributes less than it has gives rows that the seed draws, in their order in the source. A part that
repeats gives all its rows before any comes again. All random numbers are those of PCG64, whose stream NumPy guarantees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Counts, Ids, Ints

Order: TypeAlias = NDArray[np.uint16]

ORDER: Final = "rows by key (units before it + units of it * PCG64 float) / units of its part, ties by part"
_DRAW, _JITTER = 0, 1
_FLOAT_BITS: Final = 11
_FLOAT_UNIT: Final = 2.0**-53


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows that one part contributes: ``epochs`` times all of ``weights``, then once each of ``extra``.

    ``extra`` are row numbers in ascending order.
    """

    weights: Counts
    epochs: int
    extra: Ids

    @property
    def num_rows(self) -> int:
        """Rows in the mixture, repeats included."""
        return self.epochs * len(self.weights) + len(self.extra)

    @property
    def amount(self) -> int:
        """Units in the mixture, repeats included."""
        return self.epochs * int(self.weights.sum()) + int(self.weights[self.extra].sum())

    def list_rows(self, start: int, stop: int) -> Ids:
        """Return the row numbers at the places ``start`` to ``stop`` of what the part contributes."""
        places = np.arange(start, min(stop, self.num_rows), dtype=np.int64)
        whole = self.epochs * len(self.weights)
        rows = places % max(1, len(self.weights))
        rows[places >= whole] = self.extra[places[places >= whole] - whole]
        return rows

    def list_weights(self) -> Counts:
        """Return the units of each row that the part contributes, in order."""
        return np.concatenate([np.tile(self.weights, self.epochs), self.weights[self.extra]])


def select_rows(weights: Counts, target: int, *, seed: int, part: int) -> Selection:
    """Return the rows that come closest to ``target`` units; ``weights`` are the units of each row of the part."""
    whole = int(weights.sum())
    epochs, rest = divmod(target, whole)
    return Selection(weights, epochs, np.sort(_draw(weights, rest, seed=seed, part=part)))


def _draw(weights: Counts, target: int, *, seed: int, part: int) -> Ids:
    """Draw rows without repeats until the next would lead further from ``target``."""
    if not target:
        return np.zeros(0, np.int64)
    drawn = np.argsort(_random(len(weights), seed, _DRAW, part), kind="stable")
    reached = np.concatenate([np.zeros(1, np.int64), np.cumsum(weights[drawn])])
    after = int(np.searchsorted(reached, target))
    taken = after if reached[after] - target <= target - reached[after - 1] else after - 1
    return drawn[:taken]


def interleave(weights: Sequence[Counts], *, seed: int) -> Order:
    """Return for each row of the mixture the part that it is from; the rows of a part keep their order.

    A row's place is drawn within the span of units that it takes of its part. So at any row each part is at most one
    row from the share that it has of the whole, and so is every window, at each of its two ends.
    """
    sizes = [len(units) for units in weights]
    keys = np.concatenate([_place_rows(units, seed, part) for part, units in enumerate(weights)])
    parts = np.repeat(np.arange(len(weights), dtype=np.uint16), sizes)
    return parts[np.argsort(keys, kind="stable")]


def _place_rows(units: Counts, seed: int, part: int) -> NDArray[np.float64]:
    chance = (_random(len(units), seed, _JITTER, part) >> np.uint64(_FLOAT_BITS)) * _FLOAT_UNIT
    ends = np.cumsum(units)
    keys: NDArray[np.float64] = (ends - units + units * chance) / float(ends[-1])
    return keys


def _random(count: int, seed: int, *key: int) -> NDArray[np.uint64]:
    return np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)).random_raw(count)


def count_before(order: Order, place: int, parts: int) -> Ints:
    """Return how many rows of each part come before ``place``."""
    return np.bincount(order[:place], minlength=parts).astype(np.int64)

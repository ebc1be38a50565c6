"""Histograms of values whose range is not known in advance: the bins grow by powers of two as values come."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mistudio.corpus.arrays import Ints

_WORKING_BINS: Final = 4_096
BINS: Final = 30
# A float's bins are not finer than the floats themselves.
_MANTISSA_BITS: Final = 50
_LEAST_EXPONENT: Final = -1_074


@dataclass(frozen=True)
class Bin:
    """Values from ``start``, included, to ``stop``, excluded."""

    start: int | float
    stop: int | float
    count: int


class Histogram:
    """Counts finite numbers; ``is_integer`` makes every bin begin and end at an integer."""

    def __init__(self, *, is_integer: bool) -> None:
        self._is_integer = is_integer
        # A bin is 2 ** exponent wide; the first one begins at first * 2 ** exponent.
        self._exponent: int | None = 0 if is_integer else None
        self._first = 0
        self._counts = np.zeros(0, dtype=np.int64)

    def add(self, values: npt.NDArray[np.generic]) -> None:
        """Count ``values``: int64 or float64 without NaN and infinities."""
        if not len(values):
            return
        if self._exponent is None:
            self._exponent = _choose_exponent(float(values.min()), float(values.max()))
        if not self._is_integer:
            finest = _find_finest(max(abs(float(values.min())), abs(float(values.max()))))
            while self._exponent < finest:
                self._coarsen()
        bins = self._to_bins(values)
        least, most = int(bins.min()), int(bins.max())
        while self._span(least, most) > _WORKING_BINS:
            self._coarsen()
            bins, least, most = bins >> 1, least >> 1, most >> 1
        self._cover(least, most)
        counts = np.bincount(bins - self._first, minlength=len(self._counts))
        self._counts = self._counts + counts

    def to_bins(self) -> list[Bin]:
        """Return at most 30 bins that cover all values."""
        if not len(self._counts):
            return []
        while len(self._counts) > BINS:
            self._coarsen()
        edges = [self._edge(self._first + number) for number in range(len(self._counts) + 1)]
        return [Bin(edges[number], edges[number + 1], int(count)) for number, count in enumerate(self._counts)]

    def _edge(self, number: int) -> int | float:
        exponent = self._exponent or 0
        if self._is_integer:
            return number << exponent
        try:
            return math.ldexp(number, exponent)
        except OverflowError:
            return math.copysign(float(np.finfo(np.float64).max), number)

    def _to_bins(self, values: npt.NDArray[np.generic]) -> Ints:
        exponent = self._exponent or 0
        if self._is_integer:
            return np.asarray(values, dtype=np.int64) >> min(exponent, 63)
        # Two steps: 2 ** -exponent alone may be too large for a float.
        half = -exponent // 2
        numbers = np.asarray(values, dtype=np.float64)
        scaled = np.ldexp(np.ldexp(numbers, half), -exponent - half)
        # A negative number that became 0 is in the bin below it.
        return np.where((numbers < 0) & (scaled == 0), -1, np.floor(scaled)).astype(np.int64)

    def _span(self, least: int, most: int) -> int:
        if not len(self._counts):
            return most - least + 1
        return max(most, self._first + len(self._counts) - 1) - min(least, self._first) + 1

    def _coarsen(self) -> None:
        self._exponent = (self._exponent or 0) + 1
        if len(self._counts):
            before = 1 if self._first % 2 else 0
            padded = np.pad(self._counts, (before, (len(self._counts) + before) % 2))
            self._counts = padded[0::2] + padded[1::2]
            self._first >>= 1

    def _cover(self, least: int, most: int) -> None:
        if not len(self._counts):
            self._first, self._counts = least, np.zeros(most - least + 1, dtype=np.int64)
            return
        before = max(0, self._first - least)
        after = max(0, most - (self._first + len(self._counts) - 1))
        self._first -= before
        self._counts = np.pad(self._counts, (before, after))


def _choose_exponent(least: float, most: float) -> int:
    finest = _find_finest(max(abs(least), abs(most)))
    spread = most / 2 - least / 2
    return max(finest, math.frexp(spread)[1] - 9) if spread > 0 else finest


def _find_finest(size: float) -> int:
    """Return the exponent of the finest bins for floats of this size."""
    return max(_LEAST_EXPONENT, math.frexp(size)[1] - _MANTISSA_BITS)

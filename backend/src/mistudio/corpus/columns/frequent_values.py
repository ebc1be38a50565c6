"""Counts the distinct values of a column and finds the most frequent ones, in bounded memory.

Distinct values are counted by their hashes. Of more than 131,072, the smallest hashes tell how many there are within
about 1 %: a k-minimum-values sketch. Frequencies are a Misra-Gries summary: exact while all values fit; beyond,
it has every value that is more frequent than ``lost``, and a second pass counts these exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.arrays import Ints

_HASHES: Final = 1 << 17
_VALUES: Final = 20_000
_CANDIDATES: Final = 50
_FLUSH_ROWS: Final = 50_000
_FLUSH_BYTES: Final = 8 << 20
TOP: Final = 20

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Frequency:
    """A value, and in how many rows it is."""

    value: object
    count: int


class FrequentValues:
    """The values of one column, added array by array, all of one type; nulls are ignored."""

    def __init__(self) -> None:
        self.lost = 0
        self._waiting: list[pa.Array] = []
        self._rows = self._bytes = 0
        self._hashes: Hashes = np.zeros(0, dtype=np.uint64)
        self._is_full = False
        self._table: pa.Table | None = None

    def add(self, values: pa.Array) -> None:
        """Count ``values``."""
        self._waiting.append(values)
        self._rows += len(values)
        self._bytes += values.nbytes
        if self._rows > _FLUSH_ROWS or self._bytes > _FLUSH_BYTES:
            self._flush()

    def count_distinct(self) -> tuple[int, bool]:
        """Return how many distinct values there are, and whether that is exact."""
        self._flush()
        if not self._is_full:
            return len(self._hashes), True
        share = (int(self._hashes[-1]) + 1) / 2**64
        return round((len(self._hashes) - 1) / share), False

    def list_top(self) -> list[Frequency]:
        """Return the most frequent values; exact counts unless ``lost`` is greater than 0."""
        self._flush()
        return self._list(TOP)

    def list_candidates(self) -> list[object]:
        """Return the values that may be more frequent than ``lost``, for a second pass; none where it is not needed."""
        self._flush()
        found = self._list(_CANDIDATES) if self.lost else []
        return [each.value for each in found] if found and found[0].count > self.lost else []

    def _list(self, most: int) -> list[Frequency]:
        if self._table is None or not self._table.num_rows:
            return []
        # Equal counts in the order of the values, so that equal data has equal profiles.
        ordered = self._table.sort_by([("count", "descending"), ("value", "ascending")]).slice(0, most)
        return [Frequency(*pair) for pair in zip(*(ordered.column(name).to_pylist() for name in NAMES), strict=True)]

    def _flush(self) -> None:
        if not self._waiting:
            return
        counted = _count(self._waiting)
        self._waiting, self._rows, self._bytes = [], 0, 0
        self._add_hashes(hash_values(counted.column("value").combine_chunks()))
        merged = counted
        if self._table is not None:
            both = pa.concat_tables([self._table, counted])
            merged = both.group_by("value").aggregate([("count", "sum")]).rename_columns({"count_sum": "count"})
        self._table = self._trim(merged.select(NAMES))

    def _add_hashes(self, hashes: Hashes) -> None:
        if self._is_full:
            hashes = hashes[hashes <= self._hashes[-1]]
        self._hashes = np.union1d(self._hashes, hashes)
        if len(self._hashes) > _HASHES:
            self._hashes, self._is_full = self._hashes[:_HASHES], True

    def _trim(self, table: pa.Table) -> pa.Table:
        if table.num_rows <= _VALUES:
            return table
        counts: Ints = table.column("count").to_numpy()
        least = int(np.partition(counts, len(counts) - _VALUES - 1)[len(counts) - _VALUES - 1])
        self.lost += least
        reduced = pc.subtract(table.column("count"), least)
        return table.set_column(1, "count", reduced).filter(pc.greater(reduced, 0))


NAMES: Final = ["value", "count"]


def _count(arrays: Sequence[pa.Array]) -> pa.Table:
    counted = pc.value_counts(pa.chunked_array(arrays))
    values, counts = counted.flatten()
    table = pa.table({"value": values, "count": counts})
    return table.filter(pc.is_valid(table.column("value")))


def count_values(arrays: Sequence[pa.Array], wanted: pa.Array) -> dict[object, int]:
    """Return how often each of ``wanted`` is in ``arrays``."""
    found = [array.filter(pc.is_in(array, value_set=wanted, skip_nulls=True)) for array in arrays]
    table = _count(found) if found else None
    return dict(zip(*(table.column(name).to_pylist() for name in NAMES), strict=True)) if table else {}


def hash_values(values: pa.Array) -> Hashes:
    """Return a 64-bit hash of each value."""
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        digests = b"".join(blake2b(each, digest_size=8).digest() for each in values.cast(pa.binary()).to_pylist())
        return np.frombuffer(digests, dtype=np.uint64)
    return _mix(values.to_numpy(zero_copy_only=False).view(np.uint64))


def _mix(values: Hashes) -> Hashes:
    """Return the values scattered over all of 64 bits: the finalizer of splitmix64."""
    with np.errstate(over="ignore"):
        mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)

"""What part of a repository a download takes, and what that is of each source file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

AmountKind: TypeAlias = Literal["all", "rows", "bytes"]
Order: TypeAlias = Literal["first", "random"]
ByteRange: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """How much of the data is taken: everything, ``count`` rows, or about ``count`` bytes of the source.

    ``random`` draws row groups by ``seed``, or whole files of formats that cannot be entered in the middle. ``columns``
    None keeps all.
    """

    kind: AmountKind = "all"
    count: int = 0
    order: Order = "first"
    seed: int = 0
    columns: tuple[str, ...] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it takes every row and every column."""
        return self.kind == "all" and self.columns is None


EVERYTHING: Final = Part()


@dataclass(frozen=True)
class PartEstimate:
    """Bytes, rows and files that a part takes; None where nobody knows. ``is_exact`` tells estimates apart."""

    num_bytes: int
    rows: int | None
    files: int
    is_exact: bool


@dataclass(frozen=True)
class GroupRows:
    """Rows ``start`` to ``stop`` of one row group of a Parquet file."""

    index: int
    start: int
    stop: int


@dataclass(frozen=True)
class FilePart:
    """A piece of one source file: the byte ranges to fetch, and the rows to keep of them.

    ``row_groups`` are those of a Parquet file. ``rows`` limits the rows of any other format. ``is_cut`` says that the
    ranges end within a row, so that the rest after the last whole row is dropped. ``next_row_at`` is where the first
    row that was left out starts, if the file can be entered there. ``number`` tells several pieces of one file apart.
    """

    ranges: tuple[ByteRange, ...]
    row_groups: tuple[GroupRows, ...] = ()
    rows: int | None = None
    is_cut: bool = False
    next_row_at: int | None = None
    number: int = 0

    @property
    def num_bytes(self) -> int:
        """The bytes of all ranges."""
        return measure_ranges(self.ranges)


def measure_ranges(ranges: Sequence[ByteRange]) -> int:
    """Return how many bytes these ranges have, which do not overlap."""
    return sum(end - start for start, end in ranges)


def merge_ranges(ranges: Sequence[ByteRange]) -> tuple[ByteRange, ...]:
    """Return the same bytes as ranges that neither touch nor overlap, in order."""
    merged: list[ByteRange] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return tuple(merged)


def subtract_ranges(wanted: Sequence[ByteRange], present: Sequence[ByteRange]) -> tuple[ByteRange, ...]:
    """Return what of ``wanted`` is not in ``present``; both are merged ranges."""
    missing: list[ByteRange] = []
    for start, end in wanted:
        for first, last in present:
            if last <= start or first >= end:
                continue
            if first > start:
                missing.append((start, first))
            start = max(start, last)  # noqa: PLW2901 (what is left of this range)
        if start < end:
            missing.append((start, end))
    return tuple(missing)

"""The rules of packing: documents are joined into one stream, which is cut into rows of equal length.

They are the rules of SAELens (``concat_and_batch_sequences``):

- A row begins with the begin-of-row token.
- A separator stands between two documents of a row, and may be the last token of a row.
- Neither is inserted before a document whose own prefix begins with the same token.

The rules depend on the tokenizer only, never on the text. So the rows of any context size can be counted from the
documents' lengths alone. Packing and counting both use ``cut_rows``, so they agree.

A stream has, per document, a position for the separator, then the document with its prefix and suffix. Rows lie at
equal distances until one of them ends where a document begins. Such a run of rows is computed in one step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.spec.resolve import ResolvedSettings


@dataclass(frozen=True)
class SeparatorTokens:
    """Positions per row, and the special tokens of packed rows; any of the tokens may be missing."""

    context: int
    begin: int | None = None
    separator: int | None = None
    prefix: tuple[int, ...] = ()
    suffix: tuple[int, ...] = ()

    @classmethod
    def from_settings(cls, resolved: ResolvedSettings) -> Self:
        """Return those of the resolved settings."""
        return cls(resolved.max_length, resolved.begin_of_row, resolved.separator, resolved.prefix, resolved.suffix)

    @property
    def separators(self) -> int:
        """Positions between two documents: 1, or 0 if there is no separator or the prefix begins with it."""
        return int(self.separator is not None and self.prefix[:1] != (self.separator,))

    @property
    def continuing(self) -> int:
        """Positions that the begin-of-row token takes in a row that continues a document."""
        return int(self.begin is not None)

    @property
    def beginning(self) -> int:
        """Positions that the begin-of-row token takes in a row that begins with a document."""
        return int(self.begin is not None and self.prefix[:1] != (self.begin,))

    @property
    def frame(self) -> int:
        """Special tokens per document, without its separator."""
        return len(self.prefix) + len(self.suffix)


@dataclass(frozen=True)
class PackedRun:
    """``count`` successive rows: the first takes the stream from ``start``, and each takes ``width`` positions."""

    start: int
    count: int
    width: int


def cut_rows(starts: Ints, place: int, tokens: SeparatorTokens) -> tuple[list[PackedRun], int]:
    """Cut the stream into full rows from ``place`` on; return them as runs, and where the next row would begin.

    ``starts`` has the start of each document in the stream (the position of its separator), and last the end of the
    stream: shape (documents + 1,). No row begins with a separator, so neither ``place`` is the position of one.
    """
    runs: list[PackedRun] = []
    end, gap = int(starts[-1]), tokens.separators
    wide, narrow = tokens.context - tokens.beginning, tokens.context - tokens.continuing
    is_even = gap == 0 and wide == narrow
    while place < end:
        if not is_even and _is_start(starts, place - gap):
            if place + wide > end:
                break
            runs.append(PackedRun(place, 1, wide))
            place = _skip_separator(starts, place + wide, gap)
            continue
        full = (end - place) // narrow
        count = full if is_even else min(full, _count_regular_rows(starts, place, narrow, gap))
        if count:
            runs.append(PackedRun(place, count, narrow))
            place = _skip_separator(starts, place + count * narrow, gap)
        if count == full:
            break
    return runs, place


def _is_start(starts: Ints, place: int) -> bool:
    index = int(np.searchsorted(starts[:-1], place))
    return index < len(starts) - 1 and int(starts[index]) == place


def _skip_separator(starts: Ints, place: int, gap: int) -> int:
    """Return ``place``, or the place after it if a row would begin there with a separator."""
    return place + gap if gap and _is_start(starts, place) else place


def _count_regular_rows(starts: Ints, place: int, width: int, gap: int) -> int:
    """Return after how many rows of ``width`` from ``place`` on a row ends where a document begins.

    If none does, the result exceeds any possible number of rows.
    """
    index = int(np.searchsorted(starts[:-1], place - gap, side="right"))
    window = max(64, 2 * width)
    while index < len(starts) - 1:
        away = starts[index : min(index + window, len(starts) - 1)] - place
        hits = away % width == 0
        if gap:
            hits |= (away + gap) % width == 0
        first = int(hits.argmax())
        if hits[first]:
            return -(-int(away[first]) // width)
        index += window
    return int(starts[-1])


@dataclass(frozen=True)
class PackedCount:
    """Full rows and their positions; the length and the data tokens of the last, partial row."""

    rows: int
    positions: int
    partial: int
    partial_data: int


def count_packed_rows(lengths: Iterator[Ints], tokens: SeparatorTokens) -> PackedCount:
    """Count the rows of documents of these lengths (blocks, in order) without their ids."""
    rows, place, carried, tail = 0, tokens.separators, np.zeros(0, np.int64), 0
    for block in lengths:
        units = block[block > 0] + tokens.separators + tokens.frame
        if not len(units):
            continue
        starts = np.concatenate([carried, tail + offsets_of(units)])
        runs, place = cut_rows(starts, place, tokens)
        rows += sum(run.count for run in runs)
        carried = starts[:-1][starts[1:] > place] - place
        tail, place = int(starts[-1]) - place, 0
        if not tail:
            carried, place = np.zeros(0, np.int64), tokens.separators
    return PackedCount(rows, rows * tokens.context, *_count_partial_row(carried, tail, tokens))


def _count_partial_row(starts: Ints, end: int, tokens: SeparatorTokens) -> tuple[int, int]:
    """Return the positions and data tokens of the last row, which takes the stream from 0 to ``end``."""
    if not len(starts):
        return 0, 0
    begins = tokens.beginning if int(starts[0]) + tokens.separators == 0 else tokens.continuing
    data_starts = starts + tokens.separators + len(tokens.prefix)
    data_stops = np.append(starts[1:], end) - len(tokens.suffix)
    data = np.maximum(data_stops - np.maximum(data_starts, 0), 0).sum()
    return begins + end, int(data)

"""The rules of packing: documents are joined into one stream, which is cut into rows of equal length.

They are SAELens's (``concat_and_batch_sequences``): a row begins with the begin-of-row token, between two documents of
a row stands the separator, a separator may be the last token of a row, and neither is put where the document's own
frame begins with that same token. They depend on the tokenizer only, never on the text, so that the rows of any context
size can be counted from the documents' lengths alone; ``cut`` is used for both, so they agree.

A stream holds, per document, a place for the separator, then the document with its frame. Between two events (a row
that ends where a document begins) rows lie at equal distances, so that a whole run of them is one piece of arithmetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.spec.resolve import ResolvedSettings


@dataclass(frozen=True)
class SeparatorTokens:
    """How rows are made: positions per row, and what stands where. Each of the tokens may be missing."""

    context: int
    begin: int | None = None
    separator: int | None = None
    prefix: tuple[int, ...] = ()
    suffix: tuple[int, ...] = ()

    @classmethod
    def of(cls, resolved: ResolvedSettings, *, context: int | None = None) -> "SeparatorTokens":
        """Those that the settings came to, or the same for another context size."""
        return cls(
            context or resolved.max_length,
            resolved.begin_of_row,
            resolved.separator,
            resolved.prefix,
            resolved.suffix,
        )

    @property
    def separators(self) -> int:
        """Positions between two documents: 1, or 0 where the frame has the separator already."""
        return int(self.separator is not None and self.prefix[:1] != (self.separator,))

    @property
    def continuing(self) -> int:
        """Positions that the begin-of-row token takes in a row that continues a document."""
        return int(self.begin is not None)

    @property
    def beginning(self) -> int:
        """Positions that it takes in a row at whose start a document begins."""
        return int(self.begin is not None and self.prefix[:1] != (self.begin,))

    @property
    def frame(self) -> int:
        """Special tokens per document beside its separator."""
        return len(self.prefix) + len(self.suffix)


@dataclass(frozen=True)
class PackedRun:
    """``count`` rows in a row: the first takes the stream from ``start``, each takes ``width`` positions of it."""

    start: int
    count: int
    width: int


def cut(starts: Ints, place: int, slots: SeparatorTokens) -> tuple[list[PackedRun], int]:
    """Cut the stream into full rows from ``place`` on; gives them as runs, and where the next row would begin.

    ``starts`` has where each document begins in the stream (its separator's place), and, last, where all end: shape
    (documents + 1,). ``place`` and the place given back are never that of a separator that stands at a row's start.
    """
    runs: list[PackedRun] = []
    end, gap = int(starts[-1]), slots.separators
    wide, narrow = slots.context - slots.beginning, slots.context - slots.continuing
    is_even = gap == 0 and wide == narrow
    while place < end:
        if not is_even and _is_start(starts, place - gap):
            if place + wide > end:
                break
            runs.append(PackedRun(place, 1, wide))
            place = _beside_separator(starts, place + wide, gap)
            continue
        full = (end - place) // narrow
        count = full if is_even else min(full, _until_event(starts, place, narrow, gap))
        if count:
            runs.append(PackedRun(place, count, narrow))
            place = _beside_separator(starts, place + count * narrow, gap)
        if count == full:
            break
    return runs, place


def _is_start(starts: Ints, place: int) -> bool:
    index = int(np.searchsorted(starts[:-1], place))
    return index < len(starts) - 1 and int(starts[index]) == place


def _beside_separator(starts: Ints, place: int, gap: int) -> int:
    """The place itself, or the one after it where a document's separator would stand first in a row."""
    return place + gap if gap and _is_start(starts, place) else place


def _until_event(starts: Ints, place: int, width: int, gap: int) -> int:
    """How many rows of ``width`` from ``place`` on until one ends where a document begins; very many if none does."""
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
    """What packing comes to: full rows and their positions, the length and the data tokens of the last, partial row."""

    rows: int
    positions: int
    partial: int
    partial_data: int


def count_packed(lengths: Iterator[Ints], slots: SeparatorTokens) -> PackedCount:
    """Count the rows of documents of these lengths (in order, in blocks), with no token at hand."""
    rows, place, carried = 0, slots.separators, np.zeros(0, np.int64)
    tail = 0
    for block in lengths:
        units = block[block > 0] + slots.separators + slots.frame
        if not len(units):
            continue
        starts = np.concatenate([carried, tail + offsets_of(units)])
        runs, place = cut(starts, place, slots)
        rows += sum(run.count for run in runs)
        carried = starts[:-1][starts[1:] > place] - place
        tail, place = int(starts[-1]) - place, 0
        if not tail:
            carried, place = np.zeros(0, np.int64), slots.separators
    return PackedCount(rows, rows * slots.context, *_partial(carried, tail, slots))


def _partial(starts: Ints, end: int, slots: SeparatorTokens) -> tuple[int, int]:
    """Positions and data tokens of the last row, which takes the stream from 0 to ``end``."""
    if not len(starts):
        return 0, 0
    begins = slots.beginning if int(starts[0]) + slots.separators == 0 else slots.continuing
    data_starts = starts + slots.separators + len(slots.prefix)
    data_stops = np.append(starts[1:], end) - len(slots.suffix)
    data = np.maximum(data_stops - np.maximum(data_starts, 0), 0).sum()
    return begins + end, int(data)

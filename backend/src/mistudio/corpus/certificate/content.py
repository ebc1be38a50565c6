"""Tells the content of rows from their padding.

Without a mask, padding is a run of one token at an end of the row. The token that pads is the tokenizer's, or one with
which many rows end in a run: the first rows show it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.corpus.certificate.expectations import Expectations
from mistudio.corpus.certificate.token_batch import TokenBatch

_PEEKED_BATCHES: Final = 8
# A run of so many equal tokens at the end of a row is padding, and so is a shorter one of a padding token.
_LONG_RUN: Final = 4
_PADDED_SHARE: Final = 0.02


@dataclass(frozen=True)
class RowForm:
    """What the first rows show: the token that pads, and the length of the longest rows without padding.

    ``closes`` if the padding token also ends documents: the first of a run is then content.
    """

    pad: int | None
    full_length: int
    closes: bool


@dataclass(frozen=True, eq=False)
class Content:
    """Where the content of each row of a batch begins and ends; ``is_content`` has a flag per position."""

    starts: Ints
    ends: Ints
    is_content: NDArray[np.bool_]

    @property
    def lengths(self) -> Ints:
        """The positions of each row's content."""
        return self.ends - self.starts


def learn_form(batches: Iterable[TokenBatch], expected: Expectations) -> RowForm:
    """Return the form of the rows, by the first batches."""
    runs: Counter[int] = Counter()
    rows, kept = 0, []
    for batch in islice(batches, _PEEKED_BATCHES):
        filled = np.flatnonzero(batch.lengths)
        lengths = _measure_runs(batch)[1][filled]
        last = batch.ids[batch.offsets[1:][filled] - 1]
        runs.update(last[lengths >= _LONG_RUN].tolist())
        rows += batch.num_rows
        kept.append(batch)
    pad = expected.pad
    if runs and not batch.is_stream:
        token, count = runs.most_common(1)[0]
        pad = token if count > rows * _PADDED_SHARE else pad
    form = RowForm(pad, 0, pad in expected.separators)
    longest = max((int(find_content(batch, form).lengths.max(initial=0)) for batch in kept), default=0)
    return RowForm(pad, longest, form.closes)


def find_content(batch: TokenBatch, form: RowForm) -> Content:
    """Return where the content of each row is."""
    starts, ends = batch.offsets[:-1].copy(), batch.offsets[1:].copy()
    if form.pad is not None and len(batch.ids) and not batch.is_stream:
        leading, trailing = _measure_runs(batch)
        filled = batch.lengths > 0
        last = batch.ids[np.maximum(ends - 1, 0)] == form.pad
        first = batch.ids[np.minimum(starts, len(batch.ids) - 1)] == form.pad
        ends -= np.where(filled & last & (trailing > int(form.closes)), trailing - int(form.closes), 0)
        is_led = filled & first & (leading >= (_LONG_RUN if form.closes else 1)) & (starts < ends)
        starts += np.where(is_led, leading - int(form.closes), 0)
        ends = np.maximum(starts, ends)
    edges = np.zeros(len(batch.ids) + 1, np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, ends, -1)
    is_content = np.cumsum(edges[:-1]) > 0
    if batch.mask is not None and form.pad is not None:
        is_content &= batch.mask | (batch.ids != form.pad)
    return Content(starts, ends, is_content)


def _measure_runs(batch: TokenBatch) -> tuple[Ints, Ints]:
    """Return the length of the run of equal tokens at the beginning of each row, and at its end."""
    changes = np.flatnonzero(batch.ids[1:] != batch.ids[:-1]) + 1
    breaks = np.union1d(changes, batch.offsets)
    starts, ends = batch.offsets[:-1], batch.offsets[1:]
    after = breaks[np.minimum(np.searchsorted(breaks, starts, side="right"), len(breaks) - 1)]
    before = breaks[np.maximum(np.searchsorted(breaks, ends, side="left") - 1, 0)]
    return np.minimum(after, ends) - starts, ends - np.maximum(before, starts)

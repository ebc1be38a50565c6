"""Packs documents into rows of equal length, across batches and files, by the rules of ``packing_rules``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.tokenize.packing_rules import PackedRun, SeparatorTokens, cut
from mistudio.corpus.tokenize.rows import Added, Documents, Position, Rows, Segments, framed


@dataclass(frozen=True, eq=False)
class _Held:
    """The stream that is not in a row yet, and the documents in it: their rows, starts, where their data lies."""

    stream: NDArray[np.int32]
    rows: Ints
    starts: Ints
    data_starts: Ints
    data_lengths: Ints


class Packer:
    """Packs the documents of one split, batch after batch; how they are batched makes no difference.

    ``begin`` is the position of an earlier packer's row end: the documents given first must be those from there on.
    """

    def __init__(
        self, slots: SeparatorTokens, *, begin: Position | None = None, keep_last_partial: bool = False
    ) -> None:
        self._slots = slots
        self._keep_last_partial = keep_last_partial
        # Where the next row begins in the stream that is held; a separator never stands at the start of a row.
        self._place = slots.separators if begin is None else begin.offset
        self._held: _Held | None = None
        self.dropped = 0
        self.added = (
            *(Added("begin_of_row", token) for token in _ids(slots.begin, slots.continuing)),
            *(Added("document_separator", token) for token in _ids(slots.separator, slots.separators)),
            *(Added("prefix", token) for token in slots.prefix),
            *(Added("suffix", token) for token in slots.suffix),
        )

    def add(self, documents: Documents) -> Rows | None:
        """The rows that have become full; documents without a token add nothing."""
        documents = documents.chosen(documents.lengths > 0)
        if not len(documents):
            return None
        held = self._streamed(documents)
        runs, place = cut(np.append(held.starts, len(held.stream)), self._place, self._slots)
        rows = self._rows(held, runs) if runs else None
        self._hold(held, place)
        return rows

    def finish(self) -> Rows | None:
        """The last row, which is not full, if it is to be kept; else ``dropped`` says how many data tokens it had."""
        held = self._held
        if held is None or self._place >= len(held.stream):
            return None
        last = self._rows(held, [PackedRun(self._place, 1, len(held.stream) - self._place)])
        self._held = None
        if self._keep_last_partial:
            return last
        self.dropped = int(last.data.sum())
        return None

    def _streamed(self, documents: Documents) -> _Held:
        """What is held, with the new documents after it."""
        slots, before = self._slots, self._held
        lengths = documents.lengths
        starts = offsets_of(lengths + slots.separators + slots.frame)
        data_starts = starts[:-1] + slots.separators + len(slots.prefix)
        ids = documents.ids[documents.offsets[0] : documents.offsets[-1]]
        places = self._places(starts, data_starts + lengths)
        stream = framed(ids, int(starts[-1]), places) if places else ids
        if before is None:
            return _Held(stream, documents.rows, starts[:-1], data_starts, lengths)
        length = len(before.stream)
        return _Held(
            np.concatenate([before.stream, stream]),
            np.concatenate([before.rows, documents.rows]),
            np.concatenate([before.starts, starts[:-1] + length]),
            np.concatenate([before.data_starts, data_starts + length]),
            np.concatenate([before.data_lengths, lengths]),
        )

    def _places(self, starts: Ints, data_ends: Ints) -> list[tuple[Ints, int]]:
        """Where each special token that belongs to a document stands in the stream."""
        slots = self._slots
        places = [(starts[:-1], slots.separator)] if slots.separators and slots.separator is not None else []
        places += [(starts[:-1] + slots.separators + index, token) for index, token in enumerate(slots.prefix)]
        return places + [(data_ends + index, token) for index, token in enumerate(slots.suffix)]

    def _hold(self, held: _Held, place: int) -> None:
        """Keep what lies from ``place`` on; a place at the end is that of the first document that comes."""
        ends = np.append(held.starts[1:], len(held.stream))
        first = int(np.searchsorted(ends, place, side="right"))
        if first == len(ends):
            self._held, self._place = None, self._slots.separators
            return
        self._held = _Held(
            held.stream[place:].copy(),
            held.rows[first:],
            held.starts[first:] - place,
            held.data_starts[first:] - place,
            held.data_lengths[first:],
        )
        self._place = 0

    def _rows(self, held: _Held, runs: Sequence[PackedRun]) -> Rows:
        starts = np.concatenate([run.start + run.width * np.arange(run.count) for run in runs])
        widths = np.repeat([run.width for run in runs], [run.count for run in runs])
        stops = starts + widths
        is_first = np.isin(starts, held.starts + self._slots.separators)
        begins = np.where(is_first, self._slots.beginning, self._slots.continuing)
        offsets = offsets_of(begins + widths)
        segments = _segments(held, starts, stops, begins)
        data = np.add.reduceat(np.append(segments.length, 0), segments.offsets[:-1]) * (np.diff(segments.offsets) > 0)
        next_row, next_offset = self._ends(held, stops)
        return Rows(
            ids=self._filled(held, runs, offsets, begins),
            offsets=offsets,
            data=data,
            added=self._counted(held, starts, stops, begins),
            source=segments,
            next_row=next_row,
            next_offset=next_offset,
        )

    def _filled(self, held: _Held, runs: Sequence[PackedRun], offsets: Ints, begins: Ints) -> NDArray[np.int32]:
        out = np.empty(int(offsets[-1]), np.int32)
        row = 0
        for run in runs:
            first = int(begins[row])
            target = out[offsets[row] : offsets[row + run.count]].reshape(run.count, first + run.width)
            if first and self._slots.begin is not None:
                target[:, 0] = self._slots.begin
            target[:, first:] = held.stream[run.start : run.start + run.count * run.width].reshape(run.count, run.width)
            row += run.count
        return out

    def _counted(self, held: _Held, starts: Ints, stops: Ints, begins: Ints) -> NDArray[np.int32]:
        """How often each special token stands in each row, shape (rows, kinds)."""
        all_starts = np.append(held.starts, len(held.stream))
        places = self._places(all_starts, held.data_starts + held.data_lengths)
        columns = [begins] if self._slots.continuing else []
        columns += [np.searchsorted(where, stops) - np.searchsorted(where, starts) for where, _token in places]
        if not columns:
            return np.zeros((len(starts), 0), np.int32)
        return np.stack(columns, axis=1).astype(np.int32)

    def _ends(self, held: _Held, stops: Ints) -> tuple[Ints, Ints]:
        """Where the source goes on after each row."""
        gap = self._slots.separators
        index = np.searchsorted(held.starts, stops, side="right") - 1
        rows, offsets = held.rows[index], stops - held.starts[index]
        # A row that ends with a document, or with the separator before one, ends where that document begins.
        offsets = np.where(offsets <= gap, gap, offsets)
        is_over = stops == len(held.stream)
        return np.where(is_over, rows + 1, rows), np.where(is_over, gap, offsets)


def _ids(token: int | None, count: int) -> list[int]:
    return [] if token is None else [token] * count


def _segments(held: _Held, starts: Ints, stops: Ints, begins: Ints) -> Segments:
    """The pieces of documents that lie in each row."""
    data_stops = held.data_starts + held.data_lengths
    first = np.searchsorted(data_stops, starts, side="right")
    last = np.searchsorted(held.data_starts, stops, side="left")
    counts = np.maximum(last - first, 0)
    offsets = offsets_of(counts)
    rows = np.repeat(np.arange(len(starts)), counts)
    documents = np.arange(int(offsets[-1])) - offsets[rows] + first[rows]
    piece_starts = np.maximum(held.data_starts[documents], starts[rows])
    piece_stops = np.minimum(data_stops[documents], stops[rows])
    return Segments(
        offsets=offsets,
        row=held.rows[documents],
        token_start=piece_starts - held.data_starts[documents],
        position=piece_starts - starts[rows] + begins[rows],
        length=piece_stops - piece_starts,
    )

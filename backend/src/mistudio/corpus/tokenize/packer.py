"""Packs documents into rows of equal length, across batches and files, by the rules of ``packing_rules``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.tokenize.packing_rules import PackedRun, SeparatorTokens, cut_rows
from mistudio.corpus.tokenize.rows import Documents, InsertedToken, Position, Rows, Segments, insert_tokens


@dataclass(frozen=True, eq=False)
class _Stream:
    """The part of the stream that is not in a row yet, and its documents.

    Each document has its source row, its start in the stream, the start of its data, and the length of its data.
    """

    ids: NDArray[np.int32]
    rows: Ints
    starts: Ints
    data_starts: Ints
    data_lengths: Ints


class Packer:
    """Packs the documents of one split, batch after batch; the rows do not depend on the batches.

    To continue, give ``begin``, the position after an earlier row, and the documents from that position on.
    """

    def __init__(
        self, tokens: SeparatorTokens, *, begin: Position | None = None, keep_last_partial: bool = False
    ) -> None:
        self._tokens = tokens
        self._keep_last_partial = keep_last_partial
        # Where the next row begins in the pending stream; a row never begins with a separator.
        self._place = tokens.separators if begin is None else begin.offset
        self._pending: _Stream | None = None
        self.dropped = 0
        self.inserted = (
            *(InsertedToken("begin_of_row", token) for token in _repeat(tokens.begin, tokens.continuing)),
            *(InsertedToken("document_separator", token) for token in _repeat(tokens.separator, tokens.separators)),
            *(InsertedToken("prefix", token) for token in tokens.prefix),
            *(InsertedToken("suffix", token) for token in tokens.suffix),
        )

    def add(self, documents: Documents) -> Rows | None:
        """Return the rows that are now full, None if none is; documents without a token add nothing."""
        documents = documents.select(documents.lengths > 0)
        if not len(documents):
            return None
        stream = self._extend(documents)
        runs, place = cut_rows(np.append(stream.starts, len(stream.ids)), self._place, self._tokens)
        rows = self._make_rows(stream, runs) if runs else None
        self._keep_rest(stream, place)
        return rows

    def finish(self) -> Rows | None:
        """Return the last, partial row if it is to be kept; otherwise ``dropped`` counts its data tokens."""
        stream = self._pending
        if stream is None or self._place >= len(stream.ids):
            return None
        last = self._make_rows(stream, [PackedRun(self._place, 1, len(stream.ids) - self._place)])
        self._pending = None
        if self._keep_last_partial:
            return last
        self.dropped = int(last.data.sum())
        return None

    def _extend(self, documents: Documents) -> _Stream:
        """Return the pending stream, followed by the new documents."""
        tokens, before = self._tokens, self._pending
        lengths = documents.lengths
        starts = offsets_of(lengths + tokens.separators + tokens.frame)
        data_starts = starts[:-1] + tokens.separators + len(tokens.prefix)
        ids = documents.ids[documents.offsets[0] : documents.offsets[-1]]
        places = self._list_places(starts, data_starts + lengths)
        stream = insert_tokens(ids, int(starts[-1]), places) if places else ids
        if before is None:
            return _Stream(stream, documents.rows, starts[:-1], data_starts, lengths)
        length = len(before.ids)
        return _Stream(
            np.concatenate([before.ids, stream]),
            np.concatenate([before.rows, documents.rows]),
            np.concatenate([before.starts, starts[:-1] + length]),
            np.concatenate([before.data_starts, data_starts + length]),
            np.concatenate([before.data_lengths, lengths]),
        )

    def _list_places(self, starts: Ints, data_ends: Ints) -> list[tuple[Ints, int]]:
        """Return the positions in the stream of each special token that belongs to a document."""
        tokens = self._tokens
        places = [(starts[:-1], tokens.separator)] if tokens.separators and tokens.separator is not None else []
        places += [(starts[:-1] + tokens.separators + index, token) for index, token in enumerate(tokens.prefix)]
        return places + [(data_ends + index, token) for index, token in enumerate(tokens.suffix)]

    def _keep_rest(self, stream: _Stream, place: int) -> None:
        """Keep the stream from ``place`` on; at its end, the next row begins with the next document."""
        ends = np.append(stream.starts[1:], len(stream.ids))
        first = int(np.searchsorted(ends, place, side="right"))
        if first == len(ends):
            self._pending, self._place = None, self._tokens.separators
            return
        self._pending = _Stream(
            stream.ids[place:].copy(),
            stream.rows[first:],
            stream.starts[first:] - place,
            stream.data_starts[first:] - place,
            stream.data_lengths[first:],
        )
        self._place = 0

    def _make_rows(self, stream: _Stream, runs: Sequence[PackedRun]) -> Rows:
        starts = np.concatenate([run.start + run.width * np.arange(run.count) for run in runs])
        widths = np.repeat([run.width for run in runs], [run.count for run in runs])
        stops = starts + widths
        is_document_start = np.isin(starts, stream.starts + self._tokens.separators)
        begins = np.where(is_document_start, self._tokens.beginning, self._tokens.continuing)
        offsets = offsets_of(begins + widths)
        segments = _find_segments(stream, starts, stops, begins)
        data = np.add.reduceat(np.append(segments.length, 0), segments.offsets[:-1]) * (np.diff(segments.offsets) > 0)
        next_row, next_offset = self._find_ends(stream, stops)
        return Rows(
            ids=self._fill_rows(stream, runs, offsets, begins),
            offsets=offsets,
            data=data,
            inserted=self._count_inserted(stream, starts, stops, begins),
            source=segments,
            next_row=next_row,
            next_offset=next_offset,
        )

    def _fill_rows(self, stream: _Stream, runs: Sequence[PackedRun], offsets: Ints, begins: Ints) -> NDArray[np.int32]:
        out = np.empty(int(offsets[-1]), np.int32)
        row = 0
        for run in runs:
            first = int(begins[row])
            target = out[offsets[row] : offsets[row + run.count]].reshape(run.count, first + run.width)
            if first and self._tokens.begin is not None:
                target[:, 0] = self._tokens.begin
            target[:, first:] = stream.ids[run.start : run.start + run.count * run.width].reshape(run.count, run.width)
            row += run.count
        return out

    def _count_inserted(self, stream: _Stream, starts: Ints, stops: Ints, begins: Ints) -> NDArray[np.int32]:
        """Return how often each special token occurs in each row, shape (rows, kinds)."""
        all_starts = np.append(stream.starts, len(stream.ids))
        places = self._list_places(all_starts, stream.data_starts + stream.data_lengths)
        columns = [begins] if self._tokens.continuing else []
        columns += [np.searchsorted(where, stops) - np.searchsorted(where, starts) for where, _token in places]
        if not columns:
            return np.zeros((len(starts), 0), np.int32)
        return np.stack(columns, axis=1).astype(np.int32)

    def _find_ends(self, stream: _Stream, stops: Ints) -> tuple[Ints, Ints]:
        """Return where the source continues after each row."""
        gap = self._tokens.separators
        index = np.searchsorted(stream.starts, stops, side="right") - 1
        rows, offsets = stream.rows[index], stops - stream.starts[index]
        # A row that ends with a document, or with the separator before one, ends where that document begins.
        offsets = np.where(offsets <= gap, gap, offsets)
        is_over = stops == len(stream.ids)
        return np.where(is_over, rows + 1, rows), np.where(is_over, gap, offsets)


def _repeat(token: int | None, count: int) -> list[int]:
    return [] if token is None else [token] * count


def _find_segments(stream: _Stream, starts: Ints, stops: Ints, begins: Ints) -> Segments:
    """Return the pieces of documents in each row."""
    data_stops = stream.data_starts + stream.data_lengths
    first = np.searchsorted(data_stops, starts, side="right")
    last = np.searchsorted(stream.data_starts, stops, side="left")
    counts = np.maximum(last - first, 0)
    offsets = offsets_of(counts)
    rows = np.repeat(np.arange(len(starts)), counts)
    documents = np.arange(int(offsets[-1])) - offsets[rows] + first[rows]
    piece_starts = np.maximum(stream.data_starts[documents], starts[rows])
    piece_stops = np.minimum(data_stops[documents], stops[rows])
    return Segments(
        offsets=offsets,
        row=stream.rows[documents],
        token_start=piece_starts - stream.data_starts[documents],
        position=piece_starts - starts[rows] + begins[rows],
        length=piece_stops - piece_starts,
    )

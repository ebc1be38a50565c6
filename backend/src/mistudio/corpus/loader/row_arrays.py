"""Rows of a tokenized split as arrays: consecutive rows without a copy, other rows by one copy of their values."""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.loader.mapped_columns import IDS, ListColumn, Values, map_files, read_list_columns
from mistudio.corpus.tokenized.manifest import TokenizedManifest, TokenizedSplit

Arrays = dict[str, NDArray[np.signedinteger]]


def find_row_length(manifest: TokenizedManifest, split: TokenizedSplit) -> int | None:
    """Return the length that all rows of the split have, None if their lengths differ or are not known to be equal."""
    length, settings = manifest.resolved.max_length, manifest.settings
    is_limited = settings.packing != "off" or settings.truncation
    # No row is longer than max_length, so the sum tells that none is shorter.
    return length if is_limited and split.ledger.positions == split.rows * length else None


class RowArrays:
    """The rows of one split. ``length`` is None if rows differ in length; then batches have ``offsets``."""

    def __init__(self, folder: Path, manifest: TokenizedManifest, split: TokenizedSplit) -> None:
        self.rows = split.rows
        self.length = find_row_length(manifest, split)
        self._files = map_files(folder, split.files)
        self.batches = [batch for file in self._files for batch in file.batches]
        self.columns = read_list_columns(self._files)
        self.starts = offsets_of(np.array([batch.num_rows for batch in self.batches], np.int64))
        self._start_list = self.starts.tolist()
        self._file_of = np.repeat(np.arange(len(self._files)), [len(file.batches) for file in self._files])

    def locate(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the record batch of each row, and the number of the row in it."""
        batch = np.searchsorted(self.starts, rows, side="right") - 1
        return batch, rows - self.starts[batch]

    def read(self, start: int, stop: int) -> Arrays:
        """Return rows ``start`` to ``stop``, which must exist; without a copy if one record batch has them all."""
        index = bisect_right(self._start_list, start) - 1
        parts = []
        while start < stop:
            first, end = self._start_list[index], self._start_list[index + 1]
            parts.append((index, start - first, min(stop, end) - first))
            start, index = max(start, end), index + 1
        if self.length is not None:
            return {name: self._slice_table(column, parts, self.length) for name, column in self.columns.items()}
        return self._slice_lists(parts)

    def _slice_table(self, column: ListColumn, parts: Sequence[tuple[int, int, int]], length: int) -> Values:
        tables = []
        for index, first, stop in parts:
            base, values = int(column.bases[index]), column.files[self._file_of[index]]
            tables.append(values[base + first * length : base + stop * length].reshape(stop - first, length))
        return tables[0] if len(tables) == 1 else np.concatenate(tables)

    def _slice_lists(self, parts: Sequence[tuple[int, int, int]]) -> Arrays:
        arrays: Arrays = {}
        for name, column in self.columns.items():
            pieces = []
            for index, first, stop in parts:
                base, ends = int(column.bases[index]), column.offsets[index]
                values = column.files[self._file_of[index]]
                pieces.append(values[base + int(ends[first]) : base + int(ends[stop])])
            arrays[name] = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        offsets = self.columns[IDS].offsets
        lengths = [np.diff(offsets[index][first : stop + 1]) for index, first, stop in parts]
        return {**arrays, "offsets": offsets_of(np.concatenate(lengths))}

    def gather(self, rows: Ints) -> Arrays:
        """Return these rows, in this order."""
        batch, at = self.locate(rows)
        if self.length is not None:
            length = self.length
            return {name: self._gather_table(column, batch, at, length) for name, column in self.columns.items()}
        return self._gather_lists(batch, at)

    def _gather_table(self, column: ListColumn, batch: Ints, at: Ints, length: int) -> Values:
        starts, file_of = column.bases[batch] + at * length, self._file_of[batch]
        used, windows = set(file_of.tolist()), column.windows(length)
        if len(used) == 1:
            found: Values = windows[used.pop()][starts]
            return found
        table = np.empty((len(batch), length), column.kind)
        for file in used:
            here = np.flatnonzero(file_of == file)
            table[here] = windows[file][starts[here]]
        return table

    def _gather_lists(self, batch: Ints, at: Ints) -> Arrays:
        places = list(zip(batch.tolist(), at.tolist(), self._file_of[batch].tolist(), strict=True))
        arrays: Arrays = {}
        lengths: list[int] = []
        for name, column in self.columns.items():
            pieces = []
            for index, number, file in places:
                base, ends = column.bases[index], column.offsets[index]
                pieces.append(column.files[file][base + ends[number] : base + ends[number + 1]])
            arrays[name] = np.concatenate(pieces)
            lengths = lengths or [len(piece) for piece in pieces]
        return {**arrays, "offsets": offsets_of(np.array(lengths, np.int64))}

    def will_need(self, rows: range) -> None:
        """Ask the kernel to read the ids of these consecutive rows ahead."""
        column = self.columns[IDS]
        for index in range(bisect_right(self._start_list, rows.start) - 1, len(self.batches)):
            first, end = self._start_list[index], self._start_list[index + 1]
            if first >= rows.stop:
                return
            base, ends, width = int(column.bases[index]), column.offsets[index], column.kind.itemsize
            begin = base + int(ends[max(rows.start, first) - first])
            stop = base + int(ends[min(rows.stop, end) - first])
            self._files[self._file_of[index]].will_need(begin * width, stop * width)

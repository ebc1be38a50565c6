"""Cut documents into windows: rows of one document each, which begin ``stride`` tokens after one another.

A document that fits into one row is one window. The last window of a longer one ends with the document, so it may be
shorter. Windows that overlap repeat tokens, which the ledger counts.
"""

from collections.abc import Sequence

import numpy as np

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.tokenize.rows import Documents, InsertedToken, Position, Rows, Segments, insert_tokens


def count_windows(tokens: Ints, *, room: int, stride: int) -> Ints:
    """Return the number of windows of documents with these lengths; an empty document is one window."""
    return 1 + -(-np.maximum(0, tokens - room) // stride)


def count_window_tokens(tokens: Ints, *, room: int, stride: int) -> Ints:
    """Return the tokens in all windows of each document: those in two windows count twice."""
    return tokens + (count_windows(tokens, room=room, stride=stride) - 1) * (room - stride)


def count_covered(tokens: int, written: int, *, room: int, stride: int) -> int:
    """Return how many different tokens the first ``written`` tokens of a document's windows are."""
    whole, rest = divmod(written, room)
    return min(tokens, max((whole - 1) * stride + room if whole else 0, whole * stride + rest if rest else 0))


class WindowMaker:
    """Makes the windows of documents, between prefix and suffix; continues at ``begin`` after an earlier row."""

    def __init__(
        self, *, prefix: Sequence[int], suffix: Sequence[int], room: int, stride: int, begin: Position
    ) -> None:
        self._prefix, self._suffix = tuple(prefix), tuple(suffix)
        self._room, self._stride, self._begin = room, stride, begin
        self.inserted = (
            *(InsertedToken("prefix", token) for token in prefix),
            *(InsertedToken("suffix", token) for token in suffix),
        )

    def add(self, documents: Documents, *, last_tokens: int | None = None) -> Rows | None:
        """Return the windows of ``documents``, None if there is none; the last document gives only ``last_tokens``."""
        tokens = documents.lengths
        counts = count_windows(tokens, room=self._room, stride=self._stride)
        document = np.repeat(np.arange(len(tokens)), counts)
        starts = self._stride * (np.arange(len(document)) - np.repeat(offsets_of(counts)[:-1], counts))
        lengths = np.minimum(self._room, tokens[document] - starts)
        if last_tokens is not None:
            mine = document == len(tokens) - 1
            lengths[mine] = np.diff(np.minimum(offsets_of(lengths[mine]), last_tokens))
        is_new = (documents.rows[document] != self._begin.row) | (starts >= self._begin.offset)
        # An empty document is a row; a window that got none of the last tokens is not.
        keep = is_new & ((lengths > 0) | (tokens[document] == 0))
        return self._make_rows(documents, document[keep], starts[keep], lengths[keep]) if keep.any() else None

    def finish(self) -> Rows | None:
        """Return None: no row is left over."""
        return None

    def _make_rows(self, documents: Documents, document: Ints, starts: Ints, lengths: Ints) -> Rows:
        before, frame = len(self._prefix), len(self._prefix) + len(self._suffix)
        offsets, data_offsets = offsets_of(lengths + frame), offsets_of(lengths)
        index = np.repeat(documents.offsets[document] + starts - data_offsets[:-1], lengths)
        ids = documents.ids[index + np.arange(len(index))]
        count, rows = len(document), documents.rows[document]
        is_last = np.append(document[1:] != document[:-1], True)
        return Rows(
            ids=insert_tokens(ids, int(offsets[-1]), self._list_places(offsets)) if frame else ids,
            offsets=offsets,
            data=lengths,
            inserted=np.ones((count, len(self.inserted)), np.int32),
            source=Segments(np.arange(count + 1), rows, starts, np.full(count, before), lengths),
            next_row=rows + is_last,
            next_offset=np.where(is_last, 0, starts + self._stride),
        )

    def _list_places(self, offsets: Ints) -> list[tuple[Ints, int]]:
        before = [(offsets[:-1] + index, token) for index, token in enumerate(self._prefix)]
        after = [(offsets[1:] - len(self._suffix) + index, token) for index, token in enumerate(self._suffix)]
        return before + after

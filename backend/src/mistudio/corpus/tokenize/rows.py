"""Rows of tokens before they are written: flat arrays, and the position in the source at which each row ends.

They contain no padding: it depends on the rows that are written together, so the writer adds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of

Role: TypeAlias = Literal["begin_of_row", "document_separator", "prefix", "suffix"]


@dataclass(frozen=True)
class Position:
    """The position before token ``offset`` of source row ``row``; the offset counts special tokens, too."""

    row: int
    offset: int


@dataclass(frozen=True)
class InsertedToken:
    """A special token that is inserted, and its role."""

    role: Role
    id: int


@dataclass(frozen=True, eq=False)
class Segments:
    """The origin of each piece of each packed row; the pieces of row i are ``offsets[i]:offsets[i + 1]``.

    Each piece has its source ``row``, the number of its first token in that row (``token_start``), its ``position`` in
    the packed row, and its ``length``. No piece contains special tokens.
    """

    offsets: Ints
    row: Ints
    token_start: Ints
    position: Ints
    length: Ints

    def slice(self, start: int, stop: int) -> Self:
        """Return the segments of rows ``start`` to ``stop``."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        parts = (part[first:last] for part in (self.row, self.token_start, self.position, self.length))
        return type(self)(self.offsets[start : stop + 1] - first, *parts)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Return the segments of all parts in order."""
        ends = np.cumsum([0, *(len(part.row) for part in parts)])
        offsets = [part.offsets[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        names = ("row", "token_start", "position", "length")
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
        return cls(np.concatenate([*offsets, ends[-1:]]), *columns)


@dataclass(frozen=True, eq=False)
class Rows:
    """n rows: row i is ``ids[offsets[i]:offsets[i + 1]]``, of which ``data[i]`` tokens are data.

    ``inserted[i, k]`` is how often the k-th special token was inserted into row i. ``source`` has the source row of
    each row, shape (n,), or the segments. After row i the source continues at ``(next_row[i], next_offset[i])``.
    """

    ids: NDArray[np.int32]
    offsets: Ints
    data: Ints
    inserted: NDArray[np.int32]
    source: Ints | Segments
    next_row: Ints
    next_offset: Ints

    def __len__(self) -> int:
        return len(self.data)

    @property
    def lengths(self) -> Ints:
        """Positions per row, shape (n,)."""
        return np.diff(self.offsets)

    def position_after(self, index: int) -> Position:
        """Return where the source continues after row ``index``."""
        return Position(int(self.next_row[index]), int(self.next_offset[index]))

    def slice(self, start: int, stop: int) -> Self:
        """Return rows ``start`` to ``stop`` without copying their ids."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return type(self)(
            ids=self.ids[first:last],
            offsets=self.offsets[start : stop + 1] - first,
            data=self.data[start:stop],
            inserted=self.inserted[start:stop],
            source=self.source.slice(start, stop) if isinstance(self.source, Segments) else self.source[start:stop],
            next_row=self.next_row[start:stop],
            next_offset=self.next_offset[start:stop],
        )

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Return all rows of all parts; a single part is returned as it is."""
        if len(parts) == 1:
            return parts[0]
        ends = np.cumsum([0, *(len(part.ids) for part in parts)])
        offsets = [part.offsets[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            ids=np.concatenate([part.ids for part in parts]),
            offsets=np.concatenate([*offsets, ends[-1:]]),
            data=np.concatenate([part.data for part in parts]),
            inserted=np.concatenate([part.inserted for part in parts]),
            source=_join_sources([part.source for part in parts]),
            next_row=np.concatenate([part.next_row for part in parts]),
            next_offset=np.concatenate([part.next_offset for part in parts]),
        )


def _join_sources(sources: Sequence[Ints | Segments]) -> Ints | Segments:
    segments = [source for source in sources if isinstance(source, Segments)]
    if segments:
        return Segments.join(segments)
    return np.concatenate([source for source in sources if not isinstance(source, Segments)])


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents of one split in order: document i is of source row ``rows[i]``.

    Its ids are ``ids[offsets[i]:offsets[i + 1]]``.
    """

    rows: Ints
    ids: NDArray[np.int32]
    offsets: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> Ints:
        """Tokens per document, shape (n,)."""
        return np.diff(self.offsets)

    def select(self, keep: NDArray[np.bool_]) -> Self:
        """Return the documents for which ``keep`` is true; if it is true for all, return them as they are."""
        if keep.all():
            return self
        lengths = self.lengths
        ids = self.ids[self.offsets[0] : self.offsets[-1]][np.repeat(keep, lengths)]
        return type(self)(self.rows[keep], ids, offsets_of(lengths[keep]))

    def cut_last(self, tokens: int) -> Self:
        """Return the documents with only the first ``tokens`` of the last one."""
        offsets = self.offsets.copy()
        offsets[-1] = offsets[-2] + tokens
        return type(self)(self.rows, self.ids[: offsets[-1]], offsets)


class RowMaker:
    """Makes one unpacked row per document: cut to ``room`` tokens (None: never), between prefix and suffix."""

    def __init__(self, *, prefix: Sequence[int], suffix: Sequence[int], room: int | None) -> None:
        self._prefix = np.array(prefix, np.int32)
        self._suffix = np.array(suffix, np.int32)
        self._room = room
        self.inserted = (
            *(InsertedToken("prefix", token) for token in prefix),
            *(InsertedToken("suffix", token) for token in suffix),
        )

    def add(self, documents: Documents) -> Rows:
        """Return the rows of ``documents``; an empty document is a row, too."""
        lengths = documents.lengths
        kept = lengths if self._room is None else np.minimum(lengths, self._room)
        count = len(documents)
        return Rows(
            ids=self._insert_special(_cut_documents(documents, kept), kept),
            offsets=offsets_of(kept + len(self._prefix) + len(self._suffix)),
            data=kept,
            inserted=np.ones((count, len(self.inserted)), np.int32),
            source=documents.rows,
            next_row=documents.rows + 1,
            next_offset=np.zeros(count, np.int64),
        )

    def finish(self) -> Rows | None:
        """Return None: no row is left over."""
        return None

    def _insert_special(self, ids: NDArray[np.int32], kept: Ints) -> NDArray[np.int32]:
        frame = len(self._prefix) + len(self._suffix)
        if not frame:
            return ids
        starts = offsets_of(kept + frame)
        return insert_tokens(ids, int(starts[-1]), self._list_places(starts))

    def _list_places(self, starts: Ints) -> list[tuple[Ints, int]]:
        before = [(starts[:-1] + index, int(token)) for index, token in enumerate(self._prefix)]
        after = [(starts[1:] - len(self._suffix) + index, int(token)) for index, token in enumerate(self._suffix)]
        return before + after


def _cut_documents(documents: Documents, kept: Ints) -> NDArray[np.int32]:
    """Return the ids of all documents, of each the first ``kept``."""
    ids = documents.ids[documents.offsets[0] : documents.offsets[-1]]
    is_long = kept < documents.lengths
    if not is_long.any():
        return ids
    is_kept = np.ones(len(ids), bool)
    starts, stops = documents.offsets[:-1] - documents.offsets[0] + kept, documents.offsets[1:] - documents.offsets[0]
    for start, stop in zip(starts[is_long], stops[is_long], strict=True):
        is_kept[start:stop] = False
    return ids[is_kept]


def insert_tokens(ids: NDArray[np.int32], total: int, places: Sequence[tuple[Ints, int]]) -> NDArray[np.int32]:
    """Return ``total`` positions: the token of each of ``places`` at its positions, and ``ids`` in order elsewhere."""
    out = np.empty(total, np.int32)
    is_data = np.ones(total, bool)
    for where, token in places:
        is_data[where] = False
        out[where] = token
    out[is_data] = ids
    return out

"""Rows of tokens on their way to a file: flat arrays, and where each row ends in the source.

Padding is not in them: it depends on the rows that are written together, and is added there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of

Role: TypeAlias = Literal["begin_of_row", "document_separator", "prefix", "suffix"]


@dataclass(frozen=True)
class Position:
    """A place between two tokens of a split: before token ``offset`` of source row ``row``, framing tokens counted."""

    row: int
    offset: int


@dataclass(frozen=True)
class Added:
    """A special token that is put in, and what for."""

    role: Role
    id: int


@dataclass(frozen=True, eq=False)
class Segments:
    """Which document each piece of each packed row came from; those of row i are ``offsets[i]:offsets[i + 1]``.

    Per piece: the source ``row``, the number of its first token within that row's tokens, its ``position`` in the
    packed row, its ``length``. Special tokens are in none of them.
    """

    offsets: Ints
    row: Ints
    token_start: Ints
    position: Ints
    length: Ints

    def slice(self, start: int, stop: int) -> Self:
        """Of rows ``start`` to ``stop``."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        parts = (part[first:last] for part in (self.row, self.token_start, self.position, self.length))
        return type(self)(self.offsets[start : stop + 1] - first, *parts)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Of all parts, one after the other."""
        ends = np.cumsum([0, *(len(part.row) for part in parts)])
        offsets = [part.offsets[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        names = ("row", "token_start", "position", "length")
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
        return cls(np.concatenate([*offsets, ends[-1:]]), *columns)


@dataclass(frozen=True, eq=False)
class Rows:
    """n rows: row i is ``ids[offsets[i]:offsets[i + 1]]``, of which ``data[i]`` tokens are data.

    ``added[i, k]`` says how often the k-th special token was put into it. ``source`` has the source row of each (shape
    (n,)) or the segments. After row i the source goes on at ``(next_row[i], next_offset[i])``.
    """

    ids: NDArray[np.int32]
    offsets: Ints
    data: Ints
    added: NDArray[np.int32]
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
        """Where the source goes on after row ``index``."""
        return Position(int(self.next_row[index]), int(self.next_offset[index]))

    def slice(self, start: int, stop: int) -> Self:
        """Rows ``start`` to ``stop``, without a copy of their ids."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return type(self)(
            ids=self.ids[first:last],
            offsets=self.offsets[start : stop + 1] - first,
            data=self.data[start:stop],
            added=self.added[start:stop],
            source=self.source.slice(start, stop) if isinstance(self.source, Segments) else self.source[start:stop],
            next_row=self.next_row[start:stop],
            next_offset=self.next_offset[start:stop],
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts; one part is given back as it is."""
        if len(parts) == 1:
            return parts[0]
        ends = np.cumsum([0, *(len(part.ids) for part in parts)])
        offsets = [part.offsets[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            ids=np.concatenate([part.ids for part in parts]),
            offsets=np.concatenate([*offsets, ends[-1:]]),
            data=np.concatenate([part.data for part in parts]),
            added=np.concatenate([part.added for part in parts]),
            source=_joined([part.source for part in parts]),
            next_row=np.concatenate([part.next_row for part in parts]),
            next_offset=np.concatenate([part.next_offset for part in parts]),
        )


def _joined(sources: Sequence[Ints | Segments]) -> Ints | Segments:
    segments = [source for source in sources if isinstance(source, Segments)]
    if segments:
        return Segments.joined(segments)
    return np.concatenate([source for source in sources if not isinstance(source, Segments)])


@dataclass(frozen=True, eq=False)
class Documents:
    """Documents of one split in order, each with at least the ids of its text: document i is of source row ``rows[i]``.

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

    def chosen(self, keep: NDArray[np.bool_]) -> Self:
        """Those of which ``keep`` is true; all of them are given back as they are."""
        if keep.all():
            return self
        lengths = self.lengths
        ids = self.ids[self.offsets[0] : self.offsets[-1]][np.repeat(keep, lengths)]
        return type(self)(self.rows[keep], ids, offsets_of(lengths[keep]))


NO_ROWS: Final = np.zeros(0, np.int64)


class RowMaker:
    """Makes unpacked rows, one per document: cut to ``room`` tokens (None: never) and framed."""

    def __init__(self, *, prefix: Sequence[int], suffix: Sequence[int], room: int | None) -> None:
        self._prefix = np.array(prefix, np.int32)
        self._suffix = np.array(suffix, np.int32)
        self._room = room
        self.added = (*(Added("prefix", token) for token in prefix), *(Added("suffix", token) for token in suffix))

    def add(self, documents: Documents) -> Rows:
        """The rows of ``documents``; empty documents are rows, too."""
        lengths = documents.lengths
        kept = lengths if self._room is None else np.minimum(lengths, self._room)
        count = len(documents)
        return Rows(
            ids=self._framed(documents, kept),
            offsets=offsets_of(kept + len(self._prefix) + len(self._suffix)),
            data=kept,
            added=np.ones((count, len(self.added)), np.int32),
            source=documents.rows,
            next_row=documents.rows + 1,
            next_offset=np.zeros(count, np.int64),
        )

    def finish(self) -> Rows | None:
        """Nothing is left over."""
        return None

    def _framed(self, documents: Documents, kept: Ints) -> NDArray[np.int32]:
        ids = documents.ids[documents.offsets[0] : documents.offsets[-1]]
        lengths = documents.lengths
        if (kept < lengths).any():
            inside = np.ones(len(ids), bool)
            for start, stop in zip(
                (documents.offsets[:-1] - documents.offsets[0] + kept)[kept < lengths],
                (documents.offsets[1:] - documents.offsets[0])[kept < lengths],
                strict=True,
            ):
                inside[start:stop] = False
            ids = ids[inside]
        frame = len(self._prefix) + len(self._suffix)
        if not frame:
            return ids
        starts = offsets_of(kept + frame)
        return framed(ids, int(starts[-1]), self._places(starts))

    def _places(self, starts: Ints) -> list[tuple[Ints, int]]:
        before = [(starts[:-1] + index, int(token)) for index, token in enumerate(self._prefix)]
        after = [(starts[1:] - len(self._suffix) + index, int(token)) for index, token in enumerate(self._suffix)]
        return before + after


def framed(ids: NDArray[np.int32], total: int, places: Sequence[tuple[Ints, int]]) -> NDArray[np.int32]:
    """``total`` positions with the tokens of ``places`` where they belong and ``ids`` in the rest, in order."""
    out = np.empty(total, np.int32)
    is_data = np.ones(total, bool)
    for where, token in places:
        is_data[where] = False
        out[where] = token
    out[is_data] = ids
    return out

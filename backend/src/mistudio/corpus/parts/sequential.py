"""Chooses files, and the beginning of the last one, of formats that cannot be entered in the middle."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.hub.part_types import ByteRange, FilePart, Part
from mistudio.corpus.hub.plan_types import Format, RemoteFile
from mistudio.corpus.parts.counting import count_rows
from mistudio.corpus.parts.cutting import Cut, can_cut, can_enter, cut_rows, measure_mark, read_head
from mistudio.corpus.parts.footers import FetchFiles
from mistudio.corpus.parts.kept import KeptPieces
from mistudio.corpus.parts.row_groups import permute

FIRST_BYTES: Final = 128 << 10
_STEP_BYTES: Final = 64 << 10
# Rows are not equally long: as many bytes more than the rows so far suggest.
_MARGIN: Final = 1.02
_MAX_GROWTH: Final = 16
# Files that are very likely needed as a whole are fetched together.
_SURE_SHARE: Final = 0.8


@dataclass(frozen=True)
class _Piece:
    """What is taken of a file; ``rows`` is None where nobody has counted them."""

    file: RemoteFile
    rows: int | None


@dataclass(frozen=True)
class _Place:
    """Where a piece starts, and its number."""

    start: int = 0
    number: int = 0


class SequentialSelector:
    """Chooses the files of one part; ``fetch`` brings ranges into sparse files, ``scratch`` is a file for trials."""

    def __init__(
        self,
        part: Part,
        file_format: Format,
        options: Mapping[str, Json],
        *,
        kept: KeptPieces,
        fetch: FetchFiles,
        scratch: Path,
        checkpoint: Callable[[], None],
    ) -> None:
        self._kept = kept
        self._part = part
        self._format = file_format
        self._options = options
        self._fetch = fetch
        self._scratch = scratch
        self._checkpoint = checkpoint

    def select(self, files: Sequence[RemoteFile]) -> list[RemoteFile]:
        """Return the files with their parts, in the order of ``files``. Raises InvalidData and what fetching raises."""
        part = self._part
        numbers = permute(len(files), part.seed) if part.order == "random" else list(range(len(files)))
        taken: dict[int, list[_Piece]] = {}
        left = part.count
        for position, number in enumerate(numbers):
            if part.kind != "all" and left <= 0:
                break
            if part.kind == "rows":
                known = [piece for pieces in taken.values() for piece in pieces]
                self._fetch_ahead([files[other] for other in numbers[position:]], known, left)
            taken[number] = self._take(files[number], left, is_only=not taken)
            left -= sum(self._measure(piece) for piece in taken[number])
            if part.kind == "bytes" and not taken[number]:
                break
        return [piece.file for number in sorted(taken) for piece in taken[number]]

    def _measure(self, piece: _Piece) -> int:
        return piece.file.fetch_bytes if self._part.kind == "bytes" else piece.rows or 0

    def _take(self, file: RemoteFile, left: int, *, is_only: bool) -> list[_Piece]:
        """Return the pieces of one file that is next: those that are kept, and what they lack."""
        kept = self._kept.get((file.split, file.path), ())
        if not kept:
            return self._take_more(file, left, _Place(), is_only=is_only)
        pieces = [_Piece(piece.file, piece.rows) for piece in kept]
        last = kept[-1].file.part
        if last is None or kept[-1].is_entire:
            return pieces
        if last.next_row_at is None:
            # Nobody can enter it after its last row: it comes again from its beginning.
            return self._take_more(file, left, _Place(), is_only=is_only)
        left -= last.next_row_at if self._part.kind == "bytes" else sum(piece.rows for piece in kept)
        if self._part.kind != "all" and left <= 0:
            return pieces
        at = _Place(last.next_row_at, len(kept))
        return pieces + self._take_more(file, left, at, is_only=False)

    def _take_more(self, file: RemoteFile, left: int, at: _Place, *, is_only: bool) -> list[_Piece]:
        if self._part.kind == "rows":
            piece = self._take_first_rows(file, left, at)
        elif self._part.kind == "all" or file.size - at.start <= left:
            piece = self._take_rest(file, at)
        else:
            piece = self._take_beginning(file, at, left, is_only=is_only)
        return [piece] if piece else []

    def _take_rest(self, file: RemoteFile, at: _Place) -> _Piece | None:
        return self._cut(file, at, file.size, rows=None) if at.start else _Piece(take_whole(file), None)

    def _take_beginning(self, file: RemoteFile, at: _Place, size: int, *, is_only: bool) -> _Piece | None:
        """Return the rows in the next ``size`` bytes; of the only file, one row at least."""
        while 0 < size < file.size - at.start:
            piece = self._cut(file, at, at.start + size, rows=None)
            if piece is None:
                break
            if piece.rows:
                return piece
            if not is_only:
                return None
            size *= 2
        return _Piece(take_whole(file), None) if is_only else None

    def _fetch_ahead(self, files: Sequence[RemoteFile], pieces: Sequence[_Piece], left: int) -> None:
        """Fetch the next files together if the rows so far say that all of each is needed."""
        known = sum(piece.rows or 0 for piece in pieces) / max(1, sum(piece.file.size for piece in pieces))
        sure = 0
        while sure < len(files) and known and sum(file.size for file in files[: sure + 1]) * known < left * _SURE_SHARE:
            sure += 1
        if sure > 1:
            self._bring([take_whole(file) for file in files[:sure]])

    def _take_first_rows(self, file: RemoteFile, rows: int, at: _Place) -> _Piece | None:
        size = FIRST_BYTES
        while at.start + size < file.size:
            piece = self._cut(file, at, at.start + size, rows=rows)
            if piece is None:
                break
            if piece.rows == rows:
                return piece
            expected = int(size * rows / max(1, piece.rows or 0) * _MARGIN) + _STEP_BYTES
            size = min(max(expected, size + _STEP_BYTES), size * _MAX_GROWTH)
        return self._cut(file, at, file.size, rows=rows, is_last=True) if at.start else self._count_whole(file, rows)

    def _count_whole(self, file: RemoteFile, rows: int) -> _Piece:
        """Take all of the file, or its first ``rows`` rows."""
        whole = take_whole(file)
        found = self._count(self._bring([whole])[0], file.path, rows + 1)
        if found <= rows:
            return _Piece(whole, found)
        limited = FilePart(((0, file.size),), rows=rows)
        return _Piece(replace(file, part=limited), rows)

    def _cut(self, file: RemoteFile, at: _Place, end: int, *, rows: int | None, is_last: bool = False) -> _Piece | None:
        """Return the rows up to byte ``end``, at most ``rows``; None if the file cannot be cut."""
        span = (at.start, end)
        path = self._bring([replace(file, part=FilePart((span,), number=at.number))])[0]
        head = read_head(path, span, label=file.path, options=self._options)
        if not head:
            return _Piece(file, 0)
        if not can_cut(self._format, self._options, head):
            return None
        cut = self._cut_scratch(path, file, span, rows)
        if rows is not None and cut.rows < rows and not is_last:
            return _Piece(file, cut.rows)
        part = FilePart(
            (span,),
            rows=cut.rows,
            is_cut=True,
            next_row_at=self._find_next_row(path, file, at, cut),
            number=at.number,
        )
        piece = _Piece(replace(file, part=part), cut.rows)
        return piece if self._is_exact(piece) else None

    def _cut_scratch(self, path: Path, file: RemoteFile, span: ByteRange, rows: int | None) -> Cut:
        return cut_rows(
            path,
            span,
            self._scratch,
            file_format=self._format,
            options=self._options,
            label=file.path,
            rows=rows,
            is_end=span[1] == file.size,
            checkpoint=self._checkpoint,
        )

    def _find_next_row(self, path: Path, file: RemoteFile, at: _Place, cut: Cut) -> int | None:
        """Return where a later piece can go on, if it can."""
        if not can_enter(path, file.path, self._format, self._options):
            return None
        return (at.start or measure_mark(path)) + cut.end

    def _is_exact(self, piece: _Piece) -> bool:
        """Return whether the reader finds as many rows in the scratch file as were cut."""
        if not piece.rows:
            return True
        options = plain_options(self._options)
        try:
            return self._count(self._scratch, piece.file.label, piece.rows + 1, options=options) == piece.rows
        except InvalidData:
            return False

    def _count(self, path: Path, label: str, limit: int, *, options: Mapping[str, Json] | None = None) -> int:
        return count_rows(
            path,
            file_format=self._format,
            options=self._options if options is None else options,
            label=label,
            limit=limit,
            checkpoint=self._checkpoint,
        )

    def _bring(self, files: Sequence[RemoteFile]) -> list[Path]:
        different = list({file.key: file for file in files}.values())
        paths = {fetched.source.key: fetched.path for fetched in self._fetch(different)}
        return [paths[file.key] for file in files]


def take_whole(file: RemoteFile) -> RemoteFile:
    """Return the file with all its bytes as its part."""
    return replace(file, part=FilePart(((0, file.size),)))


def plain_options(options: Mapping[str, Json]) -> dict[str, Json]:
    """Return the reader's options for a file that was recoded to UTF-8."""
    return {name: value for name, value in options.items() if name != "encoding"}

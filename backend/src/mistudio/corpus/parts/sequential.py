"""Chooses files, and the beginning of the last one, of formats that cannot be entered in the middle."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.hub.part_types import FilePart, Part
from mistudio.corpus.hub.plan_types import Format, RemoteFile
from mistudio.corpus.parts.counting import count_rows
from mistudio.corpus.parts.cutting import can_cut, can_enter, cut_rows, measure_mark, read_head
from mistudio.corpus.parts.footers import FetchFiles
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


class SequentialSelector:
    """Chooses the files of one part; ``fetch`` brings ranges into sparse files, ``scratch`` is a file for trials."""

    def __init__(
        self,
        part: Part,
        file_format: Format,
        options: Mapping[str, Json],
        *,
        fetch: FetchFiles,
        scratch: Path,
        checkpoint: Callable[[], None],
    ) -> None:
        self._part = part
        self._format = file_format
        self._options = options
        self._fetch = fetch
        self._scratch = scratch
        self._checkpoint = checkpoint

    def select(self, files: Sequence[RemoteFile]) -> list[RemoteFile]:
        """Return the files with their parts, in the order of ``files``. Raises InvalidData and what fetching raises."""
        part = self._part
        if part.kind == "all":
            return [take_whole(file) for file in files]
        numbers = permute(len(files), part.seed) if part.order == "random" else list(range(len(files)))
        drawn = [files[number] for number in numbers]
        pieces = self._take_bytes(drawn) if part.kind == "bytes" else self._take_rows(drawn)
        by_number = sorted(zip(numbers, pieces, strict=False), key=lambda pair: pair[0])
        return [piece.file for _number, piece in by_number]

    def _take_bytes(self, files: Sequence[RemoteFile]) -> list[_Piece]:
        pieces: list[_Piece] = []
        left = self._part.count
        for file in files:
            if file.size <= left:
                pieces.append(_Piece(take_whole(file), None))
                left -= file.size
                continue
            last = self._take_beginning(file, left, is_only=not pieces)
            return [*pieces, last] if last else pieces
        return pieces

    def _take_beginning(self, file: RemoteFile, size: int, *, is_only: bool) -> _Piece | None:
        """Return the rows in the first ``size`` bytes; of the only file, one row at least."""
        while 0 < size < file.size:
            piece = self._cut(file, 0, size, rows=None)
            if piece is None:
                break
            if piece.rows:
                return piece
            if not is_only:
                return None
            size *= 2
        return _Piece(take_whole(file), None) if is_only else None

    def _take_rows(self, files: Sequence[RemoteFile]) -> list[_Piece]:
        pieces: list[_Piece] = []
        left = self._part.count
        for number, file in enumerate(files):
            if left <= 0:
                break
            self._fetch_ahead(files[number:], pieces, left)
            piece = self._take_first_rows(file, left)
            pieces.append(piece)
            left -= piece.rows or 0
        return pieces

    def _fetch_ahead(self, files: Sequence[RemoteFile], pieces: Sequence[_Piece], left: int) -> None:
        """Fetch the next files together if the rows so far say that all of each is needed."""
        known = sum(piece.rows or 0 for piece in pieces) / max(1, sum(piece.file.size for piece in pieces))
        sure = 0
        while sure < len(files) and known and sum(file.size for file in files[: sure + 1]) * known < left * _SURE_SHARE:
            sure += 1
        if sure > 1:
            self._bring([take_whole(file) for file in files[:sure]])

    def _take_first_rows(self, file: RemoteFile, rows: int, start: int = 0) -> _Piece:
        size = FIRST_BYTES
        while start + size < file.size:
            piece = self._cut(file, start, start + size, rows=rows)
            if piece is None:
                break
            if piece.rows == rows:
                return piece
            expected = int(size * rows / max(1, piece.rows or 0) * _MARGIN) + _STEP_BYTES
            size = min(max(expected, size + _STEP_BYTES), size * _MAX_GROWTH)
        return self._count_whole(file, rows)

    def _count_whole(self, file: RemoteFile, rows: int) -> _Piece:
        """Take all of the file, or its first ``rows`` rows."""
        whole = take_whole(file)
        found = self._count(self._bring([whole])[0], file.path, rows + 1)
        if found <= rows:
            return _Piece(whole, found)
        limited = FilePart(((0, file.size),), rows=rows)
        return _Piece(replace(file, part=limited), rows)

    def _cut(self, file: RemoteFile, start: int, end: int, *, rows: int | None) -> _Piece | None:
        """Return the rows between these bytes, at most ``rows``; None if the file cannot be cut."""
        path = self._bring([replace(file, part=FilePart(((start, end),)))])[0]
        head = read_head(path, (start, end), label=file.path, options=self._options)
        if not head:
            return _Piece(file, 0)
        if not can_cut(self._format, self._options, head):
            return None
        cut = cut_rows(
            path,
            (start, end),
            self._scratch,
            file_format=self._format,
            options=self._options,
            label=file.path,
            rows=rows,
            checkpoint=self._checkpoint,
        )
        if rows is not None and cut.rows < rows:
            return _Piece(file, cut.rows)
        base = start + measure_mark(path) if start == 0 else start
        goes_on = can_enter(path, file.path, self._format, self._options)
        part = FilePart(((start, end),), rows=cut.rows, is_cut=True, next_row_at=base + cut.end if goes_on else None)
        piece = _Piece(replace(file, part=part), cut.rows)
        return piece if self._is_exact(piece) else None

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

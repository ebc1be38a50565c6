"""Cuts the beginning of a text file behind its last wanted row.

The beginning may end anywhere, also within a compressed block or a character. What is written is plain UTF-8.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import COMPRESSIONS, ByteStream
from mistudio.corpus.formats.packing import detect_packing
from mistudio.corpus.hub.part_types import ByteRange
from mistudio.corpus.hub.plan_types import Format
from mistudio.utils.file_utils import atomic_path

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_BYTES: Final = 512
# A read that meets the end of a cut compressed file is lost as a whole.
_READ_BYTES: Final = 64 << 10


@dataclass(frozen=True)
class Cut:
    """The complete rows of a piece, and where in plain UTF-8 they end, counted from the piece's start."""

    rows: int
    end: int


def can_cut(file_format: Format, options: Mapping[str, Json], head: bytes) -> bool:
    """Return whether rows of such a file end at line breaks; ``head`` is its first plain bytes."""
    if file_format == "json":
        return "field" not in options and head.lstrip()[:1] == b"{"
    if file_format == "text":
        return options.get("sample_by", "line") == "line" and b"\r" not in head.replace(b"\r\n", b"\n")
    return file_format == "csv" and not options.get("escapechar") and options.get("lineterminator") != "\r"


def can_enter(path: Path, label: str, file_format: Format, options: Mapping[str, Json]) -> bool:
    """Return whether a reader can start at any row: plain UTF-8 whose rows need no header."""
    if file_format not in ("json", "text") or options.get("encoding") or Path(label).suffix.lower() in COMPRESSIONS:
        return False
    with path.open("rb") as raw:
        head = raw.read(_HEAD_BYTES)
    return not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and detect_packing(head) is None


def measure_mark(path: Path) -> int:
    """Return how many bytes the byte order mark of a UTF-8 file has."""
    with path.open("rb") as raw:
        return len(codecs.BOM_UTF8) if raw.read(3) == codecs.BOM_UTF8 else 0


def read_head(path: Path, piece: ByteRange, *, label: str, options: Mapping[str, Json]) -> bytes:
    """Return the first plain bytes of a piece; none if too little of a compressed file has come."""
    try:
        with _open(path, piece, label, options) as stream:
            return next(_read_complete(stream), b"")
    except InvalidData:
        return b""


class _BoundedFile(io.RawIOBase):
    """One range of a sparse file, as if it were all of it: what follows is no data."""

    def __init__(self, path: Path, piece: ByteRange) -> None:
        self._file = path.open("rb", buffering=0)
        self._start, self._end = piece
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end - self._start}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        at = self._start + self._position
        view = memoryview(buffer).cast("B")[: max(0, self._end - at)]
        self._file.seek(at)
        count = self._file.readinto(view) or 0
        self._position += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _open(path: Path, piece: ByteRange, label: str, options: Mapping[str, Json]) -> Iterator[ByteStream]:
    encoding = options.get("encoding")
    with io.BufferedReader(_BoundedFile(path, piece)) as raw:
        yield ByteStream(raw, label=label, encoding=encoding if isinstance(encoding, str) else None)


def cut_rows(
    path: Path,
    piece: ByteRange,
    target: Path,
    *,
    file_format: Format,
    options: Mapping[str, Json],
    label: str,
    rows: int | None,
    is_end: bool = False,
    checkpoint: Callable[[], None],
) -> Cut:
    """Write the first ``rows`` rows of a piece (None: all that are complete) to ``target``.

    ``is_end`` says that the file ends with the piece, so that its last row needs no line break.
    """
    counter = _make_counter(file_format, options, rows)
    with _open(path, piece, label, options) as stream:
        with atomic_path(target) as temporary, temporary.open("wb") as out:
            for block in _read_complete(stream):
                checkpoint()
                out.write(counter.take(block))
                if counter.is_full:
                    break
            if is_end:
                counter.finish()
            out.truncate(counter.end)
        return Cut(counter.rows, counter.end)


def _read_complete(stream: ByteStream) -> Iterator[bytes]:
    """Read blocks until the end, or until the data breaks off."""
    while True:
        try:
            block = stream.read(_READ_BYTES)
        except InvalidData:
            return
        if not block:
            return
        yield block


class _RowCounter:
    """Counts rows as blocks pass; ``end`` is where the last complete row ends. A quote keeps a row open in CSV."""

    def __init__(self, limit: int | None, *, quote: bytes, header_lines: int, counts_blank: bool) -> None:
        self.rows = self.end = 0
        self._limit = limit
        self._quote = quote
        self._header_lines = header_lines
        self._counts_blank = counts_blank
        self._position = 0
        self._is_open = False
        self._is_blank = True

    @property
    def is_full(self) -> bool:
        """Whether it has all rows."""
        return self._limit is not None and self.rows >= self._limit

    def take(self, block: bytes) -> bytes:
        """Count the rows that end in ``block`` and return what belongs to the result so far."""
        start = 0
        while not self.is_full and (found := block.find(b"\n", start)) >= 0:
            self._pass(block[start : found + 1])
            start = found + 1
            if not self._is_open:
                self._end_row(self._position + start)
        if not self.is_full:
            self._pass(block[start:])
        self._position += len(block)
        return block

    def finish(self) -> None:
        """Count what follows the last line break as a row."""
        if self._position > self.end and not self.is_full:
            self._end_row(self._position)

    def _pass(self, text: bytes) -> None:
        if self._quote and text.count(self._quote) % 2:
            self._is_open = not self._is_open
        self._is_blank = self._is_blank and not text.strip()

    def _end_row(self, position: int) -> None:
        if self._header_lines and (self._counts_blank or not self._is_blank):
            self._header_lines -= 1
        elif self._counts_blank or not self._is_blank:
            self.rows += 1
        self._is_blank, self.end = True, position


def _make_counter(file_format: Format, options: Mapping[str, Json], rows: int | None) -> _RowCounter:
    if file_format != "csv":
        return _RowCounter(rows, quote=b"", header_lines=0, counts_blank=file_format == "text")
    named = options.get("names") or options.get("column_names")
    has_header = (not named and options.get("header", "infer") is not None) or options.get("header") == 0
    skipped = options.get("skiprows")
    quote = "" if options.get("quoting") == csv.QUOTE_NONE else str(options.get("quotechar") or '"')
    lines = has_header + (skipped if isinstance(skipped, int) else 0)
    return _RowCounter(rows, quote=quote.encode(), header_lines=lines, counts_blank=False)

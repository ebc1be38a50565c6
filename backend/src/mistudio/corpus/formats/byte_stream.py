"""Source files as streams of uncompressed bytes, with the number of compressed bytes read so far."""

import codecs
import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa

from mistudio.core.errors import InvalidData
from mistudio.corpus.arrow_errors import translate_arrow_errors

COMPRESSIONS: Final = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd", ".bz2": "bz2", ".xz": "xz"}
BLOCK_BYTES: Final = 4 << 20
MAX_RECORD_BYTES: Final = 256 << 20
_ENDING_BYTES: Final = 64


class ByteStream:
    """A source file, read once from its beginning: ``read`` returns plain bytes, ``consumed`` counts bytes on disk.

    Text in another ``encoding`` than UTF-8 is recoded to it, and UTF-16 with a byte order mark in any case. The mark is
    left out. Raises InvalidData if the file cannot be decompressed.
    """

    def __init__(self, raw: BinaryIO, *, label: str, encoding: str | None = None) -> None:
        self.label = label
        self.closed = False
        self._raw = raw
        self._plain = _open_decompressor(raw, label)
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = codecs.lookup(encoding or "utf-8").name
        self._ending = b""
        self._head = self._skip_mark(self._read_plain(4))

    @property
    def consumed(self) -> int:
        """Bytes of the file on disk that have been read so far."""
        return 0 if self._raw.closed else self._raw.tell()

    def readable(self) -> bool:
        """Return True, as pyarrow requires of a file."""
        return True

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """Read ``size`` uncompressed bytes, fewer only at the end."""
        data = self._take(size)
        self._ending = (self._ending + data[-_ENDING_BYTES:])[-_ENDING_BYTES:]
        return data

    def _take(self, size: int) -> bytes:
        parts, length = [self._head], len(self._head)
        while length < size and (data := self._recode(self._read_plain(size - length))):
            parts.append(data)
            length += len(data)
        data = b"".join(parts)
        self._head = data[size:]
        return data[:size]

    @property
    def ending(self) -> bytes:
        """The last 64 bytes that were read."""
        return self._ending

    def peek(self, size: int = BLOCK_BYTES) -> bytes:
        """Return what ``read`` would return next, without moving on."""
        self._head = self._take(size) + self._head
        return self._head[:size]

    def close(self) -> None:
        """Close the file."""
        self.closed = True
        self._raw.close()

    def _read_plain(self, size: int) -> bytes:
        damaged = f"{self.label} is damaged or incomplete: it cannot be decompressed. Get a new copy."
        with translate_arrow_errors(lambda _reason: damaged, errors=(OSError, EOFError, lzma.LZMAError)):
            return self._plain.read(size)

    def _skip_mark(self, head: bytes) -> bytes:
        if head.startswith(codecs.BOM_UTF8):
            head = head[len(codecs.BOM_UTF8) :]
        elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
            head = self._recode(head)
        elif not self._encoding.startswith("utf-8"):
            self._decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
            head = self._recode(head)
        return head or self._recode(self._read_plain(BLOCK_BYTES))

    def _recode(self, data: bytes) -> bytes:
        return data if self._decoder is None else self._decoder.decode(data, final=not data).encode()


def _open_decompressor(raw: BinaryIO, label: str) -> BinaryIO:
    codec = COMPRESSIONS.get(Path(label).suffix.lower())
    if codec is None:
        return raw
    if codec == "xz":
        return cast("BinaryIO", lzma.LZMAFile(raw))
    if not raw.read(1):
        return io.BytesIO()
    raw.seek(0)
    return cast("BinaryIO", pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), codec))


@contextmanager
def open_stream(path: Path, *, label: str, encoding: str | None = None) -> Iterator[ByteStream]:
    """Open the file at ``path``; the suffix of ``label``, its original name, says how it is compressed."""
    with path.open("rb") as raw:
        yield ByteStream(raw, label=label, encoding=encoding)


def plain_suffix(label: str) -> str:
    """Return the suffix of a name without that of its compression: ``.tsv`` of ``a.tsv.gz``."""
    path = Path(label.lower())
    return (path.with_suffix("") if path.suffix in COMPRESSIONS else path).suffix


def read_blocks(source: ByteStream, *, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Read the source in blocks of about ``size`` bytes, each ending after a newline or at the end of the source.

    A longer line makes its block longer; raises InvalidData for a line longer than MAX_RECORD_BYTES.
    """
    kept: list[bytes] = []
    length = 0
    while data := source.read(size):
        cut = data.rfind(b"\n") + 1
        if cut and length + cut >= size:
            yield b"".join([*kept, data[:cut]])
            kept, length = [data[cut:]], len(data) - cut
        else:
            kept.append(data)
            length += len(data)
        if length > MAX_RECORD_BYTES:
            raise too_long_error(source.label)
    if length:
        yield b"".join(kept)


def too_long_error(label: str) -> InvalidData:
    """Return the error for a record that is too large for memory."""
    return InvalidData(
        f"{label} has a line or record of over {MAX_RECORD_BYTES >> 20} MB, so it is not text data. Leave it out."
    )

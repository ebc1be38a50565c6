"""Source files as streams of plain bytes, whatever they are packed with, and how far into the file one has read."""

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
    """A source file, read once from its beginning: ``read`` gives unpacked bytes, ``consumed`` tells bytes on disk.

    What is in another ``encoding`` than UTF-8 is recoded, UTF-16 with a mark in any case; the mark is left out.
    InvalidData where the packing is broken.
    """

    def __init__(self, raw: BinaryIO, *, label: str, encoding: str | None = None) -> None:
        self.label = label
        self.closed = False
        self._raw = raw
        self._plain = _unpacked(raw, label)
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = codecs.lookup(encoding or "utf-8").name
        self._ending = b""
        self._head = self._skip_mark(self._plain_read(4))

    @property
    def consumed(self) -> int:
        """Bytes of the file, as they lie on disk, that have been read so far."""
        return 0 if self._raw.closed else self._raw.tell()

    def readable(self) -> bool:
        """Yes: what pyarrow asks of a file."""
        return True

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """``size`` unpacked bytes, fewer only at the end."""
        parts, length = [self._head], len(self._head)
        while length < size and (data := self._recoded(self._plain_read(size - length))):
            parts.append(data)
            length += len(data)
        data = b"".join(parts)
        self._head = data[size:]
        self._ending = (self._ending + data[:size][-_ENDING_BYTES:])[-_ENDING_BYTES:]
        return data[:size]

    @property
    def ending(self) -> bytes:
        """The last bytes that were read."""
        return self._ending

    def peek(self, size: int = BLOCK_BYTES) -> bytes:
        """What ``read`` would give next, without moving on."""
        self._head = self.read(size) + self._head
        return self._head[:size]

    def close(self) -> None:
        """Let go of the file."""
        self.closed = True
        self._raw.close()

    def _plain_read(self, size: int) -> bytes:
        damaged = f"{self.label} is damaged or incomplete: it cannot be unpacked."
        with translate_arrow_errors(lambda _reason: damaged, errors=(OSError, EOFError, lzma.LZMAError)):
            return self._plain.read(size)

    def _skip_mark(self, head: bytes) -> bytes:
        if head.startswith(codecs.BOM_UTF8):
            head = head[len(codecs.BOM_UTF8) :]
        elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
            head = self._recoded(head)
        elif not self._encoding.startswith("utf-8"):
            self._decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
            head = self._recoded(head)
        return head or self._recoded(self._plain_read(BLOCK_BYTES))

    def _recoded(self, data: bytes) -> bytes:
        return data if self._decoder is None else self._decoder.decode(data, final=not data).encode()


def _unpacked(raw: BinaryIO, label: str) -> BinaryIO:
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
def open_source(path: Path, *, label: str, encoding: str | None = None) -> Iterator[ByteStream]:
    """The file at ``path``; ``label`` is its original name, whose ending says how it is packed."""
    with path.open("rb") as raw:
        yield ByteStream(raw, label=label, encoding=encoding)


def plain_suffix(label: str) -> str:
    """The ending of the name without its packing: ``.tsv`` of ``a.tsv.gz``."""
    path = Path(label.lower())
    return (path.with_suffix("") if path.suffix in COMPRESSIONS else path).suffix


def blocks(source: ByteStream, *, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The source in blocks of about ``size`` bytes, each ending after a newline or at the end of the source.

    A line longer than that makes its block longer; InvalidData where one is longer than MAX_RECORD_BYTES.
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
            raise too_long(source.label)
    if length:
        yield b"".join(kept)


def too_long(label: str) -> InvalidData:
    """The error for a record that cannot be held in memory."""
    return InvalidData(f"{label} has a line or record of over {MAX_RECORD_BYTES >> 20} MB: it is not text data.")

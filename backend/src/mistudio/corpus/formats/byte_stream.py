"""Source files as streams of uncompressed bytes, with the number of compressed bytes read so far."""

import codecs
import lzma
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyarrow as pa

from mistudio.core.errors import InvalidData
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.formats.encoding import detect_mark, is_text
from mistudio.corpus.formats.packing import describe_binary, detect_packing
from mistudio.corpus.formats.zip_members import list_members, open_member

# Suffixes of compressed files. What a file is compressed with, its first bytes tell.
COMPRESSIONS: Final = frozenset({".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4"})
BLOCK_BYTES: Final = 4 << 20
# Of every format: a text takes about five times its size in memory until it is stored.
MAX_RECORD_BYTES: Final = 100 << 20
_ENDING_BYTES: Final = 64
_HEAD_BYTES: Final = 512
_DAMAGES: Final = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)

_REPLACE: Final = "mistudio.replace"


def _replace_undecodable(error: UnicodeError) -> tuple[str, int]:
    # Becomes the byte 0xFF, which is no UTF-8: so ``utf8_repair`` counts the text as repaired.
    return "\udcff", cast("UnicodeDecodeError", error).end


codecs.register_error(_REPLACE, _replace_undecodable)


class ByteStream:
    """A source file, read once from its beginning: ``read`` returns plain bytes, ``consumed`` counts bytes on disk.

    Text in another ``encoding`` than UTF-8 is recoded to it, and UTF-16 and UTF-32 with a byte order mark in any case.
    The mark is left out. Raises InvalidData if the file cannot be decompressed or is known not to be text.

    Args:
        raw: The file on disk.
        label: The file's original name.
        encoding: The encoding of its text; None means UTF-8.
        member: The content of the member of an archive that is to be read; None if the file is no archive.
    """

    def __init__(
        self, raw: BinaryIO, *, label: str, encoding: str | None = None, member: BinaryIO | None = None
    ) -> None:
        self.label = label
        self.closed = False
        self._raw = raw
        self._plain = member or _open_decompressor(raw, label)
        self.encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = codecs.lookup(encoding or "utf-8").name
        self._ending = b""
        head = self._read_plain(_HEAD_BYTES)
        _refuse_binary(head, label)
        self._head = self._skip_mark(head)

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
        with translate_arrow_errors(lambda _reason: damaged, errors=_DAMAGES):
            return self._plain.read(size)

    def _skip_mark(self, head: bytes) -> bytes:
        if head.startswith(codecs.BOM_UTF8):
            head = head[len(codecs.BOM_UTF8) :]
        elif marked := detect_mark(head):
            self.encoding = marked
            self._decoder = codecs.getincrementaldecoder(marked)(errors=_REPLACE)
            head = self._recode(head)
        elif not self._encoding.startswith("utf-8"):
            self._decoder = codecs.getincrementaldecoder(self._encoding)(errors=_REPLACE)
            head = self._recode(head)
        return head or self._recode(self._read_plain(BLOCK_BYTES))

    def _recode(self, data: bytes) -> bytes:
        return (
            data
            if self._decoder is None
            else self._decoder.decode(data, final=not data).encode("utf-8", "surrogateescape")
        )


def _open_decompressor(raw: BinaryIO, label: str) -> BinaryIO:
    head = raw.read(_HEAD_BYTES)
    raw.seek(0)
    packing = detect_packing(head)
    if packing == "zip":
        raise InvalidData(f"{label} is a zip archive within another file. Unpack it and import the files in it.")
    if packing == "xz":
        return cast("BinaryIO", lzma.LZMAFile(raw))
    if packing is not None:
        return cast("BinaryIO", pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), packing))
    if Path(label).suffix.lower() in COMPRESSIONS and head and not is_text(head):
        raise InvalidData(f"{label} is damaged or incomplete: it cannot be decompressed. Get a new copy.")
    return raw


def _refuse_binary(head: bytes, label: str) -> None:
    """Raise InvalidData for what is packed twice, and for formats that are no text."""
    if packing := detect_packing(head):
        raise InvalidData(f"{label} is packed twice ({packing} within). Unpack it once and try again.")
    if words := describe_binary(head):
        raise InvalidData(f"{label} is {words}, which is not read as text. Convert it or leave it out.")


@contextmanager
def open_stream(path: Path, *, label: str, encoding: str | None = None) -> Iterator[ByteStream]:
    """Open the file at ``path``, whose first bytes say how it is compressed; ``label`` is its original name."""
    with path.open("rb") as raw:
        yield ByteStream(raw, label=label, encoding=encoding)


def open_streams(path: Path, *, label: str, encoding: str | None = None) -> Generator[ByteStream]:
    """Open the file at ``path``, or each member with data of a zip archive, one after another."""
    with path.open("rb") as raw:
        if detect_packing(raw.read(4)) != "zip":
            raw.seek(0)
            yield ByteStream(raw, label=label, encoding=encoding)
            return
        for member in list_members(raw, label):
            with open_member(raw, member, label) as content:
                yield ByteStream(raw, label=f"{label}/{member}", encoding=encoding, member=content)


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

"""Tells by its first bytes how a file is packed, or that it is no text at all. Names say nothing about that."""

import bz2
import lzma
import re
import zlib
from typing import Final, Literal, TypeAlias

import pyarrow as pa

Packing: TypeAlias = Literal["gzip", "zstd", "bz2", "xz", "lz4", "zip"]

HEAD_BYTES: Final = 64 << 10
_PACKINGS: Final[tuple[tuple[bytes, Packing], ...]] = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_BZ2_BLOCKS: Final = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
_OTHERS: Final = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x9d", "compressed with compress (.Z)"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.xls or .doc)"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"Obj\x01", "an Avro file"),
)
_TAR_AT: Final = 257
# A message of an Arrow stream begins with this mark and its length, which is small.
_ARROW_STREAM: Final = re.compile(rb"\xff{4}..[\0-\x0f]\0", re.DOTALL)


def detect_packing(head: bytes) -> Packing | None:
    """Return how a file that begins with ``head`` is packed; None if it is not, or in a way that is not read."""
    if head[:3] == b"BZh" and head[4:10] in _BZ2_BLOCKS:
        return "bz2"
    return next((packing for magic, packing in _PACKINGS if head.startswith(magic)), None)


def describe_binary(head: bytes) -> str | None:
    """Return what a file that begins with ``head`` is, in words, if it is of a known kind that is not text."""
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "a tar archive"
    if _ARROW_STREAM.match(head):
        return "an Arrow stream"
    return next((words for magic, words in _OTHERS if head.startswith(magic)), None)


def unpack_head(head: bytes, size: int = HEAD_BYTES) -> bytes:
    """Return up to ``size`` unpacked bytes from the first bytes of a packed file; b"" if none can be had."""
    packing = detect_packing(head)
    if packing is None:
        return head[:size]
    try:
        return _unpack(head, packing, size)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, pa.ArrowException):
        return b""


def _unpack(head: bytes, packing: Packing, size: int) -> bytes:
    if packing == "gzip":
        return zlib.decompressobj(wbits=31).decompress(head, size)
    if packing == "bz2":
        return bz2.BZ2Decompressor().decompress(head, size)
    if packing == "xz":
        return lzma.LZMADecompressor().decompress(head, size)
    if packing == "zip":
        return b""
    return _unpack_blocks(head, packing, size)


def _unpack_blocks(head: bytes, packing: Packing, size: int) -> bytes:
    """Return what can be read before the end of ``head``, where the library raises an error."""
    stream, parts, length = pa.CompressedInputStream(pa.BufferReader(head), packing), [], 0
    try:
        while length < size and (data := stream.read(min(4096, size - length))):
            parts.append(data)
            length += len(data)
    except (OSError, pa.ArrowException):
        # The head ends within a block.
        pass
    return b"".join(parts)

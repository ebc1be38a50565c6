"""Detects a file's options from its first and last bytes, before the file itself has arrived."""

import bz2
import codecs
import csv
import io
import lzma
import zlib
from pathlib import Path
from typing import Final

import pyarrow as pa

from mistudio.corpus.formats.byte_stream import COMPRESSIONS
from mistudio.corpus.formats.file_options import FileFormat, FileOptions, default_options

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLED_ROWS: Final = 20
_BLOCK_BYTES: Final = 4096


def detect_options(name: str, file_format: FileFormat, head: bytes) -> FileOptions:
    """Return the options of the file ``name`` that begins with ``head``; what is not found is None."""
    defaults = default_options(file_format, name)
    if file_format in ("parquet", "arrow"):
        return defaults
    plain = read_plain_head(name, head)
    encoding = _detect_encoding(plain)
    found = FileOptions(encoding=encoding)
    if file_format == "csv":
        text = plain.decode(encoding or "utf-8", "replace")
        found = FileOptions(encoding=encoding, delimiter=_detect_delimiter(text, defaults.delimiter or ","))
    # An encoding that is not known stays None: it is detected from the whole file.
    missing = defaults if encoding else FileOptions(None, defaults.delimiter, defaults.quote, None, defaults.sample_by)
    return found.replace_missing(missing)


def read_plain_head(name: str, head: bytes) -> bytes:
    """Return the first bytes of the file as they are unpacked; empty if they cannot be."""
    codec = COMPRESSIONS.get(Path(name.lower()).suffix)
    try:
        if codec is None:
            return head
        if codec == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, len(head) * 20)
        if codec == "bz2":
            return bz2.BZ2Decompressor().decompress(head, len(head) * 20)
        if codec == "xz":
            return lzma.LZMADecompressor().decompress(head, len(head) * 20)
        return _read_blocks(pa.CompressedInputStream(pa.BufferReader(head), codec), len(head) * 20)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return b""


def _read_blocks(stream: pa.CompressedInputStream, limit: int) -> bytes:
    """Read until the packed data breaks off."""
    data = b""
    try:
        while len(data) < limit and (block := stream.read(_BLOCK_BYTES)):
            data += block
    except OSError:
        return data
    return data


def _detect_encoding(head: bytes) -> str | None:
    """Return the encoding if a byte order mark or valid UTF-8 shows it."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        # The head may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _detect_delimiter(text: str, default: str) -> str:
    """Return the delimiter that gives the same number of cells, more than one, in every row."""
    whole = text[: text.rfind("\n") + 1] or text
    if _count_cells(whole, default) != 1:
        return default
    counts = {delimiter: _count_cells(whole, delimiter) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] > 1 else default


def _count_cells(text: str, delimiter: str) -> int:
    """Return how many cells each of the first rows has; 0 if they differ."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        counts = {len(row) for row, _number in zip(rows, range(_SAMPLED_ROWS), strict=False) if row}
    except csv.Error:
        return 0
    return counts.pop() if len(counts) == 1 else 0

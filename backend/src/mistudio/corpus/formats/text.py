"""Plain text in the column ``text``, as ``datasets`` reads it: one sample per line, paragraph or file.

Blank lines are samples, too; paragraphs are what is between empty lines, and empty ones are none.
"""

from collections.abc import Iterator

import pyarrow as pa

from mistudio.corpus.formats.byte_stream import MAX_RECORD_BYTES, ByteStream, read_blocks, too_long_error
from mistudio.corpus.formats.utf8_repair import Chunk

SCHEMA = pa.schema([("text", pa.string())])


def read_text(source: ByteStream, *, keep_linebreaks: bool = False, sample_by: str = "line") -> Iterator[Chunk]:
    """Read the samples; ``\\n``, ``\\r\\n`` and ``\\r`` each end a line. Invalid UTF-8 stays as it is."""
    if sample_by == "paragraph":
        yield from _read_paragraphs(source)
    elif sample_by == "document":
        yield _make_chunk([_read_document(source)], source)
    else:
        for block in read_blocks(source):
            lines = _split_lines(block)
            if keep_linebreaks:
                last = b"\n" if block.endswith((b"\n", b"\r")) else b""
                lines = [*(line + b"\n" for line in lines[:-1]), lines[-1] + last]
            yield _make_chunk(lines, source)


def _read_paragraphs(source: ByteStream) -> Iterator[Chunk]:
    rest = b""
    for block in read_blocks(source):
        *paragraphs, rest = (rest + _unify_breaks(block)).split(b"\n\n")
        _check_length(len(rest), source)
        yield _make_chunk([paragraph for paragraph in paragraphs if paragraph], source)
    if rest:
        yield _make_chunk([rest], source)


def _read_document(source: ByteStream) -> bytes:
    blocks, length = [], 0
    for block in read_blocks(source):
        blocks.append(_unify_breaks(block))
        length += len(block)
        _check_length(length, source)
    return b"".join(blocks)


def _check_length(length: int, source: ByteStream) -> None:
    if length > MAX_RECORD_BYTES:
        raise too_long_error(source.label)


def _make_chunk(samples: list[bytes], source: ByteStream) -> Chunk:
    values = pa.array(samples, pa.binary())
    # ``utf8_repair`` checks the bytes later; pa.string() would refuse invalid ones here.
    texts = pa.Array.from_buffers(pa.string(), len(values), values.buffers())
    return Chunk(pa.RecordBatch.from_arrays([texts], schema=SCHEMA), source.consumed)


def _unify_breaks(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


def _split_lines(block: bytes) -> list[bytes]:
    lines = _unify_breaks(block).split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines

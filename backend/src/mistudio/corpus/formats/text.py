"""Plain text: one sample per line in the column ``text``, as ``datasets`` reads it (blank lines are samples, too)."""

from collections.abc import Iterator

import pyarrow as pa

from mistudio.corpus.formats.byte_stream import ByteStream, read_blocks
from mistudio.corpus.formats.utf8_repair import Chunk

SCHEMA = pa.schema([("text", pa.string())])


def read_text(source: ByteStream, *, keep_linebreaks: bool = False) -> Iterator[Chunk]:
    """Read the lines; ``\\n``, ``\\r\\n`` and ``\\r`` each end one. Invalid UTF-8 stays as it is."""
    for block in read_blocks(source):
        lines = _split_lines(block)
        if keep_linebreaks:
            last = b"\n" if block.endswith((b"\n", b"\r")) else b""
            lines = [*(line + b"\n" for line in lines[:-1]), lines[-1] + last]
        values = pa.array(lines, pa.binary())
        # ``utf8_repair`` checks the bytes later; pa.string() would refuse invalid ones here.
        texts = pa.Array.from_buffers(pa.string(), len(values), values.buffers())
        yield Chunk(pa.RecordBatch.from_arrays([texts], schema=SCHEMA), source.consumed)


def _split_lines(block: bytes) -> list[bytes]:
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines

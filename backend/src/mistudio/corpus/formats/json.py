"""JSON lines, JSON arrays, and objects that hold an array: read in one stream, memory flat whatever the shape."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import BLOCK_BYTES, ByteStream, blocks
from mistudio.corpus.formats.json_records import Parsed, as_chunk, parse_line
from mistudio.corpus.formats.json_stream import JsonText
from mistudio.corpus.formats.type_inference import MAX_DEPTH, Known
from mistudio.corpus.formats.utf8_repair import Chunk

_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_NOT_OPENING: Final = bytes(set(range(256)) - set(b"[{\n"))
_LONG_NUMBER: Final = re.compile(rb"\d{19}")


def read_json(source: ByteStream, known: Known, *, options: Mapping[str, Json]) -> Iterator[Chunk]:
    """The records, in columns at least as wide as ``schema`` has them.

    ``options["field"]`` names the key of a whole-file object under which the array of records lies. InvalidData, with
    the line, where the file is not JSON.
    """
    field = options.get("field")
    if isinstance(field, str) or not _is_lines(source.peek()):
        return _read_values(source, known, field=field if isinstance(field, str) else None)
    return _read_lines(source, known)


def _is_lines(head: bytes) -> bool:
    text = head.lstrip()
    if text.startswith(b"["):
        return False
    line, newline, _ = text.partition(b"\n")
    if not newline:
        return True
    try:
        json.loads(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return False
    return True


def _read_lines(source: ByteStream, known: Known) -> Iterator[Chunk]:
    number = 1
    for block in blocks(source):
        yield _chunk(block, known, source, number)
        number += block.count(b"\n")


def _chunk(block: bytes, known: Known, source: ByteStream, number: int) -> Chunk:
    """The records of the block, one on each line, the first on line ``number`` of the file."""
    batch = _arrow(block, known)
    if batch is not None:
        return Chunk(batch, source.consumed)
    return as_chunk(_records(block, source.label, number), known, consumed=source.consumed)


def _records(block: bytes, label: str, number: int) -> list[Parsed]:
    lines = enumerate(block.split(b"\n"), start=number)
    return [parse_line(line, label=label, number=at) for at, line in lines if line and not line.isspace()]


def _arrow(block: bytes, known: Known) -> pa.RecordBatch | None:
    """The block as Arrow reads it, or None where Arrow cannot, or would not read it exactly."""
    if _is_deep(block):
        return None
    # A column of nulls so far may become anything: Arrow is not to hold it to that.
    schema = pa.schema([(name, kind) for name, kind in known.types().items() if not pa.types.is_null(kind)])
    try:
        table = _parsed_by_arrow(block, schema)
        plain = pa.schema([column.with_type(_plain(column.type)) for column in table.schema])
        if not plain.equals(table.schema):
            table = _parsed_by_arrow(block, plain)
        # Arrow miscounts lists of nothing but nulls.
        table.validate()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
        return None
    if _may_have_rounded(table.schema, schema) and _LONG_NUMBER.search(block):
        return None
    batches = table.combine_chunks().to_batches()
    return batches[0] if len(batches) == 1 else None


def _parsed_by_arrow(block: bytes, schema: pa.Schema) -> pa.Table:
    return pa_json.read_json(
        pa.BufferReader(block),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(block) + 1),
        parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
    )


def _is_deep(block: bytes) -> bool:
    """Whether a value of the block nests too deeply for Arrow: its parser recurses, and would run out of stack."""
    codes = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(codes[:-1] == ord("\n"))
    # No value can go on from a line's last "}" to the next one's first "{": then each line can be looked at alone,
    # and hardly any has so many brackets, even counting those within its texts.
    if not (np.all(codes[ends - 1] == ord("}")) and np.all(codes[ends + 1] == ord("{"))):
        return _depth(block) > MAX_DEPTH
    opening = block.translate(None, _NOT_OPENING).split(b"\n")
    if max(map(len, opening)) <= MAX_DEPTH:
        return False
    lines = zip(opening, block.split(b"\n"), strict=True)
    return any(len(brackets) > MAX_DEPTH and _depth(line) > MAX_DEPTH for brackets, line in lines)


def _depth(block: bytes) -> int:
    """How deep brackets nest outside of strings, as far as the block is JSON."""
    strings = block.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    brackets = np.frombuffer(b"".join(strings[::2]).translate(None, _NOT_BRACKETS), dtype=np.uint8)
    # "[" and "{" are the odd codes 0x5B and 0x7B, "]" and "}" are 0x5D and 0x7D: bit 1 tells them apart.
    return int(np.cumsum(np.where(brackets & 2, 1, -1), dtype=np.int64).max(initial=0))


def _plain(kind: pa.DataType) -> pa.DataType:
    """``kind`` with text where Arrow saw dates and times: what looks like a date in one block need not in the next."""
    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(item.name, _plain(item.type)) for item in kind])
    return kind


def _may_have_rounded(found: pa.Schema, known: pa.Schema) -> bool:
    old = {column.name: column.type for column in known}
    return any("double" in str(column.type) and old.get(column.name) != column.type for column in found)


def _read_values(source: ByteStream, known: Known, *, field: str | None) -> Iterator[Chunk]:
    text = JsonText(source)
    lines: list[bytes] = []
    number, length = 1, 0
    for record in text.records() if field is None else text.records_under(field):
        # Within a string a line break is an escape: those that are left are but layout.
        lines.append(record.replace(b"\n", b" "))
        length += len(record)
        if length >= BLOCK_BYTES:
            yield _chunk(b"\n".join(lines), known, source, number)
            number, length, lines = number + len(lines), 0, []
    if lines:
        yield _chunk(b"\n".join(lines), known, source, number)
    elif field is not None and not text.found:
        raise InvalidData(f"{source.label} has no field “{field}” with records in it.")

"""JSON Lines, JSON arrays and objects that contain an array, read as a stream in constant memory."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.formats.byte_stream import BLOCK_BYTES, ByteStream, read_blocks
from mistudio.corpus.formats.column_count import check_column_count
from mistudio.corpus.formats.json_keys import has_many_keys, split_records
from mistudio.corpus.formats.json_records import JsonRecord, build_chunk, parse_line
from mistudio.corpus.formats.json_stream import JsonStream
from mistudio.corpus.formats.json_table import read_table
from mistudio.corpus.formats.json_type import MAX_DEPTH, contains_json
from mistudio.corpus.formats.type_inference import KnownSchema
from mistudio.corpus.formats.utf8_repair import Chunk

_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_NOT_OPENING: Final = bytes(set(range(256)) - set(b"[{\n"))
_LONG_NUMBER: Final = re.compile(rb"\d{19}")


def read_json(source: ByteStream, known: KnownSchema, *, options: Mapping[str, Json]) -> Iterator[Chunk]:
    """Read the records, in columns at least as wide as those of ``known``.

    ``options["field"]`` is the key, or the path (``data.items``), of a whole-file object under which the array of
    records is; ``options["orient"]`` says how the object holds a table, as pandas names it. Raises InvalidData, with
    the line, for invalid JSON.
    """
    field, orient = options.get("field"), options.get("orient")
    if isinstance(orient, str):
        return _read_lines_of(read_table(source, orient), known, source)
    if isinstance(field, str) or not _is_lines(source.peek()):
        return _read_values(source, known, field=field if isinstance(field, str) else None)
    return _read_lines(source, known)


def _is_lines(head: bytes) -> bool:
    text = head.lstrip()
    if text.startswith(b"["):
        return False
    line = text.partition(b"\n")[0].rstrip().removesuffix(b",")
    try:
        json.loads(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return False
    return True


def _read_lines(source: ByteStream, known: KnownSchema) -> Iterator[Chunk]:
    number = 1
    for block in read_blocks(source):
        yield from _make_chunks(block, known, source, number)
        number += block.count(b"\n")


def _make_chunks(block: bytes, known: KnownSchema, source: ByteStream, number: int) -> Iterator[Chunk]:
    """Read the records of the block, one per line, the first on line ``number`` of the file."""
    batch = None if has_many_keys(block) else _try_arrow(block, known)
    if batch is not None and batch.num_columns:
        yield Chunk(batch, source.consumed)
        return
    records = _parse_records(block, source.label, number)
    # Before columns are made, whose cells are keys times records.
    names = {name for record in records for name in record.row}
    check_column_count(len(names), source.label)
    if records and not names:
        # Without columns there is nothing that could hold the rows.
        raise InvalidData(f"{source.label}, line {number:,}: the records have no fields. Leave the file out.")
    for some in split_records(records):
        yield build_chunk(some, known, consumed=source.consumed)


def _parse_records(block: bytes, label: str, number: int) -> list[JsonRecord]:
    lines = enumerate(block.split(b"\n"), start=number)
    return [parse_line(line, label=label, number=at) for at, line in lines if line and not line.isspace()]


def _try_arrow(block: bytes, known: KnownSchema) -> pa.RecordBatch | None:
    """Read the block with Arrow; return None if Arrow cannot, or not exactly."""
    types = known.types()
    # Arrow's reader crashes where the first record is null.
    if block.lstrip().startswith(b"null") or _is_deep(block) or any(map(contains_json, types.values())):
        return None
    # A column of only nulls may become any type, so Arrow must not expect nulls.
    schema = pa.schema([(name, kind) for name, kind in types.items() if not pa.types.is_null(kind)])
    try:
        table = _parse_with_arrow(block, schema)
        plain = pa.schema([column.with_type(_replace_temporal(column.type)) for column in table.schema])
        if not plain.equals(table.schema):
            table = _parse_with_arrow(block, plain)
        # Arrow miscounts lists of only nulls.
        table.validate()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError):
        return None
    if _can_have_rounded(table.schema, schema) and _LONG_NUMBER.search(block):
        return None
    batches = table.combine_chunks().to_batches()
    if len(batches) != 1 or any(_has_absent_keys(column) for column in batches[0].columns):
        return None
    return batches[0]


def _has_absent_keys(array: pa.Array) -> bool:
    """Return whether an object at any depth may lack a key: Arrow fills absent keys with nulls."""
    if pa.types.is_list(array.type):
        return _has_absent_keys(array.flatten())
    if not pa.types.is_struct(array.type):
        return False
    fields = array.flatten()
    return not fields or any(field.null_count > array.null_count or _has_absent_keys(field) for field in fields)


def _parse_with_arrow(block: bytes, schema: pa.Schema) -> pa.Table:
    return pa_json.read_json(
        pa.BufferReader(block),
        read_options=pa_json.ReadOptions(use_threads=False, block_size=len(block) + 1),
        parse_options=pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer"),
    )


def _is_deep(block: bytes) -> bool:
    """Return whether a value is nested too deeply for Arrow, whose recursive parser would overflow the stack."""
    codes = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(codes[:-1] == ord("\n"))
    # If each line ends with "}" and begins with "{", no value spans lines, and each line can be checked alone. Hardly
    # any line has that many brackets, even counting those within its texts.
    if not (np.all(codes[ends - 1] == ord("}")) and np.all(codes[ends + 1] == ord("{"))):
        return _measure_depth(block) > MAX_DEPTH
    opening = block.translate(None, _NOT_OPENING).split(b"\n")
    if max(map(len, opening)) <= MAX_DEPTH:
        return False
    lines = zip(opening, block.split(b"\n"), strict=True)
    return any(len(brackets) > MAX_DEPTH and _measure_depth(line) > MAX_DEPTH for brackets, line in lines)


def _measure_depth(block: bytes) -> int:
    """Return how deep brackets nest outside of strings, if the block is JSON."""
    strings = block.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    brackets = np.frombuffer(b"".join(strings[::2]).translate(None, _NOT_BRACKETS), dtype=np.uint8)
    # "[" and "{" are 0x5B and 0x7B, "]" and "}" are 0x5D and 0x7D: bit 1 distinguishes them.
    return int(np.cumsum(np.where(brackets & 2, 1, -1), dtype=np.int64).max(initial=0))


def _replace_temporal(kind: pa.DataType) -> pa.DataType:
    """Replace dates and times in ``kind`` by text: the next block's text may look different."""
    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_replace_temporal(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(item.name, _replace_temporal(item.type)) for item in kind])
    return kind


def _can_have_rounded(found: pa.Schema, known: pa.Schema) -> bool:
    old = {column.name: column.type for column in known}
    return any("double" in str(column.type) and old.get(column.name) != column.type for column in found)


def _read_values(source: ByteStream, known: KnownSchema, *, field: str | None) -> Iterator[Chunk]:
    stream = JsonStream(source)
    records = stream.read_records() if field is None else stream.read_records_under(field)
    # Within a string a line break is escaped, so these are only layout.
    yield from _read_lines_of((record.replace(b"\n", b" ") for record in records), known, source)
    if field is not None and not stream.has_field:
        raise InvalidData(
            f"{source.label} has no field “{field}” with records. Name another field, or report it to the "
            "repository's owner if its card names the field."
        )


def _read_lines_of(records: Iterable[bytes], known: KnownSchema, source: ByteStream) -> Iterator[Chunk]:
    """Read records that are not on lines of their own."""
    lines: list[bytes] = []
    number, length = 1, 0
    for record in records:
        lines.append(record)
        length += len(record)
        if length >= BLOCK_BYTES:
            yield from _make_chunks(b"\n".join(lines), known, source, number)
            number, length, lines = number + len(lines), 0, []
    if lines:
        yield from _make_chunks(b"\n".join(lines), known, source, number)

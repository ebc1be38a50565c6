"""Decides how a file is read: what its options do not say is detected from its first bytes, and recorded."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.formats.byte_stream import ByteStream, open_streams, plain_suffix, read_blocks
from mistudio.corpus.formats.csv import get_delimiter
from mistudio.corpus.formats.detection import (
    HEAD_BYTES,
    detect_csv_dialect,
    detect_encoding,
    detect_json_shape,
    detect_packing,
)
from mistudio.corpus.formats.zip_members import detect_member_format

_RECORD_SUFFIXES: Final = (".jsonl", ".ndjson")
_ENCODING_SAMPLE_BYTES: Final = 256 << 10
_PACKING_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "gzip": (".gz", ".gzip"),
    "zstd": (".zst", ".zstd"),
    "bz2": (".bz2",),
    "xz": (".xz",),
    "lz4": (".lz4",),
    "zip": (".zip",),
}
_ORIENTED: Final = ("columns", "index", "split")


@dataclass(frozen=True)
class Reading:
    """How a file was read, where it was not as its name and format say; None and 0 stand for the usual.

    ``fields`` are the paths of arrays of objects, in a file of one object that was read as one record.
    """

    packing: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    skipped_lines: int = 0
    field: str | None = None
    orient: str | None = None
    fields: tuple[str, ...] = ()
    short_rows: int = 0
    skipped_rows: int = 0


def detect_reading(
    path: Path, file_format: str, *, label: str, options: Mapping[str, Json]
) -> tuple[str, dict[str, Json], Reading]:
    """Return the format and the options to read the file with, and what of them was detected.

    Raises InvalidData, UnsupportedFormat for archives that cannot be read.
    """
    with path.open("rb") as raw:
        packing = detect_packing(raw.read(HEAD_BYTES))
        if packing == "zip":
            file_format = detect_member_format(raw, label)
    with closing(open_streams(path, label=label, encoding=_get_text(options, "encoding"))) as streams:
        source = next(streams)
        encoding = source.encoding if "encoding" not in options else None
        if source.encoding is None:
            encoding = detect_encoding(source.peek(HEAD_BYTES))
    if encoding is not None:
        options = {**options, "encoding": encoding}
    with closing(open_streams(path, label=label, encoding=_get_text(options, "encoding"))) as streams:
        source = next(streams)
        head = source.peek(HEAD_BYTES)
        found, reading = _detect_format(head, source, file_format, options)
    is_named = Path(label).suffix.lower() in _PACKING_SUFFIXES.get(packing or "", ())
    reading = replace(reading, packing=None if is_named else packing, encoding=encoding)
    return file_format, {**options, **found}, reading


def _detect_format(
    head: bytes, source: ByteStream, file_format: str, options: Mapping[str, Json]
) -> tuple[dict[str, Json], Reading]:
    if file_format == "csv":
        return _detect_csv(head, source.label, options)
    return _detect_json(head, source.label, options) if file_format == "json" else ({}, Reading())


def _detect_csv(head: bytes, label: str, options: Mapping[str, Json]) -> tuple[dict[str, Json], Reading]:
    if options.keys() & {"delimiter", "sep", "quoting", "quotechar", "escapechar", "skiprows"}:
        return {}, Reading()
    usual = get_delimiter({}, label)
    dialect = detect_csv_dialect(head, delimiter=usual, is_whole=len(head) < HEAD_BYTES)
    found: dict[str, Json] = {}
    if dialect.delimiter != usual:
        found["delimiter"] = dialect.delimiter
    if dialect.quote != '"':
        found["quotechar"] = dialect.quote
    if dialect.escape is not None:
        found |= {"escapechar": dialect.escape, "doublequote": False}
    if dialect.skipped:
        found["skiprows"] = dialect.skipped
    reading = Reading(
        delimiter=dialect.delimiter if dialect.delimiter != usual else None,
        quote=dialect.quote if dialect.quote != '"' else None,
        escape=dialect.escape,
        skipped_lines=dialect.skipped,
    )
    return found, reading


def _detect_json(head: bytes, label: str, options: Mapping[str, Json]) -> tuple[dict[str, Json], Reading]:
    if "field" in options:
        return {}, Reading()
    shape = detect_json_shape(head)
    if shape.kind in _ORIENTED:
        return {"orient": shape.kind}, Reading(orient=shape.kind)
    if plain_suffix(label) in _RECORD_SUFFIXES:
        return {}, Reading()
    if shape.kind == "field":
        return {"field": shape.field}, Reading(field=shape.field)
    return {}, Reading(fields=shape.lists)


def detect_late_encoding(path: Path, *, label: str) -> str | None:
    """Return the encoding of a file whose first bytes are UTF-8 and later ones are not; None if it is damaged UTF-8."""
    sample, size = [], 0
    with closing(open_streams(path, label=label)) as streams:
        for source in streams:
            for block in read_blocks(source):
                if not block.isascii():
                    lines = [line for line in block.splitlines(keepends=True) if not line.isascii()]
                    sample += lines
                    size += sum(map(len, lines))
                if size > _ENCODING_SAMPLE_BYTES:
                    return detect_encoding(b"".join(sample))
    return detect_encoding(b"".join(sample))


def _get_text(options: Mapping[str, Json], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None

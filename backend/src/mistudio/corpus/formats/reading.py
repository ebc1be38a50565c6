"""Decides how a file is read: what its options do not say is detected from its first bytes, and recorded."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.formats.byte_stream import open_streams, plain_suffix, read_blocks
from mistudio.corpus.formats.csv import get_delimiter
from mistudio.corpus.formats.csv_dialect import DEFAULT_QUOTE
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
_OPTIONS: Final = {
    "encoding": "encoding", "delimiter": "delimiter", "quote": "quotechar", "escape": "escapechar",
    "skipped_lines": "skiprows", "field": "field",
}  # fmt: skip
_DIALECT_OPTIONS: Final = frozenset(("delimiter", "sep", "quoting", "quotechar", "escapechar", "skiprows"))
_ORIENTED: Final = ("columns", "index", "split")


@dataclass(frozen=True)
class Reading:
    """How a file was read, where it was not as its name and format say; None and 0 stand for the usual.

    ``fields`` are the paths of arrays of objects, in a file of one object that was read as one record.
    ``number_texts`` are columns of CSV that are text although all their cells are numbers, ``gap_numbers`` columns
    of whole numbers with missing cells; of the texts of ``numbers_as_text`` and ``dates_as_text`` in JSON ``datasets``
    makes other values. ``declared`` names the fields that options gave; the others were detected.
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
    numbers_as_text: tuple[str, ...] = ()
    dates_as_text: tuple[str, ...] = ()
    number_texts: tuple[str, ...] = ()
    gap_numbers: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()


def detect_reading(
    path: Path, file_format: str, *, label: str, options: Mapping[str, Json]
) -> tuple[str, dict[str, Json], Reading]:
    """Return the format and the options to read the file with, and how that differs from the usual.

    Raises InvalidData, UnsupportedFormat for archives that cannot be read.
    """
    with path.open("rb") as raw:
        packing = detect_packing(raw.read(HEAD_BYTES))
        if packing == "zip":
            file_format = detect_member_format(raw, label)
    complete = dict(options)
    if "encoding" not in options and (encoding := _detect_encoding(path, label)):
        complete["encoding"] = encoding
    with closing(open_streams(path, label=label, encoding=_get_text(complete, "encoding"))) as streams:
        source = next(streams)
        head = source.peek(HEAD_BYTES)
    found, fields = _detect_format(head, source.label, file_format, complete)
    complete |= found
    is_named = Path(label).suffix.lower() in _PACKING_SUFFIXES.get(packing or "", ())
    reading = _describe(complete, label if packing != "zip" else source.label, declared=options)
    return file_format, complete, replace(reading, packing=None if is_named else packing, fields=fields)


def _detect_encoding(path: Path, label: str) -> str | None:
    with closing(open_streams(path, label=label)) as streams:
        source = next(streams)
        return source.encoding or detect_encoding(source.peek(HEAD_BYTES))


def _describe(options: Mapping[str, Json], label: str, declared: Mapping[str, Json]) -> Reading:
    """Return what of the options is not the usual for a file of this name."""
    given = _drop_usual(options, label)
    skipped = given.get("skiprows")
    return Reading(
        encoding=_get_text(given, "encoding"),
        delimiter=_get_text(given, "delimiter"),
        quote=_get_text(given, "quotechar"),
        escape=_get_text(given, "escapechar"),
        skipped_lines=skipped if isinstance(skipped, int) else 0,
        field=_get_text(given, "field"),
        orient=_get_text(given, "orient"),
        declared=tuple(field for field, name in _OPTIONS.items() if name in given and _is_declared(name, declared)),
    )


def _drop_usual(options: Mapping[str, Json], label: str) -> dict[str, Json]:
    usual: dict[str, Json] = {"encoding": "utf-8", "delimiter": get_delimiter({}, label), "quotechar": '"'}
    values = {**options, "delimiter": options.get("delimiter") or options.get("sep")}
    return {name: value for name, value in values.items() if value is not None and value != usual.get(name)}


def _is_declared(name: str, declared: Mapping[str, Json]) -> bool:
    return name in declared or (name == "delimiter" and "sep" in declared)


def _detect_format(
    head: bytes, label: str, file_format: str, options: Mapping[str, Json]
) -> tuple[dict[str, Json], tuple[str, ...]]:
    """Return the options of the format that were detected, and the fields that the user could choose."""
    if file_format == "csv":
        return _detect_csv(head, label, options), ()
    return _detect_json(head, label, options) if file_format == "json" else ({}, ())


def _detect_csv(head: bytes, label: str, options: Mapping[str, Json]) -> dict[str, Json]:
    if options.keys() & _DIALECT_OPTIONS:
        return {}
    usual = get_delimiter({}, label)
    dialect = detect_csv_dialect(head, delimiter=usual, is_whole=len(head) < HEAD_BYTES)
    found: dict[str, Json] = {}
    if dialect.delimiter != usual:
        found["delimiter"] = dialect.delimiter
    if dialect.quote != DEFAULT_QUOTE:
        found["quotechar"] = dialect.quote
    if dialect.escape is not None:
        found |= {"escapechar": dialect.escape, "doublequote": False}
    if dialect.skipped:
        found["skiprows"] = dialect.skipped
    return found


def _detect_json(head: bytes, label: str, options: Mapping[str, Json]) -> tuple[dict[str, Json], tuple[str, ...]]:
    if "field" in options:
        return {}, ()
    shape = detect_json_shape(head)
    if shape.kind in _ORIENTED:
        return {"orient": shape.kind}, ()
    if plain_suffix(label) in _RECORD_SUFFIXES:
        return {}, ()
    return ({"field": shape.field}, ()) if shape.kind == "field" else ({}, shape.lists)


def detect_late_encoding(path: Path, *, label: str) -> str | None:
    """Return the encoding of a file whose first bytes are UTF-8 and later ones are not; None if it is damaged UTF-8."""
    sample, size = [], 0
    with closing(open_streams(path, label=label)) as streams:
        for source in streams:
            if source.encoding:
                return source.encoding
            for block in read_blocks(source):
                if not block.isascii():
                    lines = [line for line in block.splitlines(keepends=True) if not line.isascii()]
                    sample += lines
                    size += sum(map(len, lines))
                if size > _ENCODING_SAMPLE_BYTES:
                    return detect_encoding(b"".join(sample))
    # Nothing follows that would complete a last character.
    return detect_encoding(b"".join([*sample, b"\n"]))


def _get_text(options: Mapping[str, Json], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None

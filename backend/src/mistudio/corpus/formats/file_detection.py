"""Detects a file's options from its first bytes, before the file itself has arrived."""

from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.formats.byte_stream import plain_suffix
from mistudio.corpus.formats.detection import (
    decode_head,
    detect_csv_dialect,
    detect_encoding,
    detect_json_shape,
    unpack_head,
)
from mistudio.corpus.formats.file_options import FileFormat, FileOptions, default_options

# Their records are lines, whatever keys an object on one has.
_RECORD_SUFFIXES: Final = (".jsonl", ".ndjson")


def detect_options(
    name: str, file_format: FileFormat, head: bytes, *, is_whole: bool
) -> tuple[FileOptions, dict[str, Json]]:
    """Return the options of a file that begins with ``head``, and those of its reader that have no field there.

    What the bytes do not show is None.
    """
    usual = default_options(file_format, name)
    if file_format in ("parquet", "arrow") or not head:
        return usual, {}
    plain = unpack_head(head)
    if not plain:
        return FileOptions(), {}
    found = FileOptions(encoding=detect_encoding(plain))
    text, others = decode_head(head, found.encoding), dict[str, Json]()
    if file_format == "csv":
        dialect = detect_csv_dialect(text, delimiter=usual.delimiter or ",", is_whole=is_whole)
        found = FileOptions(encoding=found.encoding, delimiter=dialect.delimiter, quote=dialect.quote)
        others = {"escapechar": dialect.escape, "doublequote": False} if dialect.escape else {}
        others |= {"skiprows": dialect.skipped} if dialect.skipped else {}
    elif file_format == "json" and plain_suffix(name) not in _RECORD_SUFFIXES:
        found = FileOptions(encoding=found.encoding, field=detect_json_shape(text).field)
    return found.replace_missing(usual), others

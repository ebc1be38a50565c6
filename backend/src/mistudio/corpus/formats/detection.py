"""Detects from a file's first bytes how it is packed, encoded, and cut into records."""

from mistudio.corpus.formats.csv_dialect import CsvDialect, detect_csv_dialect
from mistudio.corpus.formats.encoding import detect_encoding
from mistudio.corpus.formats.json_shape import JsonShape, detect_json_shape
from mistudio.corpus.formats.packing import HEAD_BYTES, Packing, describe_binary, detect_packing, unpack_head

__all__ = [
    "HEAD_BYTES",
    "CsvDialect",
    "JsonShape",
    "Packing",
    "decode_head",
    "describe_binary",
    "detect_csv_dialect",
    "detect_encoding",
    "detect_json_shape",
    "detect_packing",
    "unpack_head",
]


def decode_head(head: bytes, encoding: str | None = None) -> bytes:
    """Return the first bytes of a file unpacked, as UTF-8 without a mark, as the other detectors take them.

    ``encoding`` None means that it is detected.
    """
    plain = unpack_head(head)
    name = encoding or detect_encoding(plain)
    if name is None:
        return plain.removeprefix(b"\xef\xbb\xbf")
    return plain.decode(name, "replace").removeprefix("\ufeff").encode("utf-8", "replace")

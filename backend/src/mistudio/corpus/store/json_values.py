"""Cells as JSON, whatever they hold: what the Samples tab shows, and what a text template writes."""

import datetime
import decimal
import math
import uuid
from collections.abc import Mapping
from itertools import islice
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.formats.json_type import to_json_text
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import shorten

CELL_LIMIT: Final = 2_000
ITEM_LIMIT: Final = 100
DEPTH_LIMIT: Final = 8
# Of one sample in full: more than a person can look at, and no more than a browser can show.
WHOLE_TEXT_LIMIT: Final = 1_000_000
_WHOLE_DEPTH_LIMIT: Final = 100
# A browser's numbers are exact up to here.
_SAFE_INTEGER: Final = (1 << 53) - 1
_IMAGES: Final = {b"\x89PNG": "PNG image", b"\xff\xd8\xff": "JPEG image", b"GIF8": "GIF image", b"RIFF": "RIFF media"}
_SOUNDS: Final = {b"ID3": "MP3 audio", b"fLaC": "FLAC audio", b"OggS": "Ogg audio"}


def to_json_value(value: object, *, cell_limit: int | None = CELL_LIMIT, depth: int = 0) -> Json:
    """Return ``value`` as JSON; what is too long is cut and ends with a note of how much is missing.

    Bytes become a note of their kind and size, dates ISO 8601, NaN and infinities their names; decimals and integers
    beyond 2⁵³ become strings. ``cell_limit`` None cuts only
    texts of over a million characters, and writes what is nested over 100 deep as text.
    """
    if value is None or isinstance(value, bool | int | float):
        return _to_number(value)
    if isinstance(value, str):
        return shorten(_replace_surrogates(value), cell_limit or WHOLE_TEXT_LIMIT)
    if isinstance(value, list | tuple | dict):
        return _to_nested(value, cell_limit, depth)
    return _to_string(value)


def _to_number(value: bool | float | None) -> Json:
    is_exact = value is None or (abs(value) <= _SAFE_INTEGER if isinstance(value, int) else math.isfinite(value))
    return value if is_exact else str(value)


def _to_string(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return describe_bytes(bytes(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds()} s"
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    return _replace_surrogates(str(value))


def _to_nested(value: list[object] | tuple[object, ...] | dict[str, object], limit: int | None, depth: int) -> Json:
    if depth >= DEPTH_LIMIT and limit is not None:
        return f"… {len(value):,} nested"
    if depth >= _WHOLE_DEPTH_LIMIT:
        return shorten(_replace_surrogates(to_json_text(value)), WHOLE_TEXT_LIMIT)
    if isinstance(value, dict):
        return _describe_media(value) or _to_object(value, limit, depth)
    items = value if limit is None else value[:ITEM_LIMIT]
    array = [to_json_value(item, cell_limit=limit, depth=depth + 1) for item in items]
    return array if len(items) == len(value) else [*array, f"… {len(value) - len(items):,} more"]


def _to_object(value: dict[str, object], limit: int | None, depth: int) -> dict[str, Json]:
    items = list(value.items()) if limit is None else list(islice(value.items(), ITEM_LIMIT))
    converted: dict[str, Json] = {
        _replace_surrogates(str(name)): to_json_value(item, cell_limit=limit, depth=depth + 1) for name, item in items
    }
    return converted if len(items) == len(value) else {**converted, "…": f"{len(value) - len(items):,} more"}


def _describe_media(value: Mapping[str, object]) -> str | None:
    """Describe an image or sound as ``datasets`` stores it, a struct of ``bytes`` and ``path``; None for others."""
    content = value.get("bytes")
    if set(value) != {"bytes", "path"} or not isinstance(content, bytes):
        return None
    note, path = describe_bytes(content), value["path"]
    return f"{note} ({_replace_surrogates(path)})" if isinstance(path, str) and path else note


def describe_bytes(content: bytes) -> str:
    """Return the kind of ``content``, as far as its first bytes tell, and its size."""
    kinds = (name for magic, name in (_IMAGES | _SOUNDS).items() if content.startswith(magic))
    return f"{next(kinds, 'binary')}, {format_size(len(content))}"


def _replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

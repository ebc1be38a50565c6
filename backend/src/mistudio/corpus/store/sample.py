"""What is shown of a row: its text, and every other column in a form that JSON can carry, whatever it holds."""

import datetime
import decimal
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.store.columns import render_conversation
from mistudio.corpus.store.dataset_store import StoredRow
from mistudio.utils.file_utils import format_size
from mistudio.utils.text import shortened

TEXT_LIMIT: Final = 10_000
CELL_LIMIT: Final = 2_000
ITEM_LIMIT: Final = 100
DEPTH_LIMIT: Final = 8
# Beyond this a browser's numbers are no longer exact.
_SAFE_INTEGER: Final = (1 << 53) - 1
_IMAGES: Final = {b"\x89PNG": "PNG image", b"\xff\xd8\xff": "JPEG image", b"GIF8": "GIF image", b"RIFF": "RIFF media"}
_SOUNDS: Final = {b"ID3": "MP3 audio", b"fLaC": "FLAC audio", b"OggS": "Ogg audio"}


@dataclass(frozen=True)
class Sample:
    """A row as it is shown. ``char_count`` is of the whole text; if ``truncated``, ``text`` has its beginning."""

    id: int
    split: str
    row: int
    text: str
    char_count: int
    truncated: bool
    columns: dict[str, Json]


def sample_of(row: StoredRow, text_column: str, *, whole: bool = False) -> Sample:
    """The sample of ``row``; with ``whole`` neither its text nor any of its cells is cut. A missing text is empty."""
    text = text_of(row.values.get(text_column))
    limit = None if whole else CELL_LIMIT
    return Sample(
        id=row.id,
        split=row.split,
        row=row.row,
        text=text if whole else text[:TEXT_LIMIT],
        char_count=len(text),
        truncated=not whole and len(text) > TEXT_LIMIT,
        columns={name: json_form(value, cell_limit=limit) for name, value in row.values.items() if name != text_column},
    )


def text_of(value: object) -> str:
    """The text of a cell of the text column: itself, or a conversation's rendering."""
    return value if isinstance(value, str) else render_conversation(value)


def json_form(value: object, *, cell_limit: int | None = CELL_LIMIT, depth: int = 0) -> Json:
    """``value`` as JSON: what has no JSON form becomes a string that says it, what is too much is cut and says so.

    Bytes become a note of their kind and size, dates ISO 8601, decimals and whole numbers beyond 2⁵³ strings, NaN and
    infinities their names. ``cell_limit`` None: strings and lists are not cut.
    """
    if value is None or isinstance(value, bool | int | float):
        return _number(value)
    if isinstance(value, str):
        return _safe(value) if cell_limit is None else shortened(_safe(value), cell_limit)
    if isinstance(value, list | tuple | dict):
        return _nested(value, cell_limit, depth)
    return _scalar(value)


def _number(value: bool | float | None) -> Json:
    is_exact = value is None or (abs(value) <= _SAFE_INTEGER if isinstance(value, int) else math.isfinite(value))
    return value if is_exact else str(value)


def _scalar(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return note_of_bytes(bytes(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value.total_seconds()} s"
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    return _safe(str(value))


def _nested(value: list[object] | tuple[object, ...] | dict[str, object], limit: int | None, depth: int) -> Json:
    if depth >= DEPTH_LIMIT and limit is not None:
        return f"… {len(value):,} nested"
    shown = None if limit is None else ITEM_LIMIT
    if isinstance(value, dict):
        if (note := _media(value)) is not None:
            return note
        items = list(value.items())[:shown]
        form: dict[str, Json] = {
            _safe(str(name)): json_form(item, cell_limit=limit, depth=depth + 1) for name, item in items
        }
        return form if len(items) == len(value) else {**form, "…": f"{len(value) - len(items):,} more"}
    parts = [json_form(item, cell_limit=limit, depth=depth + 1) for item in value[:shown]]
    return parts if len(parts) == len(value) else [*parts, f"… {len(value) - len(parts):,} more"]


def _media(value: Mapping[str, object]) -> str | None:
    """The note of an image or sound as ``datasets`` stores it, a struct of ``bytes`` and ``path``."""
    content = value.get("bytes")
    if set(value) != {"bytes", "path"} or not isinstance(content, bytes):
        return None
    note, path = note_of_bytes(content), value["path"]
    return f"{note} ({_safe(path)})" if isinstance(path, str) and path else note


def note_of_bytes(content: bytes) -> str:
    """What bytes are, as far as their beginning tells, and how many."""
    known = (name for mark, name in (_IMAGES | _SOUNDS).items() if content.startswith(mark))
    return f"{next(known, 'binary')}, {format_size(len(content))}"


def _safe(text: str) -> str:
    """``text`` without lone surrogates, which no UTF-8 can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

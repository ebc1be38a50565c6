"""The values of a column as its profile counts them, and back: numbers of 8 bytes, or texts of bounded length."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import Json
from mistudio.corpus.columns.compare import is_valid
from mistudio.corpus.columns.kinds import ColumnType, Kind, classify_type
from mistudio.corpus.formats.utf8_repair import decode_array
from mistudio.corpus.store.json_values import to_json_value

ProfileKind: TypeAlias = Kind | Literal["mixed"]
Number: TypeAlias = int | float | Decimal
Range: TypeAlias = tuple[Number, Number]
# A longer text is known by its beginning and a hash.
SHOWN_CHARACTERS: Final = 200
_CUT: Final = "\x00…"
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True)
class ProfiledColumn:
    """How one column is counted. ``type`` is the one type of its numbers or times in all files.

    Where that type does not hold every number exactly, values are counted as texts (``is_counted_as_text``).
    """

    column: ColumnType
    kind: ProfileKind
    type: pa.DataType
    is_counted_as_text: bool = False

    @property
    def has_values(self) -> bool:
        """Whether distinct and frequent values are counted."""
        return self.kind in ("number", "text", "boolean", "time", "json", "mixed")

    @property
    def measure(self) -> Literal["value", "length"] | None:
        """What smallest, greatest, mean and histogram are of."""
        if self.kind in ("number", "time"):
            return "value"
        return "length" if self.kind in ("text", "list") else None

    @property
    def is_integer(self) -> bool:
        """Whether what is measured are integers."""
        return self.kind != "number" or pa.types.is_integer(self.type)


def plan_column(column: ColumnType) -> ProfiledColumn:
    """Return how a column of these types is counted."""
    kinds = column.kinds
    kind: ProfileKind = "null" if not kinds else kinds[0] if len(kinds) == 1 else "mixed"
    types = [each for each in column.types if classify_type(each) != "null"]
    if kind == "number":
        if all(map(_fits_int64, types)):
            return ProfiledColumn(column, kind, pa.int64())
        return ProfiledColumn(column, kind, pa.float64(), is_counted_as_text=not all(map(_fits_float64, types)))
    if kind == "time":
        return ProfiledColumn(column, kind, types[0] if len(types) == 1 else pa.timestamp("us"))
    return ProfiledColumn(column, kind, pa.string())


def _fits_int64(kind: pa.DataType) -> bool:
    return bool(pa.types.is_signed_integer(kind) or (pa.types.is_unsigned_integer(kind) and kind.bit_width < 64))


def _fits_float64(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or (pa.types.is_integer(kind) and kind.bit_width < 64))


def to_keys(array: pa.Array, planned: ProfiledColumn) -> pa.Array:
    """Return what stands for each value when values are counted; null stays null."""
    if planned.is_counted_as_text:
        texts = (None if number is None else _to_exact_text(number) for number in _list_numbers(array))
        return pa.array(texts, pa.string())
    if planned.kind == "number":
        return _to_numbers(array, planned.type)
    if planned.kind == "time":
        return _to_time_numbers(array, planned.type)
    if planned.kind == "boolean":
        return array.cast(pa.int64())
    if planned.kind == "text":
        return _shorten_texts(array.cast(pa.string()))
    return _shorten_texts(pa.array([_to_text(value) for value in decode_array(array)], pa.string()))


def _to_numbers(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if classify_type(array.type) != "number":
        return pa.nulls(len(array), kind)
    numbers = array.cast(kind, safe=False)
    # -0.0 becomes 0.0, which it equals.
    return pc.add(numbers, 0.0) if pa.types.is_floating(kind) else numbers


def _list_numbers(array: pa.Array) -> list[Number | None]:
    """Return the exact numbers of an array; of one that has none, nulls."""
    if classify_type(array.type) != "number":
        return [None] * len(array)
    return cast("list[Number | None]", decode_array(array))


def _to_exact_text(number: Number) -> str:
    """Return one text for all numbers that are equal."""
    if isinstance(number, Decimal):
        digits = f"{number:f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    if isinstance(number, float) and not number.is_integer():
        return repr(number)
    return str(int(number))


def _from_exact_text(text: str, planned: ProfiledColumn) -> Number:
    if text.removeprefix("-").isdigit():
        return int(text)
    return Decimal(text) if any(map(pa.types.is_decimal, planned.column.types)) else float(text)


def find_exact_range(array: pa.Array) -> Range | None:
    """Return the smallest and the greatest number, without rounding; NaN is neither."""
    numbers = [each for each in _list_numbers(array) if each is not None and not math.isnan(each)]
    return (min(numbers), max(numbers)) if numbers else None


def _round_down(number: Number | None) -> float | None:
    """Return the greatest float that is not greater: it is in the same bin. A decimal is compared as it is written."""
    if number is None:
        return None
    near = float(number)
    shown = Decimal(repr(near)) if isinstance(number, Decimal) else near
    return math.nextafter(near, -math.inf) if shown > number else near


def _to_time_numbers(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if classify_type(array.type) != "time":
        return pa.nulls(len(array), pa.int64())
    same = array if array.type.equals(kind) else array.cast(kind, safe=False)
    width = pa.int32() if kind.bit_width == 32 else pa.int64()
    return same.view(width).cast(pa.int64())


def _to_text(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _shorten_texts(texts: pa.Array) -> pa.Array:
    is_long = pc.fill_null(pc.greater(pc.utf8_length(texts), SHOWN_CHARACTERS), fill_value=False)
    if not pc.any(is_long).as_py():
        return texts
    shortened = [
        f"{text[:SHOWN_CHARACTERS]}{_CUT}{blake2b(text.encode(), digest_size=8).hexdigest()}"
        for text in texts.filter(is_long).to_pylist()
    ]
    return pc.replace_with_mask(texts, is_long, pa.array(shortened, pa.string()))


def to_measures(array: pa.Array, keys: pa.Array | None, planned: ProfiledColumn) -> pa.Array | None:
    """Return the numbers whose smallest, greatest, mean and histogram the profile has."""
    if planned.is_counted_as_text:
        return pa.array([_round_down(number) for number in _list_numbers(array)], pa.float64())
    if planned.measure == "value":
        return keys
    kind = classify_type(array.type)
    if planned.kind == "text" and kind == "text":
        return pc.utf8_length(array.cast(pa.string())).cast(pa.int64())
    return pc.list_value_length(array).cast(pa.int64()) if planned.kind == "list" and kind == "list" else None


def count_nulls(array: pa.Array) -> int:
    """Return the number of nulls, JSON nulls included."""
    return int(len(array) - np.count_nonzero(is_valid(array)))


def show_key(key: object, planned: ProfiledColumn) -> tuple[Json, bool]:
    """Return the value that a key stands for as JSON, and whether it is only its beginning."""
    if isinstance(key, str) and planned.is_counted_as_text:
        return show_number(_from_exact_text(key, planned), planned), False
    if isinstance(key, str):
        beginning, cut, _hash = key.partition(_CUT)
        return beginning, bool(cut)
    if planned.kind == "boolean":
        return bool(key), False
    return show_number(key, planned), False


def show_number(value: object, planned: ProfiledColumn) -> Json:
    """Return a number or time as JSON: a class label by its name, a time as ISO 8601."""
    if planned.kind == "time" and isinstance(value, int | float):
        return format_time(int(value), planned.type)
    labels = planned.column.labels
    if labels and isinstance(value, int) and 0 <= value < len(labels):
        return labels[value]
    return to_json_value(value)


def format_time(value: int, kind: pa.DataType) -> Json:
    """Return a time as ISO 8601, with an offset if its type has a zone; a duration in seconds."""
    per_second = 1 if pa.types.is_date32(kind) else _PER_SECOND["ms" if pa.types.is_date64(kind) else kind.unit]
    seconds, rest = divmod(value * 86_400 if pa.types.is_date32(kind) else value, per_second)
    if pa.types.is_duration(kind):
        return value / per_second
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return str(value)
    digits = f"{rest:0{len(str(per_second)) - 1}d}".rstrip("0")
    if pa.types.is_time(kind):
        return f"{moment:%H:%M:%S}{'.' + digits if digits else ''}"
    if pa.types.is_date(kind):
        return f"{moment:%Y-%m-%d}".rjust(10, "0")
    zone = "Z" if getattr(kind, "tz", None) else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + (f".{digits}" if digits else "") + zone

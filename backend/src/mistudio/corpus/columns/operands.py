"""Turns the value of a condition into what a kind of column is compared with."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from mistudio.corpus.columns.kinds import Kind

# Numbers are compared as numbers; times as fractions of seconds, since 1970 or since midnight.
Operand: TypeAlias = bool | int | float | str | Decimal | Fraction

# Numbers that JSON or a browser lacks, as samples show them.
_NUMBER: Final = re.compile(r"-?\d{1,400}|nan|-?inf")
_DECIMAL: Final = re.compile(r"-?\d{1,400}\.\d{1,400}")
_TIME: Final = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?")
_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?"
)
_EXPECTED: Final[Mapping[Kind, str]] = {
    "number": "a number",
    "text": "a text in quotes",
    "boolean": "true or false",
    "time": 'a date or time such as "2026-01-31" or "2026-01-31T12:30:00Z"',
    "json": "a text, a number, true or false",
}


def to_operand(value: object, kind: Kind, labels: Sequence[str] = ()) -> Operand | None:
    """Return ``value`` as columns of this kind are compared with it; None if it is of another type.

    ``labels`` are the names of a class label, each of which stands for its number.
    """
    if kind == "number" and isinstance(value, str) and value in labels:
        return list(labels).index(value)
    convert = _CONVERTERS.get(kind)
    return convert(value) if convert else None


def describe_operand(kinds: Sequence[Kind], labels: Sequence[str] = ()) -> str:
    """Return what values columns of these kinds are compared with, in words."""
    expected = list(dict.fromkeys(_EXPECTED[kind] for kind in kinds if kind in _EXPECTED))
    named = [f"one of the names {', '.join(labels[:20])}{', …' if len(labels) > 20 else ''}"] if labels else []
    return " or ".join([*expected, *named])


def _to_number(value: object) -> Operand | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _to_text(value: object) -> Operand | None:
    return value if isinstance(value, str) else None


def _to_boolean(value: object) -> Operand | None:
    return value if isinstance(value, bool) else None


def _to_json(value: object) -> Operand | None:
    return value if isinstance(value, bool | int | float | str) else None


def _to_time(value: object) -> Operand | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**63:
        return Fraction(value)
    if not isinstance(value, str):
        return None
    return _parse_time(value) if _TIME.fullmatch(value) else _parse_date_time(value)


def _parse_time(value: str) -> Fraction | None:
    match = _TIME.fullmatch(value)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return Fraction(hours * 3600 + minutes * 60 + seconds) + _parse_fraction(match[4])


def _parse_date_time(value: str) -> Fraction | None:
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        return None
    date, time, fraction, zone = match.groups()
    try:
        found = datetime.fromisoformat(f"{date}T{time or '00:00'}{zone or 'Z'}")
    except ValueError:
        return None
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    return Fraction(since.days * 86_400 + since.seconds) + _parse_fraction(fraction)


def _parse_fraction(digits: str | None) -> Fraction:
    return Fraction(int(digits), 10 ** len(digits)) if digits else Fraction(0)


_CONVERTERS: Final[Mapping[Kind, Callable[[object], Operand | None]]] = {
    "number": _to_number,
    "text": _to_text,
    "boolean": _to_boolean,
    "time": _to_time,
    "json": _to_json,
}

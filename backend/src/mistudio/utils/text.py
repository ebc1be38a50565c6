"""Counts with nouns, shortened texts, and control characters."""

import re
from decimal import Decimal
from typing import Final

# Unicode's category Cc, to which nothing is ever added.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def format_count(count: int, noun: str, many: str | None = None) -> str:
    """Return the count with its noun in the right number: 1 file, 2,000 files."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def shorten(text: str, limit: int) -> str:
    """Return ``text``, or its first ``limit`` characters and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({format_count(len(text) - limit, 'more character')})"


def find_control(text: str, *, lines: bool = False) -> str | None:
    """Return the first control character of ``text``, escaped as in Python; ``lines`` allows tabs and line breaks."""
    found = _CONTROL_IN_LINES.search(_unify_breaks(text)) if lines else _CONTROL.search(text)
    return _escape(found) if found else None


def escape_controls(text: str, *, lines: bool = False) -> str:
    """Return ``text`` with its control characters escaped as in Python; ``lines`` keeps tabs and line breaks.

    A terminal would execute raw ones.
    """
    return _CONTROL_IN_LINES.sub(_escape, _unify_breaks(text)) if lines else _CONTROL.sub(_escape, text)


def _unify_breaks(text: str) -> str:
    return text.replace("\r\n", "\n")


def _escape(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]


def to_plain_number(number: float) -> str:
    """Return the number as it was written, without an exponent: 0.1, not 0.1000000000000000055."""
    return format(Decimal(str(number)).normalize(), "f")

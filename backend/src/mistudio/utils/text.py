"""Small questions about text."""

import re
from typing import Final

# Unicode's category Cc, to which nothing is ever added.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plural(count: int, noun: str, many: str | None = None) -> str:
    """``count`` with its noun, as a person writes it: 1 file, 2,000 files."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def shortened(text: str, limit: int) -> str:
    """``text``, or its first ``limit`` characters and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({plural(len(text) - limit, 'more character')})"


def first_control(text: str, *, lines: bool = False) -> str | None:
    """The first control character of ``text``, as Python writes it; ``lines`` lets tabs and line breaks be."""
    found = _CONTROL_IN_LINES.search(_one_break(text)) if lines else _CONTROL.search(text)
    return _written(found) if found else None


def visible(text: str, *, lines: bool = False) -> str:
    """``text`` with its control characters as Python writes them; ``lines`` lets tabs and line breaks be.

    Raw, they would not be shown by a terminal, but done.
    """
    return _CONTROL_IN_LINES.sub(_written, _one_break(text)) if lines else _CONTROL.sub(_written, text)


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n")


def _written(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]

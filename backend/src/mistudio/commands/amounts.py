"""How much of a repository a command asks for."""

import re
from typing import Any, Final

from mistudio.commands.output import fail

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_POWERS: Final = ("", "k", "m", "g", "t")


def parse_size(text: str) -> int:
    """Return the bytes that ``text`` says; 1 GB is 1024 MB, as wherever sizes are shown. Ends with code 1 otherwise."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise fail(f"“{text}” is no size. Write a number and a unit, such as 500MB or 2GB.")
    number, unit = found.groups()
    size = int(float(number) * 1024 ** _POWERS.index(unit.lower()))
    if size < 1:
        raise fail("The size must be at least 1 byte.")
    return size


def make_amount(rows: int | None, max_size: str | None) -> dict[str, Any]:  # a request as JSON
    """Return the amount that the options describe; ends with code 1 if both are given."""
    if rows is not None and max_size is not None:
        raise fail("Give --rows or --max-size, not both.")
    if rows is not None:
        return {"kind": "rows", "rows": rows}
    return {"kind": "all"} if max_size is None else {"kind": "bytes", "bytes": parse_size(max_size)}

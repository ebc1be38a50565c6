"""Hostile values: of every JSON type, and of every kind that a reader may not have thought of."""

import random
import sys
from typing import Any, Final

# Numbers of 5,000 digits are to be written, too.
sys.set_int_max_str_digits(0)

# Each by a name for the report.
VALUES: Final[dict[str, Any]] = {  # JSON of any kind
    "null": None,
    "true": True,
    "negative": -1,
    "zero": 0,
    "float": 1.5,
    "negative float": -0.5,
    "huge float": 1e308,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "beyond 64 bits": 1 << 70,
    "5,000 digits": 10**4999,
    "empty text": "",
    "number as text": "12",
    "text": "x",
    "long text": "x" * 100_000,
    "NUL": "a\x00b",
    "control characters": "a\r\nb\x1b[31m",
    "lone surrogate": "a\ud800b",
    "path upwards": "../../../../etc/passwd",
    "absolute path": "/etc/passwd",
    "empty list": [],
    "list": [1, "a", None],
    "empty object": {},
    "object": {"a": {"b": []}},
    "deep list": None,
    "deep object": None,
}


def _deep(levels: int, *, is_list: bool) -> Any:  # JSON of any kind
    value: Any = 1
    for _level in range(levels):
        value = [value] if is_list else {"a": value}
    return value


# As deep as this process can write.
VALUES["deep list"] = _deep(400, is_list=True)
VALUES["deep object"] = _deep(400, is_list=False)


def paths_in(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # JSON of any kind
    """Return the way to every value inside, by keys and indexes, the whole first."""
    found: list[tuple[str | int, ...]] = [path]
    if isinstance(value, dict):
        for key, one in value.items():
            found += paths_in(one, (*path, key))
    if isinstance(value, list):
        for number, one in enumerate(value[:2]):
            found += paths_in(one, (*path, number))
    return found


def with_value(value: Any, path: tuple[str | int, ...], new: Any) -> Any:  # JSON of any kind
    """Return a copy in which what lies at ``path`` is ``new``."""
    if not path:
        return new
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_value(value[path[0]], path[1:], new)
    return copied


def without_key(value: Any, path: tuple[str | int, ...]) -> Any:  # JSON of any kind
    """Return a copy in which nothing lies at ``path``."""
    copied: Any = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copied[path[0]]
    else:
        copied[path[0]] = without_key(value[path[0]], path[1:])
    return copied


def chosen(chance: random.Random, items: list[Any], count: int | None) -> list[Any]:  # cases of any kind
    """Return ``count`` of the items, or all of them, in an order that is drawn."""
    return chance.sample(items, len(items) if count is None else min(count, len(items)))

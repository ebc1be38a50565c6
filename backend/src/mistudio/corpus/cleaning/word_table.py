"""Remembers what a function says of each short text, within a bound of memory."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

_MAX_ENTRIES: Final = 200_000
# Longer ones are rare and would fill the memory.
_MAX_LENGTH: Final = 64


class WordTable(dict[str, Value], Generic[Value]):
    """A dictionary that computes a missing value; call ``limit`` now and then."""

    def __init__(self, compute: Callable[[str], Value], max_entries: int = _MAX_ENTRIES) -> None:
        super().__init__()
        self._compute = compute
        self._max_entries = max_entries

    def __missing__(self, text: str) -> Value:
        value = self._compute(text)
        if len(text) <= _MAX_LENGTH:
            self[text] = value
        return value

    def limit(self) -> None:
        """Empty the table if it is full."""
        if len(self) > self._max_entries:
            self.clear()

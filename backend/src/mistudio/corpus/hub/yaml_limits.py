"""Reads YAML of a repository within limits: its length, its depth, and the number of its values.

Aliases count as what they stand for: a short text of them can mean billions of values. They are counted from the
parser's events, before anything is built.
"""

from collections.abc import Iterator
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from mistudio.utils.hf_answers import MAX_DEPTH, MAX_NODES, InvalidAnswer

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
# Of a wrong number (5,000 digits), date or tag, of a key that is a list, of nesting.
_FAILURES: Final = (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def load_yaml(text: str, path: str) -> Any:  # YAML of any shape
    """Return what ``text``, the YAML of the file ``path``, says; raise InvalidAnswer beyond the limits."""
    try:
        check_limits(text, path)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except InvalidAnswer:
        raise
    except _FAILURES as error:
        raise InvalidAnswer(path, describe_yaml_error(error)) from error


def check_limits(text: str, path: str) -> None:
    """Raise InvalidAnswer if the YAML of ``path`` passes a limit; errors of the syntax pass through."""
    try:
        _Counter().count(yaml.parse(text, Loader=_LOADER))
    except InvalidAnswer as error:
        raise InvalidAnswer(path, error.reason) from None


def describe_yaml_error(error: Exception) -> str:
    """Return the reason on one line, with the line of the YAML where the library knows it."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0] or type(error).__name__
    where = f"line {mark.line + 1} of its YAML: " if mark is not None else ""
    return f"{where}{problem}"[:200]


class _Counter:
    """Counts the values of a document, each alias as often as it is used."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, int]] = []
        self._sizes: dict[str, int] = {}
        self._total = 0

    def count(self, events: Iterator[Any]) -> None:  # of a library without types
        """Raise InvalidAnswer as soon as a limit is passed."""
        for event in events:
            if isinstance(event, _OPENING):
                self._open.append((event.anchor, self._total))
                self._add(1)
            elif isinstance(event, _CLOSING):
                anchor, before = self._open.pop()
                self._name(anchor, self._total - before)
            elif isinstance(event, yaml.ScalarEvent):
                self._add(1)
                self._name(event.anchor, 1)
            elif isinstance(event, yaml.AliasEvent):
                self._add_alias(event.anchor)

    def _add(self, count: int) -> None:
        self._total += count
        if self._total > MAX_NODES:
            raise InvalidAnswer("", f"its YAML has more than {MAX_NODES:,} values, aliases counted as often as used")
        if len(self._open) > MAX_DEPTH:
            raise InvalidAnswer("", f"its YAML is nested more than {MAX_DEPTH} deep")

    def _name(self, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self._sizes[anchor] = size

    def _add_alias(self, anchor: str) -> None:
        if any(name == anchor for name, _before in self._open):
            raise InvalidAnswer("", f"its YAML refers to itself (*{anchor[:50]})")
        # An unknown anchor is refused by the loader, with its line.
        self._add(self._sizes.get(anchor, 1))

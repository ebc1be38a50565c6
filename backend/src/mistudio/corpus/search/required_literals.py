"""Finds literals that a text must contain to match a regular expression, so that the index can rule out most rows.

``\\bcolou?r\\w*|paint`` matches only texts with ``colo`` or ``paint``. A literal that is not certain is left out: the
result may require too little, and never too much. The syntax is RE2's (https://github.com/google/re2/wiki/Syntax), of
expressions that RE2 has accepted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# Alternatives, of which a text has to contain at least one.
Need = tuple[str, ...]

_MAX_ALTERNATIVES: Final = 8
_MAX_NEEDS: Final = 4
_REPETITION: Final = re.compile(r"(?:[*+?]|\{(\d+)(?:,\d*)?\})\??")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_GROUP: Final = re.compile(r"\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?")
_ESCAPE: Final = re.compile(r"\\(?:x\{[0-9a-fA-F]+\}|x..|[pP](?:\{[^}]*\}|.)|[0-7]{1,3}|.)", re.DOTALL)
# Flags at the beginning change no literal. Flags or quotes in the middle may change what precedes them.
_FLAGS: Final = re.compile(r"\A\(\?[a-zA-Z-]+\)")
_UNSUPPORTED: Final = re.compile(r"\(\?[a-zA-Z-]*\)|\\Q")
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


@dataclass(frozen=True)
class _Subpattern:
    """A part of an expression: it matches exactly ``literal`` if that is not None, and needs ``needs`` in any case."""

    literal: str | None = None
    needs: tuple[Need, ...] = ()

    def get_needs(self) -> tuple[Need, ...]:
        """Return what a text has to contain to match the subpattern."""
        return ((self.literal,),) if self.literal else self.needs


@dataclass
class _Sequence:
    """Consecutive subpatterns; the last of them form the literal ``run``."""

    run: str = ""
    needs: list[Need] = field(default_factory=list)
    is_literal: bool = True

    def add(self, part: _Subpattern, *, is_adjacent: bool) -> None:
        """Append a subpattern; ``is_adjacent``: the next one matches directly after it."""
        if part.literal is None:
            self.end_run()
            self.needs += part.needs
        else:
            self.run += part.literal
        if not is_adjacent:
            self.end_run()

    def end_run(self) -> None:
        """End the literal: the next subpattern does not match directly after it."""
        self.is_literal = False
        if self.run:
            self.needs.append((self.run,))
            self.run = ""

    def join(self) -> _Subpattern:
        """Return all subpatterns as one."""
        if self.is_literal:
            return _Subpattern(self.run)
        self.end_run()
        return _Subpattern(needs=tuple(self.needs))


def find_required_literals(regex: str) -> tuple[Need, ...]:
    """Return needs that every matching text meets, case aside, the longest first; none if no literal is certain."""
    body = _FLAGS.sub("", regex)
    if _UNSUPPORTED.search(body):
        return ()
    needs = _Parser(body).parse_alternatives().get_needs()
    return tuple(sorted(set(needs), key=lambda need: (-min(map(len, need)), need))[:_MAX_NEEDS])


class _Parser:
    """Parses an expression from left to right."""

    def __init__(self, regex: str) -> None:
        self._regex = regex
        self._position = 0

    def parse_alternatives(self) -> _Subpattern:
        """Parse the whole expression, or the content of a group."""
        branches = [self._parse_sequence()]
        while self._peek() == "|":
            self._position += 1
            branches.append(self._parse_sequence())
        return branches[0] if len(branches) == 1 else _Subpattern(needs=_join_alternatives(branches))

    def _peek(self) -> str:
        return self._regex[self._position : self._position + 1]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._regex, self._position)
        if match:
            self._position = match.end()
        return match

    def _parse_sequence(self) -> _Subpattern:
        sequence = _Sequence()
        while self._peek() not in {"", "|", ")"}:
            part = self._parse_part()
            is_repeated, is_optional = self._parse_repetition()
            sequence.add(_Subpattern() if is_optional else part, is_adjacent=not is_repeated)
        return sequence.join()

    def _parse_repetition(self) -> tuple[bool, bool]:
        """Return whether the subpattern just parsed is repeated, and whether it is optional."""
        is_repeated = is_optional = False
        while match := self._take(_REPETITION):
            is_repeated = True
            is_optional = is_optional or match[0][0] in "*?" or (match[1] is not None and int(match[1]) == 0)
        return is_repeated, is_optional

    def _parse_part(self) -> _Subpattern:
        character = self._peek()
        if character == "(":
            return self._parse_group()
        if character == "\\":
            return self._parse_escape()
        if character == "[" and self._take(_CLASS):
            return _Subpattern()
        self._position += 1
        return _Subpattern() if character in ".^$[" else _Subpattern(character)

    def _parse_group(self) -> _Subpattern:
        self._take(_GROUP)
        inner = self.parse_alternatives()
        self._position += 1
        return inner

    def _parse_escape(self) -> _Subpattern:
        match = self._take(_ESCAPE)
        letter = match[0][1:] if match else ""
        if letter in _CONTROLS:
            return _Subpattern(_CONTROLS[letter])
        return _Subpattern(letter) if len(letter) == 1 and not letter.isalnum() else _Subpattern()


def _join_alternatives(branches: Sequence[_Subpattern]) -> tuple[Need, ...]:
    """Return one need with the best literal of each branch, if each has one."""
    best: list[str] = []
    for branch in branches:
        needs = branch.get_needs()
        if not needs:
            return ()
        best += max(needs, key=lambda need: min(map(len, need)))
    return (tuple(dict.fromkeys(best)),) if len(best) <= _MAX_ALTERNATIVES else ()

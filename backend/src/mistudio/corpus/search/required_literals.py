"""What a text must contain for a regular expression to be found in it, read off the expression itself.

By that the index can leave out nearly all rows before a pattern is tried on any: ``\\bcolou?r\\w*|paint`` is found only
where a text has ``colo`` or ``paint``. What is not certain is left out: too little is asked for, and never too much.
The syntax is RE2's (https://github.com/google/re2/wiki/Syntax), of expressions that RE2 has already accepted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

# One of these alternatives a text has to contain.
Need = tuple[str, ...]

_MOST_ALTERNATIVES: Final = 8
_MOST_NEEDS: Final = 4
_REPEAT: Final = re.compile(r"(?:[*+?]|\{(\d+)(?:,\d*)?\})\??")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_GROUP: Final = re.compile(r"\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?")
_ESCAPED: Final = re.compile(r"\\(?:x\{[0-9a-fA-F]+\}|x..|[pP](?:\{[^}]*\}|.)|[0-7]{1,3}|.)", re.DOTALL)
# Flags at the beginning say nothing of what is needed; what follows flags or quotes in the middle may belong to what
# stands before them.
_FLAGS: Final = re.compile(r"\A\(\?[a-zA-Z-]+\)")
_UNCLEAR: Final = re.compile(r"\(\?[a-zA-Z-]*\)|\\Q")
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}


@dataclass(frozen=True)
class _Part:
    """A piece of an expression: exactly ``text`` where that is known, and what it needs in any case."""

    text: str | None = None
    needs: tuple[Need, ...] = ()

    def own_needs(self) -> tuple[Need, ...]:
        """What a text has to contain for this piece to be there."""
        return ((self.text,),) if self.text else self.needs


@dataclass
class _Row:
    """Pieces one after the other; ``run`` is the literal that the last of them make together."""

    run: str = ""
    needs: list[Need] = field(default_factory=list)
    is_literal: bool = True

    def add(self, part: _Part, *, goes_on: bool) -> None:
        """Put a piece at the end; what follows stands right behind it if it ``goes_on``."""
        if part.text is None:
            self.end_run()
            self.needs += part.needs
        else:
            self.run += part.text
        if not goes_on:
            self.end_run()

    def end_run(self) -> None:
        """What follows does not stand right behind what there is."""
        self.is_literal = False
        if self.run:
            self.needs.append((self.run,))
            self.run = ""

    def to_part(self) -> _Part:
        """All pieces as one."""
        if self.is_literal:
            return _Part(self.run)
        self.end_run()
        return _Part(needs=tuple(self.needs))


def required_literals(regex: str) -> tuple[Need, ...]:
    """Each of these a text has to contain, in one of its alternatives, upper and lower case aside; the longest first.

    None at all where nothing is certain.
    """
    body = _FLAGS.sub("", regex)
    if _UNCLEAR.search(body):
        return ()
    needs = _Parser(body).alternatives().own_needs()
    return tuple(sorted(set(needs), key=lambda need: (-min(map(len, need)), need))[:_MOST_NEEDS])


class _Parser:
    """Reads an expression from left to right."""

    def __init__(self, regex: str) -> None:
        self._regex = regex
        self._at = 0

    def alternatives(self) -> _Part:
        """What stands between brackets, or all of it."""
        branches = [self._row()]
        while self._next() == "|":
            self._at += 1
            branches.append(self._row())
        return branches[0] if len(branches) == 1 else _Part(needs=_of_alternatives(branches))

    def _next(self) -> str:
        return self._regex[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._regex, self._at)
        if found:
            self._at = found.end()
        return found

    def _row(self) -> _Part:
        row = _Row()
        while self._next() not in {"", "|", ")"}:
            part = self._part()
            is_repeated, may_lack = self._repetition()
            row.add(_Part() if may_lack else part, goes_on=not is_repeated)
        return row.to_part()

    def _repetition(self) -> tuple[bool, bool]:
        """Whether what was read is repeated, and whether it may be left out."""
        is_repeated = may_lack = False
        while found := self._take(_REPEAT):
            is_repeated = True
            may_lack = may_lack or found[0][0] in "*?" or (found[1] is not None and int(found[1]) == 0)
        return is_repeated, may_lack

    def _part(self) -> _Part:
        character = self._next()
        if character == "(":
            return self._group()
        if character == "\\":
            return self._escaped()
        if character == "[" and self._take(_CLASS):
            return _Part()
        self._at += 1
        return _Part() if character in ".^$[" else _Part(character)

    def _group(self) -> _Part:
        self._take(_GROUP)
        inner = self.alternatives()
        self._at += 1
        return inner

    def _escaped(self) -> _Part:
        found = self._take(_ESCAPED)
        letter = found[0][1:] if found else ""
        if letter in _CONTROLS:
            return _Part(_CONTROLS[letter])
        return _Part(letter) if len(letter) == 1 and not letter.isalnum() else _Part()


def _of_alternatives(branches: Sequence[_Part]) -> tuple[Need, ...]:
    """One need: of each branch its best, if each has one."""
    best: list[str] = []
    for branch in branches:
        needs = branch.own_needs()
        if not needs:
            return ()
        best += max(needs, key=lambda need: min(map(len, need)))
    return (tuple(dict.fromkeys(best)),) if len(best) <= _MOST_ALTERNATIVES else ()

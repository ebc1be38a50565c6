"""Random values of each kind of column."""

import random
import string
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from differential.writers import Cell

# Texts that readers stumble over.
ODD_TEXTS: Final = (
    "",
    " ",
    "NA",
    "null",
    "None",
    "nan",
    "1",
    "1.0",
    "007",
    "1e5",
    "true",
    "2020-01-01",
    "2020-01-01T12:00:00Z",
    'a "quote"',
    "a,b;c\td",
    "'single'",
    "a | b",
    "café",
    "é — 日本 🙂",
    "two\nlines",
)


def _text(chance: random.Random) -> Cell:
    if chance.random() < 0.35:
        return chance.choice(ODD_TEXTS)
    return "".join(chance.choices(string.ascii_letters + "  .,ßé", k=chance.randrange(1, 16))) or "a"


def _whole(chance: random.Random) -> int:
    return chance.choice((0, 1, -1, chance.randrange(-(2**31), 2**31), chance.randrange(2**40)))


def _number(chance: random.Random) -> float:
    return round(chance.uniform(-1e6, 1e6), 3)


def _either(chance: random.Random) -> Cell:
    choices: tuple[Cell, ...] = ("x", ["x", 1], {"a": "x"}, 5, None)
    return chance.choice(choices)


def _call(chance: random.Random) -> Cell:
    values: tuple[Cell, ...] = (1, "x", [2])
    return {"role": "assistant", "calls": [{"arguments": {chance.choice("ab"): chance.choice(values)}}]}


def _content(chance: random.Random) -> Cell:
    choices: tuple[Cell, ...] = ("x", [{"type": "text", "text": "x"}], None)
    return chance.choice(choices)


CELLS: Final[Mapping[str, Callable[[random.Random], Cell]]] = {
    "text": _text,
    "whole": _whole,
    "number": _number,
    "truth": lambda chance: chance.random() < 0.5,
    "big": lambda chance: chance.randrange(2**53, 2**63),
    "huge": lambda chance: chance.randrange(2**63, 2**65),
    "date": lambda chance: str(date(2020, 1, 1) + timedelta(days=chance.randrange(1000))),
    "time": lambda chance: f"2020-01-{chance.randrange(1, 29):02d}T12:00:{chance.randrange(60):02d}",
    "mixed": lambda chance: chance.choice((_whole, _text))(chance),
    "whole or number": lambda chance: chance.choice((_whole, _number))(chance),
    "truth or text": lambda chance: chance.choice((True, "yes")),
    "nothing": lambda _chance: None,
    "words": lambda chance: list(chance.choices(("a", "b", ""), k=chance.randrange(4))),
    "pair": lambda chance: {"en": chance.choice(("one", "")), "de": chance.choice(("eins", "zwei"))},
    "ragged pair": lambda chance: dict.fromkeys(chance.sample(("en", "de", "fr"), chance.randrange(1, 4)), "x"),
    "turns": lambda chance: [{"role": "user", "content": _text(chance)} for _ in range(chance.randrange(3))],
    "either": _either,
    "calls": lambda chance: [_call(chance) for _ in range(chance.randrange(3))],
    "contents": lambda chance: [{"role": "user", "content": _content(chance)} for _ in range(chance.randrange(1, 3))],
    "nested": lambda chance: [[_whole(chance)], []],
}
PLAIN: Final = ("text", "whole", "number", "truth")
ODD_FLAT: Final = ("big", "huge", "date", "time", "mixed", "whole or number", "truth or text")
ODD_NESTED: Final = (
    *ODD_FLAT,
    "nothing",
    "words",
    "pair",
    "ragged pair",
    "turns",
    "nested",
    "either",
    "calls",
    "contents",
)
# What a column of every row must be where a file says its types itself.
TYPED: Final = ("text", "whole", "number", "truth", "big", "date", "words", "pair", "turns", "nested", "nothing")

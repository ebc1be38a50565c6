"""Texts on which tokenizers differ: what a new engine must get right before it may touch anybody's data.

``probe_texts`` is the quick set that every job starts with; ``edge_case_texts`` is the thorough set for tests and benches.
Both are the same each time, and both contain the tokenizer's own added tokens glued to all sorts of things.
"""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

EDGE_CASES: Final = (
    "",
    " ",
    "a",
    "\x00",
    "\ufeff",
    "\u200b\u200d\u2060",
    "\U0010ffff\ufffd",
    "don't I'LL we'Ve it's 'S 's'' ’s",
    "x=1;y+=2//z  /* c */\n\n\n\tif(a){b}\r\n",
    "3.14159 1,000,000 12345678901234567890 ١٢٣ ４２ Ⅷ ² ½",
    "naïve Ünïcødé e\u0301\u0323 \u1100\u1161\u11a8 각 ｶﾞ ﬁ Å Å İi ẞß ǅ",
    "日本語の文章、中文句子。한국어 문장 ภาษาไทย हिन्दी עִבְרִית العَرَبِيّة",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇯🇵👍🏽❤️1️⃣",
    "_foo__bar_ CamelCaseWord HTTPServer snake_case kebab-case ALLCAPS",
    "https://example.org/a?b=c&d=%20#e <div class='x'>&nbsp;</div> \\n \\u0041",
    "....!!!???---___***### ,,;;:: ((([[[{{{ \"\"'' ``` ~~~",
)
_SPACES: Final = " \t\n\r\x0b\x0c\x1c\x85\xa0\u1680\u2003\u2028\u202f\u205f\u3000"
_GLUE: Final = ("", " ", "  ", "\n", "a", "A1", "é", "'s", ".", "▁", "日", "<", "\u200b", "\t ")
_PROBED_TOKENS: Final = 24
_BLOCK: Final = 0x80
_LONG: Final = 100_000


def probe_texts(added: Sequence[str]) -> list[str]:
    """Some 600 short texts, ``added`` being the tokenizer's added tokens."""
    chosen = added if len(added) <= _PROBED_TOKENS else added[:: len(added) // _PROBED_TOKENS][:_PROBED_TOKENS]
    return [*EDGE_CASES, *_space_runs(4), *_mixtures(200, 40, seed=1), *_glued(chosen), "ab" * 3_000, "é" * 3_000]


def edge_case_texts(added: Sequence[str]) -> list[str]:
    """At least 5,000 texts, some of a megabyte: every block of Unicode, spaces, digits, controls, added tokens."""
    texts = [*probe_texts(added), *_space_runs(40), *_blocks(), *_mixtures(2_500, 120, seed=2)]
    texts += _glued(random.Random(3).sample(list(added), min(len(added), 60)))  # noqa: S311 (a sample, not a secret)
    long = (
        letter * (_LONG // len(letter)) for letter in ("a", " ", "\n", "1", "é", "日本", "ab1é", "!?", "🤗", "\x00")
    )
    return [*texts, *long, "abcdefghij" * _LONG]


def _space_runs(most: int) -> Iterator[str]:
    for space in _SPACES:
        for length in range(1, most + 1):
            yield space * length
            yield f"a{space * length}b{space * length}"
    yield from (f" {first}{second} x" for first in _SPACES for second in _SPACES)


def _blocks() -> Iterator[str]:
    """Every assigned character of Unicode, in its block's order: together, apart, and among Latin letters."""
    for start in range(0, 0x110000, _BLOCK):
        points = (chr(point) for point in range(start, start + _BLOCK))
        letters = [point for point in points if unicodedata.category(point) not in ("Cn", "Cs", "Co")]
        if letters:
            yield "".join(letters)
            yield " ".join(letters)
            yield "".join(f"x{letter}" for letter in letters)


def _mixtures(count: int, length: int, *, seed: int) -> Iterator[str]:
    """Characters of few kinds at random, because seams between kinds are where splitting goes wrong."""
    chance = random.Random(seed)  # noqa: S311 (the same texts each time)
    kinds = (
        "abcdeABCDE",
        "0123456789²٣",
        _SPACES,
        "'’.,;:!?-_/\\()[]{}<>|@#$%^&*+=~`\"",
        "éßøñçžİıſǅʰ",
        "\u0300\u0301\u0323\u05b0\u093c\u0e34\u1161\u11a8\ufe0f\u200d",
        "日本語中文한글かなカナ",
        "🤗👍🏽🇩🇪\U0001d518\U00010380",
        "\x00\x01\x1b\x7f\x80\x9f\xad\ufeff\ufffe\U000e0001",
        "абвΑΒΓאבגابتहिं",
    )
    for _number in range(count):
        some = chance.sample(kinds, chance.randint(2, 4))
        yield "".join(chance.choice(chance.choice(some)) for _place in range(chance.randint(1, length)))


def _glued(added: Sequence[str]) -> Iterator[str]:
    for number, token in enumerate(added):
        other = added[number - 1]
        yield from (f"{before}{token}{before}x" for before in _GLUE)
        yield from (
            token + other,
            f"{token} {other}",
            token * 3,
            token[:-1],
            token[1:],
            token.upper(),
            token + token[0],
        )

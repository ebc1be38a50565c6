"""Texts on which tokenizers differ: an engine must get them right before it may encode a dataset.

Every job starts with ``probe_texts``, the quick set; tests and benches use ``edge_case_texts``, the thorough set. Both
are the same each time, and both contain the tokenizer's own added tokens beside characters of many kinds.
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
_REPEATS: Final = ("ab" * 3_000, "é" * 3_000)
_LONG: Final = 100_000


def probe_texts(added: Sequence[str]) -> list[str]:
    """Return about 600 short texts; ``added`` are the tokenizer's added tokens."""
    chosen = added if len(added) <= _PROBED_TOKENS else added[:: len(added) // _PROBED_TOKENS][:_PROBED_TOKENS]
    return [*EDGE_CASES, *_make_space_runs(4), *_make_mixtures(200, 40, seed=1), *_glue_tokens(chosen), *_REPEATS]


def edge_case_texts(added: Sequence[str]) -> list[str]:
    """Return at least 5,000 texts, some of a megabyte: all of Unicode, spaces, digits, controls, added tokens."""
    texts = [*probe_texts(added), *_make_space_runs(40), *_make_blocks(), *_make_mixtures(2_500, 120, seed=2)]
    texts += _glue_tokens(random.Random(3).sample(list(added), min(len(added), 60)))  # noqa: S311 (a sample, not a secret)
    long = (
        letter * (_LONG // len(letter)) for letter in ("a", " ", "\n", "1", "é", "日本", "ab1é", "!?", "🤗", "\x00")
    )
    return [*texts, *long, "abcdefghij" * _LONG]


def _make_space_runs(most: int) -> Iterator[str]:
    for space in _SPACES:
        for length in range(1, most + 1):
            yield space * length
            yield f"a{space * length}b{space * length}"
    yield from (f" {first}{second} x" for first in _SPACES for second in _SPACES)


def _make_blocks() -> Iterator[str]:
    """Yield the assigned characters of each block: joined, separated by spaces, and among Latin letters."""
    for start in range(0, 0x110000, _BLOCK):
        points = (chr(point) for point in range(start, start + _BLOCK))
        letters = [point for point in points if unicodedata.category(point) not in ("Cn", "Cs", "Co")]
        if letters:
            yield "".join(letters)
            yield " ".join(letters)
            yield "".join(f"x{letter}" for letter in letters)


def _make_mixtures(count: int, length: int, *, seed: int) -> Iterator[str]:
    """Yield random characters of a few kinds: engines split texts differently where kinds meet."""
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


def _glue_tokens(added: Sequence[str]) -> Iterator[str]:
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

"""Texts on which tokenizers differ: an engine must get them right before it may encode a dataset.

Every job starts with ``probe_texts``, the quick set; tests and benches use ``edge_case_texts``, the thorough set. Both
are the same each time, and both contain the tokenizer's own added tokens beside characters of many kinds.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from mistudio.corpus.encoders.unicode_tables import list_different_characters

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
# Where Unicode assigns characters, or may next: by rows of 16, and large blocks of one script by rows of 256.
_ROWS: Final = (
    range(0x80, 0x3400, 16),
    range(0x3400, 0xA000, 256),
    range(0xA000, 0xAC00, 16),
    range(0xAC00, 0xD800, 256),
    range(0xF900, 0x17000, 16),
    range(0x17000, 0x18D00, 256),
    range(0x18D00, 0x20000, 16),
    range(0x20000, 0x34000, 256),
    range(0xE0000, 0xE0200, 16),
)
_SAMPLES_PER_TEXT: Final = 50
_REPEATS: Final = ("ab" * 3_000, "é" * 3_000)
_LONG: Final = 100_000


def probe_texts(added: Sequence[str]) -> list[str]:
    """Return about 700 short texts; ``added`` are the tokenizer's added tokens."""
    chosen = added if len(added) <= _PROBED_TOKENS else added[:: len(added) // _PROBED_TOKENS][:_PROBED_TOKENS]
    mixtures = (*_make_space_runs(4), *_make_mixtures(200, 40, seed=1), *_make_samples())
    return [*EDGE_CASES, *mixtures, *_glue_tokens(chosen), *_REPEATS]


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


def _make_samples() -> Iterator[str]:
    """Yield a character of every row in several contexts.

    Characters that the engines classify differently are in texts of their own: such texts go to the reference.
    """
    is_different = _flag_different()
    for flag in (0, 1):
        points = (is_different.find(flag, row, row + 16) for row in chain(*_ROWS))
        samples = [chr(point) for point in points if point >= 0]
        for start in range(0, len(samples), _SAMPLES_PER_TEXT):
            yield "\n".join(f"a{c}1 {c}'s" for c in samples[start : start + _SAMPLES_PER_TEXT])


def _make_blocks() -> Iterator[str]:
    """Yield the characters of each block, assigned or not: joined, separated by spaces, and among Latin letters."""
    is_different = _flag_different()
    for start in chain(range(0, 0xD800, _BLOCK), range(0xF900, 0x34000, _BLOCK), range(0xE0000, 0xE0200, _BLOCK)):
        for flag in (0, 1):
            letters = [chr(point) for point in range(start, start + _BLOCK) if is_different[point] == flag]
            if letters:
                yield "".join(letters)
                yield " ".join(letters)
                yield "".join(f"x{letter}" for letter in letters)


def _flag_different() -> bytearray:
    """Return a byte for each code point: 1 if the engines classify it differently, else 0."""
    flags = bytearray(0x110000)
    for part in list_different_characters():
        flags[part.start : part.stop] = b"\1" * len(part)
    return flags


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

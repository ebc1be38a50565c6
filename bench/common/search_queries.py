"""Search queries drawn from the data itself: words of known frequency, phrases, substrings, patterns."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from mistudio.corpus.store.dataset_store import DatasetStore

PER_KIND: Final = 20
_LATIN: Final = re.compile(r"\b[a-z]{2,}\b")


@dataclass(frozen=True)
class QueryKind:
    """Queries of one kind; ``is_common`` if each has a thousand pages of hits."""

    name: str
    mode: str
    queries: tuple[str, ...]
    is_common: bool = False


def draw_queries(folder: Path) -> list[QueryKind]:
    """Return queries of every kind, the same for the same data."""
    texts, chance = _LatinTexts(folder), random.Random(11)
    top, middle, frequent = texts.words[:40], texts.words[100:1_000], texts.words[:2_000]

    def many(draw: Callable[[], str]) -> tuple[str, ...]:
        return tuple(draw() for _number in range(PER_KIND))

    return [
        QueryKind("rare word", "words", tuple(chance.sample(texts.rare_words, PER_KIND))),
        QueryKind("common word", "words", tuple(top[:PER_KIND]), is_common=True),
        QueryKind("two words", "words", many(lambda: " ".join(chance.sample(middle, 2)))),
        QueryKind("phrase", "words", many(lambda: texts.draw_phrase(chance))),
        QueryKind("phrase of two common words", "words", many(lambda: '"' + " ".join(chance.sample(top, 2)) + '"')),
        QueryKind("prefix", "words", many(lambda: chance.choice(frequent)[:3] + "*"), is_common=True),
        QueryKind("exact, a word", "exact", many(lambda: chance.choice(middle)), is_common=True),
        QueryKind("exact, 25 characters", "exact", many(lambda: texts.draw_substring(25, chance))),
        QueryKind("regex", "regex", many(lambda: _draw_regex(texts.words[:60], chance))),
        QueryKind("regex, rare", "regex", many(lambda: rf"\w+{chance.choice(texts.rare_words)[-4:]}\d?[.,]\s")),
    ]


def _draw_regex(words: Sequence[str], chance: random.Random) -> str:
    return rf"\b{chance.choice(words)}\W+\w+{chance.choice('aeiou')}\b"


class _LatinTexts:
    """Some of the dataset's Latin texts; their words, the most frequent first; the words that occur in one text."""

    def __init__(self, folder: Path) -> None:
        store = DatasetStore(folder)
        texts = [text for group in islice(store.groups(), 0, 400, 20) for text in store.texts(group).to_pylist()]
        self._texts: list[str] = [text for text in texts if text.isascii() and len(text) > 200]
        counts = Counter(word for text in self._texts for word in set(_LATIN.findall(text)))
        self.words = [word for word, _count in counts.most_common()]
        self.rare_words = [word for word, count in counts.items() if count == 1 and len(word) > 6]

    def draw_substring(self, length: int, chance: random.Random) -> str:
        """Return a substring of a random text."""
        text = chance.choice(self._texts)
        start = chance.randrange(len(text) - length)
        return text[start : start + length]

    def draw_phrase(self, chance: random.Random) -> str:
        """Return three consecutive words of a random text, quoted."""
        words = _LATIN.findall(chance.choice(self._texts))
        start = chance.randrange(len(words) - 2)
        return f'"{words[start]} {words[start + 1]} {words[start + 2]}"'

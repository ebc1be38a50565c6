"""What is searched for, taken from the data itself: words of known frequency, phrases, pieces, patterns."""

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from mistudio.corpus.store.dataset_store import DatasetStore

PER_KIND: Final = 20
_LATIN: Final = re.compile(r"\b[a-z]{2,}\b")


@dataclass(frozen=True)
class Kind:
    """Searches of one kind; ``is_common`` if each has hits for a thousand pages."""

    name: str
    mode: str
    queries: tuple[str, ...]
    is_common: bool = False


def kinds(folder: Path) -> list[Kind]:
    """All kinds, the same for the same data."""
    store, chance = DatasetStore(folder), random.Random(11)
    texts = [text for group in islice(store.groups(), 0, 400, 20) for text in store.texts(group).to_pylist()]
    latin: list[str] = [text for text in texts if text.isascii() and len(text) > 200]
    counts = Counter(word for text in latin for word in set(_LATIN.findall(text)))
    ranked = [word for word, _count in counts.most_common()]
    rare = [word for word, count in counts.items() if count == 1 and len(word) > 6]
    middle = ranked[100:1_000]

    def many(make: Callable[[], str]) -> tuple[str, ...]:
        return tuple(make() for _number in range(PER_KIND))

    def piece(length: int) -> str:
        text = chance.choice(latin)
        start = chance.randrange(len(text) - length)
        return text[start : start + length]

    def phrase() -> str:
        words = _LATIN.findall(chance.choice(latin))
        start = chance.randrange(len(words) - 2)
        return f'"{words[start]} {words[start + 1]} {words[start + 2]}"'

    top = ranked[:40]
    return [
        Kind("rare word", "words", tuple(chance.sample(rare, PER_KIND))),
        Kind("common word", "words", tuple(top[:PER_KIND]), is_common=True),
        Kind("two words", "words", many(lambda: " ".join(chance.sample(middle, 2)))),
        Kind("phrase", "words", many(phrase)),
        Kind("phrase of two common words", "words", many(lambda: '"' + " ".join(chance.sample(top, 2)) + '"')),
        Kind("prefix", "words", many(lambda: chance.choice(ranked[:2_000])[:3] + "*"), is_common=True),
        Kind("exact, a word", "exact", many(lambda: chance.choice(middle)), is_common=True),
        Kind("exact, 25 characters", "exact", many(lambda: piece(25))),
        Kind("regex", "regex", many(lambda: rf"\b{chance.choice(ranked[:60])}\W+\w+{chance.choice('aeiou')}\b")),
        Kind("regex, rare", "regex", many(lambda: rf"\w+{chance.choice(rare)[-4:]}\d?[.,]\s")),
    ]

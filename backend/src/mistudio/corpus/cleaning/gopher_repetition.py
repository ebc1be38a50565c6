"""The repetition rules of Gopher, with the decisions and the reasons of datatrove's GopherRepetitionFilter."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Final

from mistudio.corpus.cleaning.steps import GopherRepetition

_PARAGRAPHS: Final = re.compile(r"\n{2,}")
_LINES: Final = re.compile(r"\n+")


class GopherRepetitionRules:
    """Finds the first rule that a text breaks."""

    def __init__(self, rules: GopherRepetition) -> None:
        self._rules = rules

    def find_reason(self, text: str, words: Sequence[str]) -> str | None:
        """Return the name of the first rule that ``text`` breaks; None if it breaks none."""
        if not text:
            return "empty"
        rules = self._rules
        return (
            _check_parts(_PARAGRAPHS.split(text.strip()), text, "para", rules.dup_para_frac, rules.dup_para_char_frac)
            or _check_parts(_LINES.split(text), text, "line", rules.dup_line_frac, rules.dup_line_char_frac)
            or self._check_top(text, words)
            or self._check_duplicates(text, words)
        )

    def _check_top(self, text: str, words: Sequence[str]) -> str | None:
        for size, limit in self._rules.top_n_grams:
            if len(words) >= size and _count_top_characters(words, size) / len(text) > limit:
                return f"top_{size}_gram"
        return None

    def _check_duplicates(self, text: str, words: Sequence[str]) -> str | None:
        joined, offsets = "".join(words), [0, *accumulate(map(len, words))]
        for size, limit in self._rules.dup_n_grams:
            grams = [joined[start:stop] for start, stop in zip(offsets, offsets[size:], strict=False)]
            if len(set(grams)) < len(grams) and _count_repeated_characters(grams, size) / len(text) > limit:
                return f"duplicated_{size}_n_grams"
        return None


def _check_parts(
    parts: Sequence[str], text: str, name: str, most_parts: float | None, most_characters: float | None
) -> str | None:
    seen: set[str] = set()
    repeated = characters = 0
    for part in parts:
        if part in seen:
            repeated += 1
            characters += len(part)
        seen.add(part)
    if most_parts is not None and repeated / len(parts) > most_parts:
        return f"dup_{name}_frac"
    if most_characters is not None and characters / len(text) > most_characters:
        return f"dup_{name}_char_frac"
    return None


def _count_top_characters(words: Sequence[str], size: int) -> int:
    """Return the characters of all occurrences of the most frequent n-gram, the first one of several."""
    counts = Counter(zip(*(words[start:] for start in range(size)), strict=False))
    gram, count = max(counts.items(), key=itemgetter(1))
    return len(" ".join(gram)) * count


def _count_repeated_characters(grams: Sequence[str], size: int) -> int:
    """Return the characters of the n-grams that occurred before; those counted do not overlap."""
    seen: set[str] = set()
    characters = place = 0
    while place < len(grams):
        gram = grams[place]
        if gram in seen:
            characters += len(gram)
            place += size
        else:
            seen.add(gram)
            place += 1
    return characters

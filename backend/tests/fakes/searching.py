"""Search by brute force: words, exact texts and patterns implemented once more in plain Python."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mistudio.corpus.search.search import SearchRequest

# Characters that are words by themselves, by their names in Unicode.
_SINGLE = re.compile(
    r"CJK UNIFIED|HANGUL SYLLABLE|HANGUL LETTER|HIRAGANA LETTER|KATAKANA LETTER|KATAKANA-HIRAGANA PROLONGED|THAI "
)


@cache
def fold_character(character: str) -> str:
    """Return a character in lower case without accents, joiners as nothing, everything but letters as blanks."""
    if unicodedata.combining(character) and unicodedata.name(character, "").startswith("COMBINING"):
        return ""
    if unicodedata.category(character) == "Cf":
        return " " if character == "\u200b" else ""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    name = unicodedata.name(character, "")
    if _SINGLE.search(name):
        return f" {character} "
    plain = {"ø": "o", "ł": "l", "æ": "ae"}.get(plain, plain)
    return "".join(part if unicodedata.category(part)[0] in "LMN" else " " for part in plain)


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order."""
    return "".join(map(fold_character, text)).split()


@cache
def join_words(text: str) -> str:
    """Return the words of a text, each between blanks."""
    return f" {' '.join(words_of(text))} "


def ends_in_word(text: str) -> bool:
    """Return whether the text ends in a word that could have more letters."""
    return not "".join(map(fold_character, text)).endswith(" ")


@dataclass(frozen=True)
class PlainRows:
    """Rows as (split, text, tokens), in order; ``tokens`` is None if the split is not tokenized."""

    rows: Sequence[tuple[str, str | None, int | None]]

    def find_hits(self, request: SearchRequest) -> list[int]:
        """Return the ids of all hits; every row is checked."""
        return [
            number
            for number, (split, text, tokens) in enumerate(self.rows)
            if (request.split is None or split == request.split)
            and _is_within(tokens, request.least, request.most)
            and matches(text or "", request)
        ]


def _is_within(tokens: int | None, least: int | None, most: int | None) -> bool:
    if least is None and most is None:
        return True
    return tokens is not None and (least is None or tokens >= least) and (most is None or tokens <= most)


def matches(text: str, request: SearchRequest) -> bool:
    """Return whether the text matches the request."""
    if request.mode is None:
        return True
    if request.mode == "words":
        return _has_words(text, request.text)
    pattern = re.escape(request.text) if request.mode == "exact" else _translate_re2(request.text)
    return re.search(pattern, text, 0 if request.case else re.IGNORECASE) is not None


def _translate_re2(pattern: str) -> str:
    """Translate a pattern of RE2, whose classes are ASCII and whose ``$`` is the very end, into one of ``re``."""

    def translate(match: re.Match[str]) -> str:
        part = match[0]
        if part == "$":
            return r"\Z"
        return f"(?a:{part})" if re.search(r"\\[bBdDsSwW]", part) else part

    return re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", translate, pattern)


def _has_words(text: str, query: str) -> bool:
    row, num_terms = join_words(text), 0
    for minus, phrase, run in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', query):
        written = phrase or run
        wanted = words_of(written)
        if not wanted:
            continue
        num_terms += 1
        is_prefix = written.endswith("*") and ends_in_word(written.rstrip("*"))
        if (f" {' '.join(wanted)}{'' if is_prefix else ' '}" in row) == bool(minus):
            return False
    return num_terms > 0


def write_lengths(folder: Path, splits: Mapping[str, Sequence[int]]) -> Path:
    """Write the folder of a tokenization that has only the number of tokens per row."""
    for split, counts in splits.items():
        (folder / split).mkdir(parents=True)
        np.save(folder / split / "lengths.npy", np.array(counts, dtype=np.uint32))
    return folder

"""Searching by brute force: what the words, an exact text or a pattern mean, said once more in plain Python."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mistudio.corpus.search.search import SearchRequest

# Where a character is a word by itself, by Unicode's names of characters.
_SINGLE = re.compile(
    r"CJK UNIFIED|HANGUL SYLLABLE|HANGUL LETTER|HIRAGANA LETTER|KATAKANA LETTER|KATAKANA-HIRAGANA PROLONGED|THAI "
)


@cache
def word_parts(character: str) -> str:
    """A character as words are compared: lower case, without accents; nothing of what only joins; others as blanks."""
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
    """The words of a text, in order."""
    return "".join(map(word_parts, text)).split()


@cache
def row_of_words(text: str) -> str:
    """The words of a text, each between blanks."""
    return f" {' '.join(words_of(text))} "


def goes_on(text: str) -> bool:
    """Whether the text ends within a word that could have more letters."""
    return not "".join(map(word_parts, text)).endswith(" ")


@dataclass(frozen=True)
class Corpus:
    """Rows as (split, text, tokens), in order; tokens None where the split is not tokenized."""

    rows: Sequence[tuple[str, str | None, int | None]]

    def hits(self, request: SearchRequest) -> list[int]:
        """The ids of all hits, by looking at every row."""
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
    """Whether the text is what the request looks for."""
    if request.mode is None:
        return True
    if request.mode == "words":
        return _has_words(text, request.text)
    pattern = re.escape(request.text) if request.mode == "exact" else _as_re2_means(request.text)
    return re.search(pattern, text, 0 if request.case else re.IGNORECASE) is not None


def _as_re2_means(pattern: str) -> str:
    """RE2's classes are of ASCII, and its end of a text is the very end."""

    def meant(found: re.Match[str]) -> str:
        piece = found[0]
        if piece == "$":
            return r"\Z"
        return f"(?a:{piece})" if re.search(r"\\[bBdDsSwW]", piece) else piece

    return re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", meant, pattern)


def _has_words(text: str, query: str) -> bool:
    row, asked = row_of_words(text), 0
    for minus, phrase, run in re.findall(r'(-?)(?:"([^"]*)"|([^\s"]+))', query):
        written = phrase or run
        wanted = words_of(written)
        if not wanted:
            continue
        asked += 1
        is_prefix = written.endswith("*") and goes_on(written.rstrip("*"))
        if (f" {' '.join(wanted)}{'' if is_prefix else ' '}" in row) == bool(minus):
            return False
    return asked > 0


def write_lengths(folder: Path, splits: Mapping[str, Sequence[int]]) -> Path:
    """A tokenization's folder that has nothing but the tokens per row."""
    for split, counts in splits.items():
        (folder / split).mkdir(parents=True)
        np.save(folder / split / "lengths.npy", np.array(counts, dtype=np.uint32))
    return folder

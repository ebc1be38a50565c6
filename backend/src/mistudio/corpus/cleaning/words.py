"""Splits English text into words and counts sentences exactly as spaCy's rules do, which datatrove's filters use.

The rules, the exceptions and the punctuation come from ``english_words.json`` (spaCy 3.8, MIT licence). spaCy itself
would add 200 MB and split more slowly: here each distinct chunk between blanks is split once and then looked up.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate, chain
from typing import Final

from mistudio.corpus.cleaning.word_table import WordTable

_TAIL: Final = 128
# The time of splitting grows with the square of the length of a chunk of brackets: a second for this one.
_MAX_CHUNK: Final = 20_000
_RUNS: Final = re.compile(r"\s+|\S+")

Words = tuple[str, ...]


class WordRules:
    """The rules that split one chunk, which has no blanks, into words."""

    def __init__(self) -> None:
        content = resources.files(__package__).joinpath("english_words.json").read_text(encoding="utf-8")
        data = json.loads(content)
        # All prefixes begin with "^", so a search would only try every other place in vain.
        self._prefix = re.compile(data["prefix"]).match
        self._search_suffix = re.compile(data["suffix"]).search
        self._infixes = re.compile(data["infix"]).finditer
        self._url = re.compile(data["url"]).match
        self.exceptions: dict[str, Words] = {key: tuple(parts) for key, parts in data["exceptions"].items()}
        self.punctuation = frozenset(data["punctuation"])
        self.sentence_ends = frozenset(data["sentence_ends"])
        self.phrases = self._list_phrases()

    def _suffix(self, text: str) -> int:
        """Return the length of the suffix of ``text``; 0 if it has none.

        A search tries every place of a text, which takes too long for thousands of brackets. No suffix but a run of
        dots is longer than half of a tail.
        """
        if len(text) > _TAIL:
            tail = text[-_TAIL:]
            if tail[_TAIL // 2 :].strip("."):
                return _length(self._search_suffix(tail, _TAIL // 2))
        return _length(self._search_suffix(text))

    def _list_phrases(self) -> dict[str, list[Words]]:
        """Return the exceptions that affixes take apart, as the words they become, by their first word."""
        phrases: dict[str, list[Words]] = {}
        for key in self.exceptions:
            if not key.isspace() and (self._prefix(key) or self._suffix(key) or next(self._infixes(key), None)):
                words = self._split(key, {})
                phrases.setdefault(words[0], []).append(words)
        return phrases

    def split(self, chunk: str) -> Words:
        """Return the words of a chunk, before exceptions are put together again; a huge chunk is one word."""
        if len(chunk) > _MAX_CHUNK:
            return (chunk,)
        return self._split(chunk, self.exceptions)

    def _split(self, chunk: str, exceptions: dict[str, Words]) -> Words:
        prefixes, rest, suffixes = self._split_affixes(chunk, exceptions)
        return (*prefixes, *self._split_rest(rest, exceptions), *reversed(suffixes))

    def _split_affixes(self, text: str, exceptions: dict[str, Words]) -> tuple[list[str], str, list[str]]:
        prefixes: list[str] = []
        suffixes: list[str] = []
        last_length = 0
        while text and len(text) != last_length and text not in exceptions:
            last_length = len(text)
            before = _length(self._prefix(text))
            if before and text[before:] in exceptions:
                prefixes.append(text[:before])
                return prefixes, text[before:], suffixes
            after = self._suffix(text[before:])
            if after and text[:-after] in exceptions:
                suffixes.append(text[-after:])
                return prefixes, text[:-after], suffixes
            if before:
                prefixes.append(text[:before])
            if after:
                suffixes.append(text[-after:])
            text = text[before : len(text) - after]
        return prefixes, text, suffixes

    def _split_rest(self, text: str, exceptions: dict[str, Words]) -> Sequence[str]:
        if not text:
            return ()
        if text in exceptions:
            return exceptions[text]
        if self._url(text):
            return (text,)
        words, start = [], 0
        for match in self._infixes(text):
            if match.start() == 0:
                continue
            words += [text[start : match.start()], match.group()]
            start = match.end()
        return [word for word in (*words, text[start:]) if word]

    def join_exceptions(self, words: Sequence[str], starts: Sequence[int], text: str) -> list[str]:
        """Return the words with the exceptions that affixes took apart put together; ``starts`` are their places."""
        spans = dict(self._find_spans(words))
        joined: list[str] = []
        place = 0
        while place < len(words):
            length = spans.get(place, 1)
            last = place + length - 1
            parts = self.exceptions.get(text[starts[place] : starts[last] + len(words[last])]) if length else None
            joined += parts if parts and place in spans else words[place : place + length]
            place += length
        return joined

    def _find_spans(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield start and number of words of the matches that count: the longest first, then the first."""
        seen: set[int] = set()
        matches = [
            (place, len(phrase))
            for place, word in enumerate(words)
            for phrase in self.phrases.get(word, ())
            if tuple(words[place : place + len(phrase)]) == phrase
        ]
        for place, length in sorted(matches, key=lambda match: (-match[1], match[0])):
            if place not in seen and place + length - 1 not in seen:
                yield place, length
            seen.update(range(place, place + length))


def _length(match: re.Match[str] | None) -> int:
    return match.end() - match.start() if match else 0


class WordSplitter:
    """Splits texts into words and counts their sentences; not safe for several threads."""

    def __init__(self) -> None:
        self.rules = get_rules()
        self._chunks = WordTable(self._split_chunk)
        # Chunks whose words depend on their neighbours.
        self._joined: set[str] = set()

    def split(self, text: str) -> list[str]:
        """Return the words of ``text``, without blanks."""
        self._chunks.limit()
        chunks = text.split()
        words = list(chain.from_iterable(map(self._chunks.__getitem__, chunks)))
        if self._joined.isdisjoint(chunks):
            return words
        return [word for word in self._split_with_blanks(text) if not word.isspace()]

    def _split_chunk(self, chunk: str) -> Words:
        words = self.rules.split(chunk)
        if not self.rules.phrases.keys().isdisjoint(words):
            starts = list(accumulate(map(len, words[:-1]), initial=0))
            if tuple(self.rules.join_exceptions(words, starts, chunk)) != words:
                self._joined.add(chunk)
        return words

    def count_sentences(self, line: str) -> int:
        """Return the number of sentences, at least 1."""
        sentences, is_ended = 1, False
        for word in self._split_with_blanks(line):
            if word in self.rules.sentence_ends:
                is_ended = True
            elif is_ended and not _is_punctuation(word):
                sentences += 1
                is_ended = False
        return sentences

    def _split_with_blanks(self, text: str) -> list[str]:
        """Return all words and the blanks between them, save one space after each word."""
        words: list[str] = []
        starts: list[int] = []
        is_joined = False
        for run in _RUNS.finditer(text):
            chunk, start = run.group(), run.start()
            if chunk.isspace():
                skipped = 1 if words and chunk[0] == " " else 0
                parts: Words = (chunk[skipped:],) if len(chunk) > skipped else ()
                start += skipped
            else:
                parts = self._chunks[chunk]
                is_joined = is_joined or chunk in self._joined
            for part in parts:
                words.append(part)
                starts.append(start)
                start += len(part)
        return self.rules.join_exceptions(words, starts, text) if is_joined else words


@cache
def get_rules() -> WordRules:
    """Return the rules, which are read once in a process."""
    return WordRules()


@cache
def _is_punctuation_character(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _is_punctuation(word: str) -> bool:
    return all(map(_is_punctuation_character, word))

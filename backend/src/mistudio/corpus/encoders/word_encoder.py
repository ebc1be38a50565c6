"""An engine for tokenizers that part texts into words first: each different word is encoded once, by the reference.

What a word becomes then depends on nothing beside it. The library takes about a microsecond for a character, and most
words of a text were there before; which tokenizers are of this kind says ``mistudio.corpus.encoders.compatibility``.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.encoders.encoders import ReferenceEncoder, Texts, flat_texts
from mistudio.corpus.encoders.encoding import Encoded

# White space in ASCII that every such tokenizer takes for the end of a word, and makes no token of.
_SPACES: Final = b" \t\n\r"

# Bytes of text that are looked at together: enough for words to repeat in, little beside everything else in memory.
_WINDOW: Final = 4 << 20
# Bytes in which the end of a word is sought at once.
_STEP: Final = 1 << 16
# Words that are remembered, and bytes in them, before all are forgotten: about a hundred megabytes.
_MOST_WORDS: Final = 1 << 19
_MOST_BYTES: Final = 1 << 25


class _Words:
    """The words that are remembered by their numbers; the ids of word i are ``ids[offsets[i]:offsets[i + 1]]``."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.bytes = 0
        self.ids = np.zeros(0, np.int32)
        self.offsets = np.zeros(1, np.int64)

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget them."""
        return len(self.numbers) > _MOST_WORDS or self.bytes > _MOST_BYTES

    def add(self, words: list[bytes], encoded: Encoded) -> Ints:
        """Remember new words; their numbers."""
        numbers = np.arange(len(words)) + len(self.numbers)
        self.numbers.update(zip(words, numbers.tolist(), strict=True))
        self.bytes += sum(map(len, words))
        self.offsets = np.concatenate([self.offsets, encoded.offsets[1:] + len(self.ids)])
        self.ids = np.concatenate([self.ids, encoded.ids])
        return numbers


class WordEncoder:
    """Encodes with ``reference``, each different word once, in flat memory. One caller at a time.

    Words end at white space, and each of ``marks`` (ASCII characters) is a word of its own.
    """

    def __init__(self, reference: ReferenceEncoder, *, marks: str) -> None:
        self._reference = reference
        self._is_space = _table(_SPACES)
        self._is_mark = _table(marks.encode("ascii"))
        self._words = _Words()

    @property
    def name(self) -> str:
        """The engine and its version."""
        return f"{self._reference.name}, each word once"

    def encode(self, texts: Texts) -> Encoded:
        """The ids of every text; a null is read as an empty text. Blocks."""
        letters, ends = flat_texts(texts)
        offsets = np.zeros(len(ends), np.int64)
        parts = [np.zeros(0, np.int32)]
        total = 0
        for start, stop in self._windows(letters, ends):
            first, last = np.searchsorted(ends, (start, stop))
            ids, before = self._encode(letters[start:stop], ends[first:last] - start)
            offsets[first:last] = total + before
            parts.append(ids)
            total += len(ids)
        offsets[np.searchsorted(ends, len(letters)) :] = total
        return Encoded(np.concatenate(parts), offsets)

    def _windows(self, letters: NDArray[np.uint8], ends: Ints) -> Iterator[tuple[int, int]]:
        """Parts of the letters, at least ``_WINDOW`` bytes long but for the last, that end where a word does."""
        start = 0
        while start < len(letters):
            least = min(start + _WINDOW, len(letters))
            stop = self._end_of_word(letters, least, int(ends[np.searchsorted(ends, least)]))
            yield start, stop
            start = stop

    def _end_of_word(self, letters: NDArray[np.uint8], start: int, stop: int) -> int:
        """The first white space from ``start`` on, else ``stop``."""
        for place in range(start, stop, _STEP):
            is_space = self._is_space[letters[place : min(place + _STEP, stop)]]
            if is_space.any():
                return place + int(is_space.argmax())
        return stop

    def _encode(self, letters: NDArray[np.uint8], text_starts: Ints) -> tuple[NDArray[np.int32], Ints]:
        """The ids of all words in these letters, and how many of them stand before each text."""
        is_space, is_mark = self._is_space[letters], self._is_mark[letters]
        begins = is_mark.copy()
        begins[1:] |= is_space[:-1] | is_mark[:-1]
        begins[:1] = True
        begins[text_starts] = True
        is_letter = ~is_space
        words = _parted(letters[is_letter], begins[is_letter]).dictionary_encode()
        numbers = self._numbers(words.dictionary)[words.indices.to_numpy()]
        starts, lengths = self._words.offsets[numbers], np.diff(self._words.offsets)[numbers]
        offsets = offsets_of(lengths)
        ids = self._words.ids[np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)]
        return ids, offsets[np.searchsorted(np.flatnonzero(begins & is_letter), text_starts)]

    def _numbers(self, words: pa.LargeBinaryArray) -> Ints:
        """By which each of these different words is remembered, from now on if it was not."""
        if self._words.is_full:
            self._words = _Words()
        known = words.to_pylist()
        numbers = np.fromiter(map(self._words.numbers.get, known, repeat(-1)), np.int64, len(known))
        new = np.flatnonzero(numbers < 0)
        if len(new):
            texts = words.take(pa.array(new)).cast(pa.large_string())
            numbers[new] = self._words.add([known[place] for place in new], self._reference.encode(texts))
        return numbers


def _parted(letters: NDArray[np.uint8], begins: NDArray[np.bool_]) -> pa.LargeBinaryArray:
    """The letters as words that begin where ``begins`` says."""
    offsets = np.append(np.flatnonzero(begins), len(begins))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def _table(characters: bytes) -> NDArray[np.bool_]:
    """For every byte, whether it is one of these."""
    return np.isin(np.arange(256), np.frombuffer(characters, np.uint8))

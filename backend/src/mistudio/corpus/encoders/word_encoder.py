"""An engine for tokenizers that split texts into words first: it encodes each distinct word once, with the reference.

The ids of a word then do not depend on its neighbours. The library takes about a microsecond per character, and most
words of a text occurred before. ``mistudio.corpus.encoders.compatibility`` decides which tokenizers are of this kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.encoders.encoders import ReferenceEncoder, Texts, flatten_texts
from mistudio.corpus.encoders.encoding import TokenIds

# ASCII white space that ends a word for every such tokenizer, and never becomes a token.
_SPACES: Final = b" \t\n\r"


@dataclass(frozen=True)
class WordLimits:
    """Sizes that affect speed and memory, never ids.

    A ``window`` of text in bytes is enough for words to repeat, and small beside everything else in memory. The search
    for the end of a word covers ``step`` bytes at a time. Beyond ``words`` words or ``word_bytes`` bytes in them, about
    a hundred megabytes in all, the cache starts empty.
    """

    window: int = 4 << 20
    step: int = 1 << 16
    words: int = 1 << 19
    word_bytes: int = 1 << 25


class _WordCache:
    """The ids of known words by number; those of word i are ``ids[offsets[i]:offsets[i + 1]]``."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.bytes = 0
        self.ids = np.zeros(0, np.int32)
        self.offsets = np.zeros(1, np.int64)

    def exceeds(self, limits: WordLimits) -> bool:
        """Return whether it has more words or bytes than the limits allow."""
        return len(self.numbers) > limits.words or self.bytes > limits.word_bytes

    def add(self, words: list[bytes], encoded: TokenIds) -> Ints:
        """Add new words and return their numbers."""
        numbers = np.arange(len(words)) + len(self.numbers)
        self.numbers.update(zip(words, numbers.tolist(), strict=True))
        self.bytes += sum(map(len, words))
        self.offsets = np.concatenate([self.offsets, encoded.offsets[1:] + len(self.ids)])
        self.ids = np.concatenate([self.ids, encoded.ids])
        return numbers


class WordEncoder:
    """Encodes each distinct word once with ``reference``, in flat memory. One caller at a time.

    Words end at white space, and each of ``marks`` (ASCII characters) is a word of its own.
    """

    def __init__(self, reference: ReferenceEncoder, *, marks: str, limits: WordLimits = WordLimits()) -> None:
        self._reference = reference
        self._limits = limits
        self._is_space = _make_byte_table(_SPACES)
        self._is_mark = _make_byte_table(marks.encode("ascii"))
        self._cache = _WordCache()

    @property
    def name(self) -> str:
        """The engine and its version."""
        return f"{self._reference.name}, each word once"

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text. Blocks."""
        letters, ends = flatten_texts(texts)
        offsets = np.zeros(len(ends), np.int64)
        parts = [np.zeros(0, np.int32)]
        total = 0
        for start, stop in self._split_into_windows(letters, ends):
            first, last = np.searchsorted(ends, (start, stop))
            ids, before = self._encode_window(letters[start:stop], ends[first:last] - start)
            offsets[first:last] = total + before
            parts.append(ids)
            total += len(ids)
        offsets[np.searchsorted(ends, len(letters)) :] = total
        return TokenIds(np.concatenate(parts), offsets)

    def _split_into_windows(self, letters: NDArray[np.uint8], ends: Ints) -> Iterator[tuple[int, int]]:
        """Yield windows that end with a word; all but the last have at least the minimum of bytes."""
        start = 0
        while start < len(letters):
            least = min(start + self._limits.window, len(letters))
            stop = self._find_end_of_word(letters, least, int(ends[np.searchsorted(ends, least)]))
            yield start, stop
            start = stop

    def _find_end_of_word(self, letters: NDArray[np.uint8], start: int, stop: int) -> int:
        """Return the first white space from ``start`` on, else ``stop``."""
        for place in range(start, stop, self._limits.step):
            is_space = self._is_space[letters[place : min(place + self._limits.step, stop)]]
            if is_space.any():
                return place + int(is_space.argmax())
        return stop

    def _encode_window(self, letters: NDArray[np.uint8], text_starts: Ints) -> tuple[NDArray[np.int32], Ints]:
        """Return the ids of all words in the window, and how many of them precede each text."""
        is_space, is_mark = self._is_space[letters], self._is_mark[letters]
        begins = is_mark.copy()
        begins[1:] |= is_space[:-1] | is_mark[:-1]
        begins[:1] = True
        begins[text_starts] = True
        is_letter = ~is_space
        words = _split_into_words(letters[is_letter], begins[is_letter]).dictionary_encode()
        numbers = self._look_up(words.dictionary)[words.indices.to_numpy()]
        starts, lengths = self._cache.offsets[numbers], np.diff(self._cache.offsets)[numbers]
        offsets = offsets_of(lengths)
        ids = self._cache.ids[np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)]
        return ids, offsets[np.searchsorted(np.flatnonzero(begins & is_letter), text_starts)]

    def _look_up(self, words: pa.LargeBinaryArray) -> Ints:
        """Return the numbers of these distinct words; unknown ones are encoded and added to the cache."""
        if self._cache.exceeds(self._limits):
            self._cache = _WordCache()
        known = words.to_pylist()
        numbers = np.fromiter(map(self._cache.numbers.get, known, repeat(-1)), np.int64, len(known))
        new = np.flatnonzero(numbers < 0)
        if len(new):
            texts = words.take(pa.array(new)).cast(pa.large_string())
            numbers[new] = self._cache.add([known[place] for place in new], self._reference.encode(texts))
        return numbers


def _split_into_words(letters: NDArray[np.uint8], begins: NDArray[np.bool_]) -> pa.LargeBinaryArray:
    """Return the letters as words; ``begins`` is true at the first letter of each."""
    offsets = np.append(np.flatnonzero(begins), len(begins))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def _make_byte_table(characters: bytes) -> NDArray[np.bool_]:
    """Return for every byte whether it is one of ``characters``."""
    return np.isin(np.arange(256), np.frombuffer(characters, np.uint8))

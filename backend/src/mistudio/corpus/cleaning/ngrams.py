"""Hashes the n-grams of many texts at once; words are those of a search, so case and accents do not count."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.search.folding import fold_array

_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_MAX_WORDS: Final = 500_000

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class NGrams:
    """The hashes of all n-grams; those of text ``i`` are ``hashes[offsets[i]:offsets[i + 1]]``."""

    hashes: Hashes
    offsets: Ints


class NGramHasher:
    """Hashes n-grams of ``size`` words; if ``keeps_short``, a text of fewer words is one n-gram."""

    def __init__(self, size: int, *, keeps_short: bool) -> None:
        self._size = size
        self._keeps_short = keeps_short
        self._known: dict[str, int] = {}

    def hash(self, texts: pa.Array) -> NGrams:
        """Return the hashes of the n-grams of each text."""
        words, word_offsets = self._hash_words(texts)
        counts = np.diff(word_offsets)
        sizes = np.minimum(counts, self._size) if self._keeps_short else np.full(len(counts), self._size)
        gram_counts = np.where(counts >= sizes, counts - sizes + 1, 0) * (counts > 0)
        offsets = offsets_of(gram_counts)
        places = np.arange(offsets[-1]) + np.repeat(word_offsets[:-1] - offsets[:-1], gram_counts)
        lengths = np.repeat(sizes, gram_counts)
        hashes = np.zeros(len(places), np.uint64)
        for index in range(self._size):
            inside = index < lengths
            # Of a short text, only its own words count.
            taken = words[np.minimum(places + index, len(words) - 1)] if len(words) else hashes
            hashes = np.where(inside, hashes * _FACTOR + taken, hashes)
        return NGrams(_mix(hashes), offsets)

    def _hash_words(self, texts: pa.Array) -> tuple[Hashes, Ints]:
        forms = pc.ascii_trim(fold_array(texts.cast(pa.large_string())), characters=" ")
        # The only blank of a form is the space.
        lists = pc.ascii_split_whitespace(forms)
        counts = np.asarray(pc.list_value_length(lists), np.int64)
        # The only word of a text without words is empty.
        counts = np.where(np.asarray(pc.binary_length(forms)) == 0, 0, counts)
        words = lists.flatten()
        coded = words.filter(pc.greater(pc.binary_length(words), 0)).dictionary_encode()
        known = np.fromiter(map(self._hash_word, coded.dictionary.to_pylist()), np.uint64, len(coded.dictionary))
        return known[np.asarray(coded.indices)], offsets_of(counts)

    def _hash_word(self, word: str) -> int:
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MAX_WORDS:
                self._known.clear()
            found = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
            self._known[word] = found
        return found


def _mix(hashes: Hashes) -> Hashes:
    """Spread the differences of sums over all bits (the finalizer of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))

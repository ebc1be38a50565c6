"""Finds texts that are equal, by a hash of 128 bits each: 16 bytes of memory per document."""

import hashlib
import re
import unicodedata
from typing import Final

import numpy as np
import numpy.typing as npt

from mistudio.corpus.arrays import Ids
from mistudio.corpus.cleaning.documents import Documents, Duplicates
from mistudio.corpus.cleaning.steps import DedupExact

_HASH_BYTES: Final = 16
_BLANKS: Final = re.compile(r"\s+")

Halves = npt.NDArray[np.uint64]


def normalize_text(text: str) -> str:
    """Return ``text`` in Unicode's form NFC, with case folded and one space for each run of blanks."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text.casefold())).strip()


class ExactDeduplicator:
    """Finds every text that an earlier document has."""

    reason = "duplicate"

    def __init__(self, step: DedupExact) -> None:
        self._normalize = step.normalize
        self._blocks: list[Halves] = []

    def collect(self, documents: Documents) -> None:
        """Hash the documents."""
        texts = documents.texts.fill_null("").to_pylist()
        if self._normalize:
            texts = map(normalize_text, texts)
        hashes = b"".join(hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest() for text in texts)
        self._blocks.append(np.frombuffer(hashes, np.uint64).reshape(-1, 2))

    def find_duplicates(self) -> Duplicates:
        """Return the documents whose hash an earlier one has."""
        hashes = np.concatenate([np.empty((0, 2), np.uint64), *self._blocks])
        self._blocks = []
        return find_equal(hashes[:, 0], hashes[:, 1])

    def close(self) -> None:
        """Forget the hashes."""
        self._blocks = []


def find_equal(high: Halves, low: Halves) -> Duplicates:
    """Return the places whose pair of halves an earlier place has."""
    # The sort is stable: equal pairs stay in the order of their places.
    order: Ids = np.lexsort((low, high))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (high[order[1:]] != high[order[:-1]]) | (low[order[1:]] != low[order[:-1]])
    starts = np.flatnonzero(is_first)
    counts = np.diff(starts, append=len(order))
    firsts = np.repeat(order[starts], counts)
    rows, first_rows = order[~is_first], firsts[~is_first]
    by_row = np.argsort(rows)
    return Duplicates(rows[by_row], first_rows[by_row])

"""Finds texts that are nearly the same: MinHash signatures by rensa, candidates by bands, clusters by union-find.

A signature keeps the lowest byte of each minimum (b-bit minwise hashing, Li and König 2010): 128 bytes per document, in
a file. Bands are compared one at a time. Candidates of a band count as near duplicates only if their signatures say so.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from mistudio.corpus.arrays import Ids, Ints
from mistudio.corpus.cleaning.clusters import Clusters
from mistudio.corpus.cleaning.documents import Documents, Duplicates
from mistudio.corpus.cleaning.ngrams import NGramHasher
from mistudio.corpus.cleaning.signature_file import SignatureFile, Signatures
from mistudio.corpus.cleaning.steps import DedupNear

# Two documents exactly at the threshold share a band at least this often.
_LEAST_RECALL: Final = 0.98
# A band longer than this says nothing more: a chance match has a probability of 2**-64.
_MAX_BAND: Final = 8
_PAIRS_AT_ONCE: Final = 25_000
_ROWS_AT_ONCE: Final = 500_000


def choose_band_size(threshold: float, num_perm: int) -> int:
    """Return the longest band that still finds documents exactly at the threshold."""
    for size in range(min(_MAX_BAND, num_perm), 1, -1):
        if 1 - (1 - threshold**size) ** (num_perm // size) >= _LEAST_RECALL:
            return size
    return 1


class NearDeduplicator:
    """Finds every text that is in the cluster of an earlier one."""

    reason = "near_duplicate"

    def __init__(self, step: DedupNear, folder: Path) -> None:
        self._step = step
        self._hasher = NGramHasher(step.ngram, keeps_short=True)
        self._signatures = SignatureFile(folder / "signatures.bin", step.num_perm)
        self._rows = 0
        self._compared: list[Ids] = []
        self.clusters = Clusters(0)

    def collect(self, documents: Documents) -> None:
        """Write the signatures of the documents that have words."""
        grams = self._hasher.hash(documents.texts)
        has_words = np.diff(grams.offsets) > 0
        self._compared.append(np.flatnonzero(has_words) + self._rows)
        self._rows += len(documents)
        offsets = np.concatenate([grams.offsets[:-1][has_words], grams.offsets[-1:]])
        self._signatures.append(_make_signatures(grams.hashes, offsets, self._step))

    def find_duplicates(self) -> Duplicates:
        """Return the documents in a cluster that an earlier one is in."""
        rows = np.concatenate([np.empty(0, np.int64), *self._compared])
        self.clusters = Clusters(len(rows))
        if len(rows):
            self._compare()
        roots = self.clusters.find_roots()
        dropped = np.flatnonzero(roots != np.arange(len(roots)))
        return Duplicates(rows[dropped], rows[roots[dropped]])

    def close(self) -> None:
        """Delete the signatures."""
        self._signatures.close()

    def _compare(self) -> None:
        size = choose_band_size(self._step.threshold, self._step.num_perm)
        for start in range(0, self._step.num_perm - size + 1, size):
            for first, second in _find_candidates(_make_band_keys(self._signatures, slice(start, start + size))):
                self._join(first, second)

    def _join(self, first: Ints, second: Ints) -> None:
        """Join the candidates whose signatures are similar enough, save those that are joined already."""
        roots = self.clusters.find_roots_of(first), self.clusters.find_roots_of(second)
        is_open = roots[0] != roots[1]
        first, second = first[is_open], second[is_open]
        for start in range(0, len(first), _PAIRS_AT_ONCE):
            some, others = first[start : start + _PAIRS_AT_ONCE], second[start : start + _PAIRS_AT_ONCE]
            similarity = _estimate_similarity(self._signatures.read(some), self._signatures.read(others))
            is_near = similarity >= self._step.threshold
            self.clusters.join(some[is_near], others[is_near])


def _make_signatures(hashes: npt.NDArray[np.uint64], offsets: Ints, step: DedupNear) -> Signatures:
    import rensa

    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        hashes, offsets.astype(np.uint64), step.num_perm, step.seed
    )
    rows = np.array(matrix.to_rows(), np.uint32).reshape(-1, step.num_perm)
    return rows.astype(np.uint8)


def _estimate_similarity(some: Signatures, others: Signatures) -> npt.NDArray[np.float64]:
    """Return the Jaccard similarity that signatures tell; different minima share their byte once in 256 times."""
    equal = np.count_nonzero(some == others, axis=1) / some.shape[1]
    similarity: npt.NDArray[np.float64] = (equal - 1 / 256) / (1 - 1 / 256)
    return similarity


def _make_band_keys(signatures: SignatureFile, columns: slice) -> npt.NDArray[np.uint64]:
    keys = np.zeros((signatures.rows, _MAX_BAND), np.uint8)
    for start in range(0, signatures.rows, _ROWS_AT_ONCE):
        band = signatures.read(slice(start, start + _ROWS_AT_ONCE), columns)
        keys[start : start + _ROWS_AT_ONCE, : band.shape[1]] = band
    return keys.view(np.uint64).ravel()


def _find_candidates(keys: npt.NDArray[np.uint64]) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of documents with the same key: each with the first one, and with the one before it."""
    order = np.argsort(keys, kind="stable")
    is_repeated = np.flatnonzero(keys[order[1:]] == keys[order[:-1]]) + 1
    if not len(is_repeated):
        return
    begins = np.ones(len(is_repeated), np.bool_)
    begins[1:] = np.diff(is_repeated) > 1
    firsts = (is_repeated[begins] - 1)[np.cumsum(begins) - 1]
    yield order[firsts], order[is_repeated]
    yield order[is_repeated - 1], order[is_repeated]

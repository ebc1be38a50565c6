"""Drops texts that share n-grams with another dataset."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.ngrams import Hashes, NGramHasher
from mistudio.corpus.cleaning.steps import Decontaminate

# 8 bytes each, twice while they are merged.
_MAX_NGRAMS: Final = 50_000_000
_MERGE_AT: Final = 5_000_000


class ContaminationFilter:
    """Compares the n-grams of texts with those of ``reference``, which it reads at once."""

    def __init__(
        self,
        step: Decontaminate,
        reference: Iterable[pa.Array],
        *,
        max_ngrams: int = _MAX_NGRAMS,
        merge_at: int = _MERGE_AT,
    ) -> None:
        self._max_ngrams = max_ngrams
        self._merge_at = merge_at
        self._threshold = step.threshold
        self._hasher = NGramHasher(step.ngram, keeps_short=False)
        self._known = self._read(reference)

    def _read(self, reference: Iterable[pa.Array]) -> Hashes:
        known, new, size = np.empty(0, np.uint64), [], 0
        for texts in reference:
            new.append(np.unique(self._hasher.hash(texts).hashes))
            size += len(new[-1])
            if size >= self._merge_at:
                known, new, size = np.unique(np.concatenate([known, *new])), [], 0
                self._check_size(known)
        known = np.unique(np.concatenate([known, *new]))
        self._check_size(known)
        return known

    def find_reasons(self, documents: Documents) -> Sequence[str | None]:
        """Return "contaminated" for each document of which too large a share of n-grams is in the reference."""
        grams = self._hasher.hash(documents.texts)
        counts = np.diff(grams.offsets)
        hits = np.concatenate([[0], np.cumsum(self._is_known(grams.hashes))])
        shared = hits[grams.offsets[1:]] - hits[grams.offsets[:-1]]
        return ["contaminated" if found else None for found in (shared > self._threshold * counts).tolist()]

    def _is_known(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        if not len(self._known):
            return np.zeros(len(hashes), np.bool_)
        places = np.minimum(np.searchsorted(self._known, hashes), len(self._known) - 1)
        is_known: npt.NDArray[np.bool_] = self._known[places] == hashes
        return is_known

    def _check_size(self, known: Hashes) -> None:
        if len(known) > self._max_ngrams:
            raise ValidationFailed(
                f"The dataset to decontaminate against has more than {self._max_ngrams:,} different n-grams. "
                "Choose a smaller dataset, such as the test split of a benchmark.",
                field="steps",
            )

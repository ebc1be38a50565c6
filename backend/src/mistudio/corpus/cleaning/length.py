"""Drops texts that have too few or too many characters, words or tokens."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.corpus.arrays import Counts, Ids
from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.steps import LengthBounds

# The token counts of rows; negative for a row that is not tokenized.
TokenCounts: TypeAlias = Callable[[Ids], Counts]


class LengthFilter:
    """Compares the lengths of texts with bounds; a row without a token count fails a bound of tokens."""

    def __init__(self, step: LengthBounds, token_counts: TokenCounts | None) -> None:
        self._step = step
        if step.needs_tokens and token_counts is None:
            raise ValueError("bounds of tokens need the token counts")
        self._token_counts = token_counts

    def find_reasons(self, documents: Documents) -> Sequence[str | None]:
        """Return the first bound that each document breaks."""
        reasons: list[str | None] = [None] * len(documents)
        for unit in ("characters", "words", "tokens"):
            least, most = self._step.bounds(unit)
            if least is None and most is None:
                continue
            counts = self._count(unit, documents)
            if unit == "tokens":
                _mark(reasons, counts < 0, "no_tokens")
            if least is not None:
                _mark(reasons, counts < least, f"min_{unit}")
            if most is not None:
                _mark(reasons, counts > most, f"max_{unit}")
        return reasons

    def _count(self, unit: str, documents: Documents) -> Counts:
        if unit == "tokens" and self._token_counts is not None:
            return self._token_counts(documents.rows)
        texts = documents.texts.fill_null("")
        if unit == "characters":
            return np.asarray(pc.utf8_length(texts), np.int64)
        return _count_words(texts)


def _count_words(texts: pa.Array) -> Counts:
    return np.array([len(text.split()) for text in texts.to_pylist()], np.int64)


def _mark(reasons: list[str | None], mask: npt.NDArray[np.bool_], reason: str) -> None:
    for place in np.flatnonzero(mask).tolist():
        reasons[place] = reasons[place] or reason

"""Measures whether the order of tokens within rows means anything: in texts of any language, pairs of tokens recur.

The pairs of neighbours that occur more than once are compared with those after the tokens of each row were shuffled. A
text has many times more; tokens that were shuffled already have as many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.certificate.row_sample import SampledRow
from mistudio.corpus.certificate.vocabulary import Vocabulary

LEAST_PAIRS: Final = 5_000


@dataclass(frozen=True)
class OrderFigures:
    """The pairs that were looked at, and how often equal pairs meet among them, as they are and shuffled."""

    pairs: int
    meetings: int
    shuffled: int

    @property
    def ratio(self) -> float:
        """How many times more pairs recur than by chance."""
        return (self.meetings + 1) / (self.shuffled + 1)


def measure_order(rows: Sequence[SampledRow], vocabulary: Vocabulary, seed: int) -> OrderFigures:
    """Compare the pairs of neighbours in ``rows`` with those of shuffled rows."""
    chance = np.random.default_rng(seed)
    plain = [_drop_special(row.ids, vocabulary) for row in rows]
    pairs = _list_pairs(plain)
    shuffled = _list_pairs([chance.permutation(ids) for ids in plain])
    return OrderFigures(len(pairs), _count_meetings(pairs), _count_meetings(shuffled))


def _drop_special(ids: NDArray[np.int32], vocabulary: Vocabulary) -> NDArray[np.int32]:
    inside = ids[(ids >= 0) & (ids < vocabulary.size)]
    return inside[~vocabulary.is_special[inside]]


def _list_pairs(rows: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
    # A pair of equal tokens stays one in any order.
    found = [(row[:-1].astype(np.int64) << 32 | row[1:])[row[:-1] != row[1:]] for row in rows if len(row) > 1]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _count_meetings(pairs: NDArray[np.int64]) -> int:
    """Return how many pairs of equal pairs there are."""
    counts = np.unique(pairs, return_counts=True)[1].astype(np.float64)
    return int((counts * (counts - 1) / 2).sum())

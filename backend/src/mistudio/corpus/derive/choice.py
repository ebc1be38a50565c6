"""Takes some of the rows that match: by number, by place, the first ones, or drawn ones. Their order stays.

Draws use PCG64, whose stream NumPy guarantees.
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.arrays import Ids
from mistudio.corpus.derive.plan import RowChoice
from mistudio.corpus.store.dataset_store import DatasetStore


def take_rows(ids: Ids, choice: RowChoice, store: DatasetStore) -> Ids:
    """Return those of ``ids``, which ascend, that the choice takes. Raises ValidationFailed for a row that is not."""
    if choice.ids is not None:
        return np.intersect1d(ids, list_ids(choice, store), assume_unique=True)
    if choice.ranges is not None:
        return ids[_cover(choice.ranges, len(ids))]
    count = count_taken(len(ids), choice)
    if choice.seed is None or count == len(ids):
        return ids[:count]
    return ids[np.sort(draw(len(ids), count, seed=choice.seed))]


def count_taken(rows: int, choice: RowChoice) -> int:
    """Return how many of ``rows`` matching rows are taken by number or share."""
    if choice.share is not None:
        return int((Decimal(choice.share) * rows).to_integral_value(ROUND_HALF_UP))
    return rows if choice.count is None else min(choice.count, rows)


def draw(rows: int, count: int, *, seed: int) -> Ids:
    """Return ``count`` different numbers below ``rows``, in the order in which the seed draws them."""
    random = np.random.PCG64(np.random.SeedSequence(seed)).random_raw(rows)
    return np.asarray(np.argsort(random, kind="stable")[:count], np.int64)


def list_ids(choice: RowChoice, store: DatasetStore) -> Ids:
    """Return the ids of the rows that were named by split and number, ascending."""
    found = [np.empty(0, np.int64)]
    for split, rows in (choice.ids or {}).items():
        first, stop = store.ids(split)
        numbers = np.unique(np.array(rows, np.int64))
        if len(numbers) and (numbers[0] < 0 or numbers[-1] >= stop - first):
            raise ValidationFailed(
                f"Split “{split}” has {stop - first:,} rows, counted from 0; there is no row {numbers[-1]}.",
                field="ids",
            )
        found.append(numbers + first)
    return np.unique(np.concatenate(found))


def _cover(ranges: tuple[tuple[int, int], ...], rows: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each place whether a range has it; a place that several have is taken once."""
    mask = np.zeros(rows, np.bool_)
    for start, stop in ranges:
        mask[start:stop] = True
    return mask

"""Which rows a mixture takes and in which order: exact amounts, no row lost or twice, even windows."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.arrays import Counts
from mistudio.corpus.mix.selection import Selection, count_before, interleave, select_rows

weights_of_a_part = st.lists(st.integers(0, 50), min_size=1, max_size=60).filter(any).map(np.array)
seeds = st.integers(0, 2**63 - 1)


@given(weights_of_a_part, st.integers(1, 4_000), seeds)
def test_a_selection_takes_each_row_equally_often(weights: Counts, target: int, seed: int) -> None:
    """Never more than one time more than any other, and as close to the target as whole rows allow."""
    made = select_rows(weights, target, seed=seed, part=0)
    rows = made.list_rows(0, made.num_rows)
    counted = Counter(rows.tolist())
    assert made.num_rows == len(rows)
    assert {counted[row] - made.epochs for row in range(len(weights))} <= {0, 1}
    assert made.amount == int(weights[rows].sum())
    assert abs(made.amount - target) <= weights.max() / 2 or made.amount % weights.sum() == 0
    assert (weights[rows] == made.list_weights()).all()


@given(weights_of_a_part, seeds)
def test_all_of_a_part_is_all_of_it(weights: Counts, seed: int) -> None:
    """Also rows without units, in the order of the source."""
    made = select_rows(weights, int(weights.sum()), seed=seed, part=3)
    assert list(range(len(weights))) == made.list_rows(0, 10_000).tolist()


def test_rows_are_counted_exactly() -> None:
    """By rows, the amount is the target."""
    made = select_rows(np.ones(1_000, np.int64), 2_345, seed=1, part=0)
    assert (2_345, 2_345, 2) == (made.num_rows, made.amount, made.epochs)
    assert sorted(set(made.extra.tolist())) == made.extra.tolist()


@given(st.lists(weights_of_a_part, min_size=2, max_size=4), seeds)
def test_the_order_has_every_row_once(parts: list[Counts], seed: int) -> None:
    """Each part takes as many turns as it has rows."""
    order = interleave(parts, seed=seed)
    assert [len(units) for units in parts] == count_before(order, len(order), len(parts)).tolist()


@given(st.lists(weights_of_a_part, min_size=2, max_size=4), seeds, st.data())
def test_every_window_has_the_shares(parts: list[Counts], seed: int, data: st.DataObject) -> None:
    """Of each part, within one row of it at each end of the window."""
    order = interleave(parts, seed=seed)
    start = data.draw(st.integers(0, len(order)))
    stop = data.draw(st.integers(start, len(order)))
    before, after = (count_before(order, place, len(parts)) for place in (start, stop))
    units = [int(part[first:last].sum()) for part, first, last in zip(parts, before, after, strict=True)]
    sums, largest = [int(part.sum()) for part in parts], [int(part.max()) for part in parts]
    whole = sum(sums)
    for found, total, most in zip(units, sums, largest, strict=True):
        slack = 2 * most + total / whole * 2 * sum(largest)
        assert abs(found - total / whole * sum(units)) <= slack + 1e-6


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_windows_of_ten_thousand_rows(seed: int) -> None:
    """Shares by tokens of real lengths are within one percentage point in each window of 10,000 rows."""
    chance = np.random.default_rng(seed)
    parts = [chance.lognormal(6, 1, rows).astype(np.int64) for rows in (60_000, 30_000, 10_000)]
    order, sums = interleave(parts, seed=seed), np.array([part.sum() for part in parts])
    for start in range(0, 90_001, 3_000):
        before, after = (count_before(order, place, 3) for place in (start, start + 10_000))
        units = np.array([part[first:last].sum() for part, first, last in zip(parts, before, after, strict=True)])
        assert np.abs(units / units.sum() - sums / sums.sum()).max() < 0.01


def test_a_seed_decides_everything() -> None:
    """The same again is the same; another seed draws other rows and another order. Fixed for all time."""
    weights = np.array([3, 1, 4, 1, 5, 9, 2, 6])

    def make(seed: int) -> tuple[Selection, list[int]]:
        chosen = select_rows(weights, 12, seed=seed, part=0)
        return chosen, interleave([chosen.list_weights(), weights], seed=seed).tolist()

    first, again, other = make(1), make(1), make(2)
    assert first[0].extra.tolist() == again[0].extra.tolist()
    assert first[1] == again[1]
    assert (first[0].extra.tolist(), first[1]) != (other[0].extra.tolist(), other[1])


def test_neighbours_are_not_periodic() -> None:
    """Two equal parts do not just alternate."""
    order = interleave([np.ones(1_000, np.int64)] * 2, seed=0)
    assert 200 < int((order[1:] == order[:-1]).sum()) < 800

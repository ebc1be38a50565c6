"""Counts of lengths are exact: quantiles, bins and sums are those of the lengths themselves."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.corpus.tokenized.length_counts import LengthBin, LengthCounts, add_counts

LENGTHS = st.lists(st.integers(0, 5_000), max_size=60)


def count(lengths: list[int]) -> LengthCounts:
    """Count these lengths."""
    return LengthCounts.from_lengths(np.array(lengths, np.int64))


@given(LENGTHS, st.floats(0, 1))
def test_quantiles_are_those_of_numpy(lengths: list[int], share: float) -> None:
    """They interpolate linearly; without documents they are 0."""
    expected = np.quantile(lengths, share) if lengths else 0.0
    assert expected == pytest.approx(count(lengths).quantile(share))


@given(LENGTHS)
def test_bins_cover_every_document_once(lengths: list[int]) -> None:
    """They follow each other without a gap; neither the first nor the last is empty."""
    counts = count(lengths)
    for bins in (counts.linear_bins(), counts.logarithmic_bins()):
        assert len(lengths) == sum(each.count for each in bins)
        assert all(one.end + 1 == other.start for one, other in pairwise(bins))
        assert all(each.count == sum(each.start <= length <= each.end for length in lengths) for each in bins)
        assert not bins or (bins[0].count and bins[-1].count)


def test_bins_have_round_edges() -> None:
    """About 20 of one width, or 1, 2 and 5 times the powers of ten."""
    lengths = [0, 3, 40, 999]
    assert [0, 50] == [each.start for each in count(lengths).linear_bins()][:2]
    assert LengthBin(950, 999, 1) == count(lengths).linear_bins()[-1]
    assert [0, 1, 2, 5, 10, 20, 50, 100, 200, 500] == [each.start for each in count(lengths).logarithmic_bins()]


@given(LENGTHS, LENGTHS, st.integers(0, 100))
def test_sums_and_cuts_are_those_of_the_lengths(one: list[int], other: list[int], room: int) -> None:
    """Merging equals counting together; cutting equals cutting every length; storing changes nothing."""
    together, merged = count(one + other), LengthCounts.merge([count(one), count(other)])
    assert together.to_array().tolist() == merged.to_array().tolist()
    assert (len(one + other), sum(one + other)) == (merged.documents, merged.tokens)
    assert sum(min(length, room) for length in one) == count(one).clip(room).tokens
    assert merged.to_array().tolist() == LengthCounts.from_array(merged.to_array()).to_array().tolist()


def test_the_shorter_counts_continue_with_zeros() -> None:
    """In either order, without changing the arguments."""
    short, long = np.array([1], np.int64), np.array([1, 2, 3], np.int64)
    assert [2, 2, 3] == add_counts(short, long).tolist() == add_counts(long, short).tolist()
    assert ([1], [1, 2, 3]) == (short.tolist(), long.tolist())

"""The order of rows: a permutation, any part of which is computed at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.corpus.loader.row_order import WINDOW_BLOCKS, ShuffledOrder, count_block_rows


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 5_000), st.integers(1, 40), st.integers(0, 2**63), st.data())
def test_any_part_is_that_of_the_whole_permutation(rows: int, block: int, seed: int, data: st.DataObject) -> None:
    """Each row comes once, and parts are slices of the whole."""
    whole = ShuffledOrder(seed, rows=rows, block_rows=block).take(0, rows)
    assert list(range(rows)) == np.sort(whole).tolist()
    start = data.draw(st.integers(0, rows))
    stop = data.draw(st.integers(start, rows))
    part = ShuffledOrder(seed, rows=rows, block_rows=block).take(start, stop)
    assert whole[start:stop].tolist() == part.tolist()


def test_a_window_reads_whole_blocks() -> None:
    """The rows of a window are those of 64 blocks, which are spread over the split."""
    order = ShuffledOrder(7, rows=100_000, block_rows=10)
    window = np.sort(order.take(0, WINDOW_BLOCKS * 10)).reshape(WINDOW_BLOCKS, 10)
    assert (window - window[:, :1] == np.arange(10)).all()
    assert 50_000 < int(window.max() - window.min())


def test_an_order_stays_the_same_in_other_versions() -> None:
    """A state that was saved with one version resumes with another."""
    assert [3, 6, 9, 7, 4, 0, 1, 2, 8, 5] == ShuffledOrder(1, rows=10, block_rows=3).take(0, 10).tolist()


@pytest.mark.parametrize(("rows", "positions", "expected"), [(0, 0, 1), (10, 10 * 1024, 64), (10, 10**9, 1)])
def test_a_block_has_a_fixed_size(rows: int, positions: int, expected: int) -> None:
    """About 256 KiB of ids, and a row at least."""
    assert expected == count_block_rows(rows, positions)

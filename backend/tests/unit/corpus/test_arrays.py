"""Offsets of parts that follow one another."""

import numpy as np
import pytest
from numpy.typing import DTypeLike

from mistudio.corpus.arrays import offsets_of


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64])
def test_offsets_begin_at_zero_and_end_at_the_sum(kind: DTypeLike) -> None:
    """In 64 bits, whatever the lengths have."""
    offsets = offsets_of(np.array([100, 0, 100], kind))
    assert [0, 100, 100, 200] == offsets.tolist()
    assert np.int64 == offsets.dtype


def test_no_parts_have_one_offset() -> None:
    """The end of nothing."""
    assert [0] == offsets_of(np.array([], np.int64)).tolist()

"""Offsets of parts that follow one another."""

import errno
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import DTypeLike

from fakes.file_limit import file_limit
from mistudio.corpus.arrays import create_array, offsets_of, write_array


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64])
def test_offsets_begin_at_zero_and_end_at_the_sum(kind: DTypeLike) -> None:
    """In 64 bits, whatever the lengths have."""
    offsets = offsets_of(np.array([100, 0, 100], kind))
    assert [0, 100, 100, 200] == offsets.tolist()
    assert np.int64 == offsets.dtype


def test_no_parts_have_one_offset() -> None:
    """The end of nothing."""
    assert [0] == offsets_of(np.array([], np.int64)).tolist()


def test_a_written_array_is_that_of_numpy(tmp_path: Path) -> None:
    """And a full disk has its number, which numpy's own error lacks."""
    array = np.arange(10_000)
    np.save(tmp_path / "expected.npy", array)
    with (tmp_path / "written").open("wb") as file:
        write_array(file, array)
    assert (tmp_path / "expected.npy").read_bytes() == (tmp_path / "written").read_bytes()
    with pytest.raises(OSError, match="too large") as raised, file_limit(1 << 10), (tmp_path / "w").open("wb") as file:
        write_array(file, array)
    assert errno.EFBIG == raised.value.errno


@pytest.mark.parametrize("length", [0, 5])
def test_an_array_in_a_file_has_its_room_at_once(tmp_path: Path, length: int) -> None:
    """It is that of numpy once it is filled."""
    array = create_array(tmp_path / "made", np.uint32, length)
    assert (tmp_path / "made").stat().st_blocks > 0
    array[:] = range(length)
    del array
    assert list(range(length)) == np.load(tmp_path / "made").tolist()


def test_an_array_without_room_is_an_error_before_it_is_filled(tmp_path: Path) -> None:
    """To fill it would end the process."""
    with pytest.raises(OSError, match="too large"), file_limit(1 << 16):
        create_array(tmp_path / "made", np.uint32, 1 << 20)

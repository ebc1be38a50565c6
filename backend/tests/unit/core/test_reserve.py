"""``mistudio.core.reserve``: room for recovery actions on a full disk."""

import errno
from pathlib import Path

import pytest

from mistudio.core.errors import DiskFull
from mistudio.core.reserve import RESERVE_NAME, EmergencyReserve

STEP = 1 << 10


def make_reserve(folder: Path, *, steps: int = 3) -> EmergencyReserve:
    """A small reserve."""
    return EmergencyReserve(folder, step_bytes=STEP, steps=steps)


def test_a_reserve_is_released_in_steps_and_filled_again(tmp_path: Path) -> None:
    """It takes real room: its bytes cannot be compressed."""
    reserve, path = make_reserve(tmp_path), tmp_path / RESERVE_NAME
    assert not reserve.release()
    reserve.fill()
    reserve.fill()
    assert 3 * STEP == path.stat().st_size
    assert path.stat().st_blocks * 512 >= 3 * STEP
    sizes = []
    while reserve.release():
        sizes.append(path.stat().st_size)
    assert [2 * STEP, STEP, 0] == sizes
    reserve.fill()
    assert 3 * STEP == path.stat().st_size
    reserve.make_room()
    assert 3 * STEP == path.stat().st_size


def test_a_reserve_takes_no_room_that_is_scarce(tmp_path: Path) -> None:
    """It would itself fill the disk."""
    EmergencyReserve(tmp_path, step_bytes=1 << 60, steps=1).fill()
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("failures", [0, 1, 3])
async def test_an_action_goes_on_as_room_is_released(tmp_path: Path, failures: int) -> None:
    """Each time that it meets a full disk one step is released."""
    reserve, left = make_reserve(tmp_path), [failures]
    reserve.fill()

    async def act() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise OSError(errno.ENOSPC, "full")
        return "done"

    assert "done" == await reserve.use(act)
    assert (3 - failures) * STEP == (tmp_path / RESERVE_NAME).stat().st_size


async def test_an_action_fails_once_the_reserve_is_used_up(tmp_path: Path) -> None:
    """The error is the one that says what to do."""
    reserve, calls = make_reserve(tmp_path), []
    reserve.fill()

    async def act() -> None:
        calls.append(1)
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull):
        await reserve.use(act)
    assert 4 == len(calls)

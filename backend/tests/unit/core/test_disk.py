"""``mistudio.core.disk``: a full disk is one error with one wording."""

import errno
import os

import pytest

from mistudio.core.disk import translate_disk_full
from mistudio.core.errors import DiskFull, Json


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG], ids=errno.errorcode.get)
def test_a_full_disk_is_disk_full(number: int) -> None:
    """A full disk, a used-up quota and a file beyond its largest size are the same to the user."""
    with pytest.raises(DiskFull) as raised, translate_disk_full():
        raise OSError(number, os.strerror(number))
    assert "The disk is full. Free some space, then retry. What was written so far is kept." == raised.value.detail
    assert {} == raised.value.extra
    assert isinstance(raised.value.__cause__, OSError)


def test_the_message_promises_nothing_that_is_not_kept() -> None:
    """An upload that broke off starts from the beginning."""
    with pytest.raises(DiskFull) as raised, translate_disk_full(is_kept=False):
        raise OSError(errno.ENOSPC, "full")
    assert "The disk is full. Free some space, then retry." == raised.value.detail


def test_other_errors_pass_unchanged() -> None:
    """No other error is mistaken for a full disk, and nothing is measured for it."""

    def measure() -> dict[str, Json]:
        raise AssertionError

    error = OSError(errno.EACCES, "no access")
    with pytest.raises(PermissionError) as raised, translate_disk_full(measure=measure):
        raise error
    assert error is raised.value


def test_the_error_carries_what_was_measured() -> None:
    """``measure`` runs when the disk is full, not before the block."""
    missing: dict[str, Json] = {"needed_bytes": 10}

    def fail() -> None:
        missing["needed_bytes"] = 4
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(DiskFull) as raised, translate_disk_full(measure=missing.copy):
        fail()
    assert {"needed_bytes": 4} == raised.value.extra

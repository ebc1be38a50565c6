"""``mistudio.core.disk``: a full disk is one error with one wording."""

import errno
import os

import pytest

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import DiskFailed, DiskFull, Json


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG], ids=errno.errorcode.get)
def test_a_full_disk_is_disk_full(number: int) -> None:
    """A full disk, a used-up quota and a file beyond its largest size are the same to the user."""
    with pytest.raises(DiskFull) as raised, translate_disk_errors():
        raise OSError(number, os.strerror(number))
    assert "The disk is full. Free some space, then retry. What was written so far is kept." == raised.value.detail
    assert {} == raised.value.extra
    assert isinstance(raised.value.__cause__, OSError)


def test_the_message_promises_nothing_that_is_not_kept() -> None:
    """An upload that broke off starts from the beginning."""
    with pytest.raises(DiskFull) as raised, translate_disk_errors(is_kept=False):
        raise OSError(errno.ENOSPC, "full")
    assert "The disk is full. Free some space, then retry." == raised.value.detail


def test_other_errors_pass_unchanged() -> None:
    """No other error is mistaken for a full disk, and nothing is measured for it."""

    def measure() -> dict[str, Json]:
        raise AssertionError

    error = OSError(errno.EPIPE, "a pipe")
    with pytest.raises(BrokenPipeError) as raised, translate_disk_errors(measure=measure):
        raise error
    assert error is raised.value


def test_the_error_carries_what_was_measured() -> None:
    """``measure`` runs when the disk is full, not before the block."""
    missing: dict[str, Json] = {"needed_bytes": 10}

    def fail() -> None:
        missing["needed_bytes"] = 4
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(DiskFull) as raised, translate_disk_errors(measure=missing.copy):
        fail()
    assert {"needed_bytes": 4} == raised.value.extra


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EACCES, errno.EINTR], ids=errno.errorcode.get)
def test_a_disk_that_fails_is_named(number: int) -> None:
    """The message has the place and the system's words."""
    with pytest.raises(DiskFailed, match=r"at /data/a\.txt: .*retry\.$") as raised, translate_disk_errors():
        raise OSError(number, os.strerror(number), "/data/a.txt")
    assert os.strerror(number) in raised.value.detail


def test_a_file_in_the_place_of_a_folder_matters_at_a_start_only() -> None:
    """Elsewhere it is a defect."""
    error = OSError(errno.ENOTDIR, "no folder")
    with pytest.raises(DiskFailed), translate_disk_errors(is_start=True):
        raise error
    with pytest.raises(NotADirectoryError), translate_disk_errors():
        raise error

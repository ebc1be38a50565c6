"""Translates the operating system's errors about the disk into DiskFull and DiskFailed."""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from mistudio.core.errors import DiskFailed, DiskFull, Json, MiStudioError

# A quota, or the largest file that the file system or the process allows, ends a write just as a full disk does.
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Python repeats what a signal interrupts; a network file system may still end a rename with EINTR, or a write of Arrow.
_DISK_FAILED: Final = frozenset(
    {
        *(errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENODEV),
        *(errno.ENXIO, errno.ESTALE, errno.ELOOP, errno.EINTR),
    }
)
# Something else is in the place of a folder or file.
_MISPLACED: Final = frozenset({errno.ENOTDIR, errno.EISDIR, errno.EEXIST})


def find_disk_error(error: OSError, *, is_kept: bool = False, is_start: bool = False) -> MiStudioError | None:
    """Return the error for a person if ``error`` is about the disk, else None.

    Args:
        error: The system's error.
        is_kept: Whether a retry goes on from what was written so far; the message says so.
        is_start: Whether a file in the place of a folder is an error of the disk, too.
    """
    if error.errno in _DISK_FULL:
        kept = " What was written so far is kept." if is_kept else ""
        return DiskFull(f"The disk is full. Free some space, then retry.{kept}")
    if error.errno in _DISK_FAILED or (is_start and error.errno in _MISPLACED):
        place = f" at {error.filename}" if error.filename else ""
        return DiskFailed(
            f"The disk reports an error{place}: {error.strerror}. Check the disk, and that this user may read and "
            "write there, then retry."
        )
    return None


@contextmanager
def translate_disk_errors(
    *, is_kept: bool = True, is_start: bool = False, measure: Callable[[], Mapping[str, Json]] | None = None
) -> Iterator[None]:
    """Raise DiskFull or DiskFailed in place of an OSError that says so within the block; others pass unchanged.

    ``is_kept`` and ``is_start`` are those of ``find_disk_error``. ``measure`` gives the ``extra`` of DiskFull; it is
    called only when the disk is full.
    """
    try:
        yield
    except OSError as error:
        found = find_disk_error(error, is_kept=is_kept, is_start=is_start)
        if found is None:
            raise
        if isinstance(found, DiskFull) and measure:
            found.extra.update(measure())
        raise found from error

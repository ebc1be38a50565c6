"""Translates the operating system's errors for a full disk into DiskFull."""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from mistudio.core.errors import DiskFull, Json

# A quota, or the largest file that the file system or the process allows, ends a write just as a full disk does.
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def translate_disk_full(
    *, is_kept: bool = True, measure: Callable[[], Mapping[str, Json]] | None = None
) -> Iterator[None]:
    """Raise DiskFull in place of an OSError that says so within the block; other errors pass unchanged.

    Args:
        is_kept: Whether a retry goes on from what was written so far; the message says so.
        measure: Gives the error's ``extra``; called only when the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        kept = " What was written so far is kept." if is_kept else ""
        raise DiskFull(
            f"The disk is full. Free some space, then retry.{kept}", extra=measure() if measure else None
        ) from error

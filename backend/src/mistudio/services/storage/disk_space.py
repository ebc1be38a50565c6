"""How much room there is, and how much a download will need."""

import time
from pathlib import Path

from mistudio.core.errors import DiskFull
from mistudio.corpus.hub.plan_types import Sizes
from mistudio.utils.file_utils import format_size, free_bytes

# Our Parquet (zstd 3) against the source, measured on real text: docs/benchmarks.md. Uncompressed text shrinks to about
# 0.45 of its size, so 0.7 is on the safe side; what is compressed already stays about as large.
_PLAIN_RATIO, _COMPRESSED_RATIO = 0.7, 1.15
_LOOK_SECONDS = 0.1


def needed_bytes(sizes: Sizes) -> int:
    """An upper estimate, in bytes, of the room for a dataset of files of these sizes while it is being made.

    The result, and the source files that are on disk at the same time: the one being read and the one coming.
    """
    result = sizes.plain * _PLAIN_RATIO + (sizes.total - sizes.plain) * _COMPRESSED_RATIO
    return int(result) + sizes.largest


def require_room(folder: Path, needed: int, *, reserve: int, kept: int = 0) -> None:
    """Raise DiskFull unless ``needed`` bytes, less the ``kept`` ones there already, fit and leave ``reserve``."""
    free = free_bytes(folder)
    wanted = max(needed - kept, 0)
    missing = wanted + reserve - free
    if missing > 0:
        raise DiskFull(
            f"This needs about {format_size(wanted)}, and {format_size(free)} is free: make room for "
            f"{format_size(missing)} more, or choose fewer splits.",
            extra={"needed_bytes": wanted, "free_bytes": free},
        )


class RoomWatch:
    """Ends work that would eat up the bytes that are to stay free: the database needs them, and so do others.

    ``check`` is cheap enough for every buffer, and for any thread.
    """

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve
        self._next = 0.0

    def check(self) -> None:
        """Raise DiskFull if less than the reserve is free."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _LOOK_SECONDS
        if (free := free_bytes(self._folder)) < self._reserve:
            raise DiskFull(
                f"The disk is full but for {format_size(free)}, and {format_size(self._reserve)} is to stay free. "
                "What has come is kept: make room, then retry.",
                extra={"needed_bytes": self._reserve, "free_bytes": free},
            )

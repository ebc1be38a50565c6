"""The free disk space, and the space that a download needs."""

import time
from pathlib import Path

from mistudio.core.errors import DiskFull
from mistudio.corpus.hub.plan_types import DownloadPlan, Sizes
from mistudio.utils.file_utils import format_size, free_bytes

# The size of our Parquet (zstd 3) as a part of the source's, measured on real text: docs/benchmarks.md. Plain text
# shrinks to about 0.45, so 0.7 is a high estimate; compressed files stay about as large.
_PLAIN_RATIO, _COMPRESSED_RATIO = 0.7, 1.15
_LOOK_SECONDS = 0.1


def needed_bytes(sizes: Sizes) -> int:
    """Return a high estimate of the bytes that making a dataset of files of these sizes takes.

    It counts the result, and the two source files that are on disk at a time: one is read while the next is fetched.
    """
    result = sizes.plain * _PLAIN_RATIO + (sizes.total - sizes.plain) * _COMPRESSED_RATIO
    return int(result) + sizes.largest


def known_sizes(plan: DownloadPlan) -> Sizes:
    """Return what is known of the sizes of a plan before its part is selected; a number of rows has no known size."""
    sizes = plan.sizes
    if plan.part.kind == "all":
        return sizes
    return sizes.limit(plan.part.count if plan.part.kind == "bytes" else 0)


def require_room(folder: Path, needed: int, *, reserve: int, kept: int = 0) -> None:
    """Raise DiskFull unless ``needed`` bytes, of which ``kept`` are on disk already, fit and leave ``reserve`` free."""
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
    """Stops work that would use the reserved bytes, which the database and other programs need.

    ``check`` is cheap enough to call for every buffer, from any thread.
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
                f"Only {format_size(free)} of the disk is free, and {format_size(self._reserve)} must stay free. "
                "What was received is kept: make room, then retry.",
                extra={"needed_bytes": self._reserve, "free_bytes": free},
            )

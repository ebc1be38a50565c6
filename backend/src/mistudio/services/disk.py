"""How much room there is, and how much a download will need."""

from pathlib import Path

from mistudio.core.errors import DiskFull
from mistudio.utils.file_utils import format_size, free_bytes

# Our Parquet (zstd 3) against the source, measured on real text: docs/benchmarks.md. Uncompressed text shrinks to about
# 0.45 of its size, so 0.7 is on the safe side; what is compressed already stays about as large.
_PLAIN_TEXT = (".json", ".jsonl", ".csv", ".tsv", ".txt", ".ndjson")
_PLAIN_RATIO, _COMPRESSED_RATIO = 0.7, 1.15


def needed_bytes(files: list[tuple[str, int]]) -> int:
    """An upper estimate, in bytes, of the room for a dataset of these (path, size) files while it is being made.

    The result, and the source files that are on disk at the same time: the one being read and the one coming.
    """
    result = sum(size * (_PLAIN_RATIO if path.endswith(_PLAIN_TEXT) else _COMPRESSED_RATIO) for path, size in files)
    return int(result) + sum(sorted((size for _path, size in files), reverse=True)[:2])


def require_room(folder: Path, needed: int, *, reserve: int, kept: int = 0) -> None:
    """Raise DiskFull unless ``needed`` bytes, less the ``kept`` ones there already, fit and leave ``reserve``."""
    free = free_bytes(folder)
    missing = needed - kept + reserve - free
    if missing > 0:
        raise DiskFull(
            f"This needs about {format_size(needed - kept)}, and {format_size(free)} is free: make room for "
            f"{format_size(missing)} more, or choose fewer splits.",
            extra={"needed_bytes": needed - kept, "free_bytes": free},
        )

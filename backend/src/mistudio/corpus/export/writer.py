"""What every format has in common: a writer per split, and files of limited size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

# About the size at which a format with several files per split begins the next one.
FILE_BYTES: Final = 512 << 20


class SplitWriter(Protocol):
    """Writes the rows of one split."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        ...

    def finish(self) -> None:
        """Complete the files."""
        ...

    def close(self) -> None:
        """Let go of open files, also after an error."""
        ...

    def notes(self) -> Iterator[str]:
        """Yield what the files have differently from the source."""
        ...


def number_files(paths: list[Path], stem: str, suffix: str) -> None:
    """Rename the files, in this order, to ``stem-00000-of-00002`` and so on."""
    for number, path in enumerate(paths):
        path.rename(path.with_name(f"{stem}-{number:05d}-of-{len(paths):05d}{suffix}"))

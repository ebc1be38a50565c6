"""What every format has in common: a writer per split, and files of limited size."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

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


class Closable(Protocol):
    """An open file."""

    def close(self) -> object:
        """Close it."""
        ...


File = TypeVar("File", bound=Closable)


class NumberedFiles(Generic[File]):
    """Files of limited size, one after the other: ``stem-00000-of-00002`` and so on, once their number is known."""

    def __init__(self, folder: Path, stem: str, suffix: str, *, open_file: Callable[[Path], File]) -> None:
        self._folder, self._stem, self._suffix, self._open_file = folder, stem, suffix, open_file
        self._paths: list[Path] = []
        self._file: File | None = None
        self._bytes = 0

    def get(self) -> File:
        """Return the open file, the next one if there is none."""
        if self._file is None:
            self._paths.append(self._folder / f"{self._stem}.{len(self._paths)}")
            self._file, self._bytes = self._open_file(self._paths[-1]), 0
        return self._file

    def add_bytes(self, size: int) -> None:
        """Count what was written; a file that is large enough is closed."""
        self._bytes += size
        if self._bytes >= FILE_BYTES:
            self.close()

    def close(self) -> None:
        """Close the open file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(self) -> list[str]:
        """Number the files, at least one, and return their names."""
        if not self._paths:
            self.get()
        self.close()
        names = [f"{self._stem}-{n:05d}-of-{len(self._paths):05d}{self._suffix}" for n in range(len(self._paths))]
        for path, name in zip(self._paths, names, strict=True):
            path.rename(self._folder / name)
        return names

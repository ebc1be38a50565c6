"""Reads the footers of remote Parquet files by range."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from mistudio.core.errors import InvalidData
from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.hub.part_types import ByteRange, FilePart
from mistudio.corpus.hub.plan_types import RemoteFile

_TAIL_BYTES: Final = 8
_MAGIC: Final = b"PAR1"
_ENCRYPTED_MAGIC: Final = b"PARE"


class FetchFiles(Protocol):
    """Fetches files, or the parts of them; see ``fetch_files``."""

    def __call__(self, files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
        """Yield each file once it is on disk."""
        ...


@dataclass(frozen=True)
class Footer:
    """The footer of a file: the sparse file that has it, and where it starts."""

    path: Path
    start: int


class FooterReader:
    """Fetches footers; ``fetch`` gets files whose parts are the ranges to fetch."""

    def __init__(self, fetch: FetchFiles) -> None:
        self._fetch = fetch
        # Files of one repository have footers of about the same size: the first one's is a good guess.
        self._guess = _TAIL_BYTES

    def read(self, files: Sequence[RemoteFile]) -> list[Footer]:
        """Return the footers of ``files``, in their order. Raises InvalidData, and what fetching raises."""
        if not files:
            return []
        first = self._read_all(files[:1])
        return first + self._read_all(files[1:])

    def _read_all(self, files: Sequence[RemoteFile]) -> list[Footer]:
        paths = self._fetch_tails(files, [self._guess] * len(files))
        lengths = [_read_length(path, file) for path, file in zip(paths, files, strict=True)]
        short = [(file, length) for file, length in zip(files, lengths, strict=True) if length > self._guess]
        self._fetch_tails([file for file, _length in short], [length for _file, length in short])
        self._guess = max([self._guess, *lengths])
        return [Footer(path, file.size - length) for path, file, length in zip(paths, files, lengths, strict=True)]

    def _fetch_tails(self, files: Sequence[RemoteFile], lengths: Sequence[int]) -> list[Path]:
        wanted = [
            take_range(file, (max(0, file.size - size), file.size)) for file, size in zip(files, lengths, strict=True)
        ]
        # A file may serve several splits.
        different = list({file.key: file for file in wanted}.values())
        paths = {fetched.source.key: fetched.path for fetched in self._fetch(different)}
        return [paths[file.key] for file in wanted]


def take_range(file: RemoteFile, wanted: ByteRange) -> RemoteFile:
    """Return the file with one range as its part."""
    return replace(file, part=FilePart((wanted,)))


def _read_length(path: Path, file: RemoteFile) -> int:
    """Return how many bytes the footer has, with its length and mark. Raises InvalidData."""
    with path.open("rb") as source:
        source.seek(max(0, file.size - _TAIL_BYTES))
        tail = source.read()
    length = int.from_bytes(tail[:4], "little") + _TAIL_BYTES
    if tail[4:] == _ENCRYPTED_MAGIC:
        raise InvalidData(f"{file.path} is encrypted. Choose another dataset.")
    if tail[4:] != _MAGIC or length > file.size:
        raise InvalidData(f"{file.path} is no Parquet file: it has no footer. Report it to the repository's owner.")
    return length

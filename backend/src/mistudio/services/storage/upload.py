"""Writes uploaded files into the staging folder of their dataset.

The name and the first bytes of a file are checked before it is written. A file is written once, under a number, and its
checksum is taken on the way. A mark in the folder, locked while files are received, says that there is no record yet:
an upload that is not accepted is removed, after a kill by the next start.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO, Final

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import InvalidData, TooLarge, UnsupportedFile, UnsupportedFormat, ValidationFailed
from mistudio.corpus.formats.packing import detect_packing
from mistudio.corpus.formats.zip_members import list_members
from mistudio.corpus.ingest.file_names import detect_format, normalize_file_name
from mistudio.corpus.ingest.import_plan import WHOLE_FILES
from mistudio.corpus.ingest.stray_files import explain_stray
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.services.datasets.import_files import ReceivedFile
from mistudio.services.storage.disk_space import RoomWatch
from mistudio.utils.file_utils import ensure_dir, format_size, fsync_directory

MARK_NAME: Final = ".upload"
MAX_FILES: Final = 10_000
_HEAD_BYTES: Final = 6
# The first bytes that a suffix requires, and those that no text file has.
_BEGINNINGS: Final = {".parquet": b"PAR1", ".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
_FOREIGN: Final = {
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\x7fELF": "a program",
}


class Upload:
    """One upload; not safe to use from two threads at once. Always ``close`` it."""

    def __init__(self, staging: Path, *, limit_bytes: int, room: RoomWatch) -> None:
        self.staging = staging
        self._sources = ensure_dir(DatasetLayout(staging).source)
        self._mark = (staging / MARK_NAME).open("w")
        fcntl.flock(self._mark, fcntl.LOCK_EX)
        self._limit = limit_bytes
        self._room = room
        self._files: list[ReceivedFile] = []
        self._names: set[str] = set()
        self._planned: frozenset[str] = frozenset()
        self._received = 0
        self._name = ""
        self._out: IO[bytes] | None = None
        self._head = b""
        self._size = 0
        self._digest = hashlib.sha256()
        self._is_accepted = False

    def expect(self, names: Iterable[str]) -> None:
        """Accept the files of a plan, whatever their names end with."""
        self._planned = frozenset(names)

    def begin(self, name: str) -> None:
        """Begin a file. Raises ValidationFailed, UnsupportedFile."""
        self._name = _checked_name(name)
        if self._name not in self._planned and not _is_beside_data(self._name):
            detect_format(self._name)
        if self._name in self._names:
            raise _invalid(f"Two files are called “{self._name}”: give each a name of its own.")
        if len(self._files) >= MAX_FILES:
            raise _invalid(f"At most {MAX_FILES:,} files at a time: pack them, or join them into fewer.")
        self._names.add(self._name)
        self._size, self._head, self._digest = 0, b"", hashlib.sha256()
        self._out = (self._sources / f"{len(self._files):05d}").open("wb")

    def write(self, data: memoryview) -> None:
        """Write bytes of the present file. Raises TooLarge, UnsupportedFile, DiskFull."""
        assert self._out is not None  # noqa: S101 (a file was begun)
        self._received += len(data)
        if self._received > self._limit:
            raise too_large(self._limit)
        self._room.check()
        if len(self._head) < _HEAD_BYTES:
            self._head += data[: _HEAD_BYTES - len(self._head)]
            if len(self._head) == _HEAD_BYTES:
                _check_beginning(self._name, self._head)
        with translate_disk_errors(is_kept=False):
            self._out.write(data)
        self._digest.update(data)
        self._size += len(data)

    def end(self) -> None:
        """End the present file. Raises UnsupportedFile, DiskFull."""
        assert self._out is not None  # noqa: S101 (a file was begun)
        _check_beginning(self._name, self._head)
        with translate_disk_errors(is_kept=False):
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
        if detect_packing(self._head) == "zip":
            _check_archive(self._name, Path(self._out.name))
        stored = Path(self._out.name).name
        self._files.append(ReceivedFile(self._name, stored, self._size, self._digest.hexdigest()))

    def finish(self) -> list[ReceivedFile]:
        """Return the files, once all are received. Raises ValidationFailed if there are none."""
        if not self._files:
            raise _invalid("No file came with the request: choose at least one.")
        fsync_directory(self._sources)
        return self._files

    @property
    def folder(self) -> Path:
        """The folder that the files are in."""
        return self._sources

    def accept(self) -> None:
        """Keep the files, now that they have a record."""
        self._is_accepted = True
        (self.staging / MARK_NAME).unlink(missing_ok=True)

    def close(self) -> bool:
        """Close the files; return whether they are kept, else the caller removes the folder."""
        if self._out is not None:
            self._out.close()
        self._mark.close()
        return self._is_accepted


def is_abandoned(staging: Path) -> bool:
    """Whether the folder holds an upload that no process receives any more."""
    try:
        with (staging / MARK_NAME).open("r+") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except (FileNotFoundError, BlockingIOError):
        return False


def too_large(limit: int) -> TooLarge:
    """Return the refusal of more than ``limit`` bytes."""
    return TooLarge(
        f"At most {format_size(limit)} at a time: import the files in parts, or from the command line of this machine "
        "after raising MISTUDIO_MAX_UPLOAD_BYTES.",
        field="files",
        extra={"limit_bytes": limit},
    )


def _invalid(message: str) -> ValidationFailed:
    return ValidationFailed(message, field="files")


def _checked_name(name: str) -> str:
    try:
        return normalize_file_name(name)
    except ValidationFailed as error:
        error.name_field("files")
        raise


def _is_beside_data(name: str) -> bool:
    return PurePosixPath(name).name in WHOLE_FILES or explain_stray(name) is not None


def _check_archive(name: str, path: Path) -> None:
    """Refuse an archive that cannot be read before the import starts."""
    try:
        with path.open("rb") as raw:
            list_members(raw, f"“{name}”")
    except (InvalidData, UnsupportedFormat) as error:
        raise UnsupportedFile(error.detail) from error


def _check_beginning(name: str, head: bytes) -> None:
    suffix = Path(name.lower()).suffix
    wanted = _BEGINNINGS.get(suffix)
    if wanted is not None:
        if not head.startswith(wanted):
            raise UnsupportedFile(f"“{name}” does not begin as a {suffix} file does: it is damaged or misnamed.")
        return
    kind = next((kind for mark, kind in _FOREIGN.items() if head.startswith(mark)), None)
    if kind is not None and suffix != ".arrow":
        raise UnsupportedFile(f"“{name}” is {kind}, not what its name says.")

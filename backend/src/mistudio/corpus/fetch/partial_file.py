"""A partially downloaded file and its journal of received bytes, valid after a kill at any instruction.

All names come from a hash of path and checksum, so that no path from the Hub reaches the disk:

    <key>.part      the bytes, each at its offset; locked (flock) by the one process that writes them
    <key>.journal   header, then per segment how many of its bytes have come without a gap (little-endian, 64 bit)
    <key><suffix>   the finished file, renamed after its checksum was verified

A count enters the journal after its bytes are in the file. A crash of the machine may still lose written bytes: the
checksum, which is computed from the disk, detects that, and the file is fetched again.
"""

import contextlib
import hashlib
import os
import re
import shutil
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import Json
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.utils.locks import lock_file

_MAGIC: Final = b"miS part1"
_HEADER: Final = struct.Struct("<9sxxxxxxxQQ")
_COUNT: Final = struct.Struct("<Q")


@dataclass
class Segment:
    """Bytes ``start`` to ``end`` of a file, of which ``done`` have come; discarded when the file was begun again."""

    index: int
    start: int
    end: int
    done: int = 0
    is_discarded: bool = False

    @property
    def position(self) -> int:
        """The offset of its next byte."""
        return self.start + self.done

    @property
    def missing(self) -> int:
        """Bytes still to come."""
        return self.end - self.position


def split_segments(size: int, segment_bytes: int) -> list[Segment]:
    """Split ``size`` bytes into segments of ``segment_bytes``, the last one shorter; an empty file has none."""
    starts = range(0, size, segment_bytes)
    return [Segment(index, start, min(start + segment_bytes, size)) for index, start in enumerate(starts)]


def file_key(source: RemoteFile) -> str:
    """Return the name of a file's content under its path; other content gets another name."""
    identity = "\0".join([source.path, source.sha256 or source.git_sha1 or "", str(source.size)])
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def final_path(source: RemoteFile, destination: Path) -> Path:
    """Return where ``source`` is put in ``destination``; it keeps its suffixes, as readers need them."""
    suffix = re.search(r"(?:\.[a-z0-9]{1,8}){1,2}$", source.path.rpartition("/")[2].lower())
    return destination / f"{file_key(source)}{suffix.group() if suffix else ''}"


class PartialFile:
    """A partial file, opened by its one owner; ``segments`` says what is missing."""

    def __init__(self, source: RemoteFile, destination: Path) -> None:
        self.source = source
        self.final_path = final_path(source, destination)
        self._part = destination / f"{file_key(source)}.part"
        self._journal_path = destination / f"{file_key(source)}.journal"
        self._journal: int | None = None
        self._write_lock = threading.Lock()
        self.fd = -1
        self.segments: list[Segment] = []
        # Segments before it are complete.
        self._first = 0

    def open(self, segment_bytes: int, *, journaled: bool, checkpoint: Callable[[], None]) -> None:
        """Wait for the lock, then resume; raises DiskFull, and what ``checkpoint`` raises."""
        self.fd = lock_file(self._part, checkpoint)
        if not self._resume():
            self.restart(segment_bytes, journaled=journaled)

    def _resume(self) -> bool:
        try:
            raw = self._journal_path.read_bytes()
        except FileNotFoundError:
            return False
        segments = parse_journal(raw, self.source.size)
        if segments is None:
            return False
        if os.fstat(self.fd).st_size < max((segment.position for segment in segments if segment.done), default=0):
            return False
        self.segments = segments
        self._journal = os.open(self._journal_path, os.O_RDWR | os.O_CLOEXEC)
        return True

    def restart(self, segment_bytes: int, *, journaled: bool) -> None:
        """Discard every byte and split the file into new segments."""
        for segment in self.segments:
            segment.is_discarded = True
        self._drop_journal()
        os.ftruncate(self.fd, 0)
        self.segments, self._first = split_segments(self.source.size, segment_bytes), 0
        if journaled:
            self._journal = os.open(self._journal_path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            header = _HEADER.pack(_MAGIC, self.source.size, segment_bytes)
            self._write(self._journal, header + bytes(_COUNT.size * len(self.segments)), 0)

    def write(self, view: memoryview, position: int) -> None:
        """Write bytes at their offset; raises DiskFull.

        One thread at a time: the kernel serialises writes to a file anyway, and the others would spin on a core.
        """
        with self._write_lock:
            self._write(self.fd, view, position)

    def commit(self, segment: Segment, count: int) -> None:
        """Record that ``count`` more bytes of ``segment`` are in the file."""
        segment.done += count
        if self._journal is not None:
            self._write(self._journal, _COUNT.pack(segment.done), _HEADER.size + _COUNT.size * segment.index)

    def prefix(self) -> int:
        """Return how many bytes have come from the file's beginning without a gap."""
        while self._first < len(self.segments):
            if self.segments[self._first].missing:
                return self.segments[self._first].position
            self._first += 1
        return self.source.size

    def finish(self) -> Path:
        """Give the file its final name."""
        self._part.replace(self.final_path)
        self._drop_journal()
        return self.final_path

    def abandon(self) -> None:
        """Remove the bytes: a finished file is there already, or the checksum failed."""
        self._drop_journal()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and release the lock; another owner can resume it."""
        for fd in (self.fd, self._journal):
            if fd is not None and fd >= 0:
                os.close(fd)
        self.fd, self._journal = -1, None

    def _drop_journal(self) -> None:
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None
        self._journal_path.unlink(missing_ok=True)

    def _write(self, fd: int, content: memoryview | bytes, position: int) -> None:
        view = memoryview(content)
        with translate_disk_errors(measure=self._measure_room):
            while view:
                written = os.pwrite(fd, view, position)
                view, position = view[written:], position + written

    def _measure_room(self) -> dict[str, Json]:
        needed, free = sum(segment.missing for segment in self.segments), 0
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(self._part.parent).free
        return {"needed_bytes": needed, "free_bytes": free}


def parse_journal(raw: bytes, size: int) -> list[Segment] | None:
    """Parse a journal into segments; None if it is not a whole journal of a file of ``size`` bytes."""
    if len(raw) < _HEADER.size:
        return None
    magic, journal_size, segment_bytes = _HEADER.unpack_from(raw)
    if magic != _MAGIC or journal_size != size or segment_bytes == 0:
        return None
    segments = split_segments(size, segment_bytes)
    if len(raw) != _HEADER.size + _COUNT.size * len(segments):
        return None
    for segment in segments:
        (segment.done,) = _COUNT.unpack_from(raw, _HEADER.size + _COUNT.size * segment.index)
        if segment.missing < 0:
            return None
    return segments

"""A file that is still coming: its bytes, and a journal of which ones are there, true after a kill at any instruction.

Layout, all names from a hash of path and checksum, so that no foreign path reaches the disk:

    <key>.part      the bytes, each at its place; locked (flock) by the one process that writes them
    <key>.journal   header, then per segment how many of its bytes have come without a gap (little-endian, 64 bit)
    <key><suffix>   the finished file, by a rename after its checksum was found right

A number enters the journal after its bytes are in the file. A crash of the machine may still lose written bytes; the
checksum, which is taken from the disk, finds that, and the file is fetched again.
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

from mistudio.core.disk import translate_disk_full
from mistudio.core.errors import Json
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.utils.locks import lock_file

_MAGIC: Final = b"miS part1"
_HEADER: Final = struct.Struct("<9sxxxxxxxQQ")
_COUNT: Final = struct.Struct("<Q")


@dataclass
class Segment:
    """Bytes ``start`` to ``end`` of a file, of which ``done`` have come; ``dead`` once the file began anew."""

    index: int
    start: int
    end: int
    done: int = 0
    dead: bool = False

    @property
    def position(self) -> int:
        """Where its next byte goes."""
        return self.start + self.done

    @property
    def missing(self) -> int:
        """Bytes still to come."""
        return self.end - self.position


def split_segments(size: int, segment_bytes: int) -> list[Segment]:
    """``size`` bytes in segments of ``segment_bytes``, the last one shorter; none for an empty file."""
    starts = range(0, size, segment_bytes)
    return [Segment(index, start, min(start + segment_bytes, size)) for index, start in enumerate(starts)]


def file_key(source: RemoteFile) -> str:
    """A name for a file's content under its path; another content has another name."""
    identity = "\0".join([source.path, source.sha256 or source.git_sha1 or "", str(source.size)])
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def final_path(source: RemoteFile, destination: Path) -> Path:
    """Where ``source`` will stand in ``destination``; its suffixes stay, as readers go by them."""
    suffix = re.search(r"(?:\.[a-z0-9]{1,8}){1,2}$", source.path.rpartition("/")[2].lower())
    return destination / f"{file_key(source)}{suffix.group() if suffix else ''}"


class Partial:
    """The one owner's hold on a partial file; ``segments`` says what is missing."""

    def __init__(self, source: RemoteFile, destination: Path) -> None:
        self.source = source
        self.final = final_path(source, destination)
        self._part = destination / f"{file_key(source)}.part"
        self._journal_path = destination / f"{file_key(source)}.journal"
        self._journal: int | None = None
        self._writing = threading.Lock()
        self.fd = -1
        self.segments: list[Segment] = []

    def open(self, segment_bytes: int, *, journaled: bool, checkpoint: Callable[[], None]) -> None:
        """Wait for the lock, then take up what is there; raises DiskFull, and whatever ``checkpoint`` raises."""
        self.fd = lock_file(self._part, checkpoint)
        if not self._resume():
            self.restart(segment_bytes, journaled=journaled)

    def _resume(self) -> bool:
        try:
            raw = self._journal_path.read_bytes()
        except FileNotFoundError:
            return False
        segments = parse_journal(raw, self.source.size)
        if segments is None or os.fstat(self.fd).st_size < max(
            (one.position for one in segments if one.done), default=0
        ):
            return False
        self.segments = segments
        self._journal = os.open(self._journal_path, os.O_RDWR | os.O_CLOEXEC)
        return True

    def restart(self, segment_bytes: int, *, journaled: bool) -> None:
        """Forget every byte and plan the file anew."""
        for segment in self.segments:
            segment.dead = True
        self._drop_journal()
        os.ftruncate(self.fd, 0)
        self.segments = split_segments(self.source.size, segment_bytes)
        if journaled:
            self._journal = os.open(self._journal_path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            header = _HEADER.pack(_MAGIC, self.source.size, segment_bytes)
            self._write(self._journal, header + bytes(_COUNT.size * len(self.segments)), 0)

    def write(self, view: memoryview, position: int) -> None:
        """Put bytes at their place; raises DiskFull.

        One writer at a time: the kernel lets only one write to a file anyway, and the others would spin on a core.
        """
        with self._writing:
            self._write(self.fd, view, position)

    def commit(self, segment: Segment, count: int) -> None:
        """Let ``count`` more bytes of ``segment``, which are in the file, count as done."""
        segment.done += count
        if self._journal is not None:
            self._write(self._journal, _COUNT.pack(segment.done), _HEADER.size + _COUNT.size * segment.index)

    def prefix(self) -> int:
        """Bytes that are there from the file's beginning without a gap."""
        for segment in self.segments:
            if segment.missing:
                return segment.position
        return self.source.size

    def finish(self) -> Path:
        """Give the file its final name."""
        self._part.replace(self.final)
        self._drop_journal()
        return self.final

    def abandon(self) -> None:
        """Remove what is there: a finished file stands already, or the bytes were wrong."""
        self._drop_journal()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go; what is there can be taken up by another."""
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
        with translate_disk_full(measure=self._measure_room):
            while view:
                written = os.pwrite(fd, view, position)
                view, position = view[written:], position + written

    def _measure_room(self) -> dict[str, Json]:
        needed, free = sum(segment.missing for segment in self.segments), 0
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(self._part.parent).free
        return {"needed_bytes": needed, "free_bytes": free}


def parse_journal(raw: bytes, size: int) -> list[Segment] | None:
    """The segments that a journal tells of, or None where it is not a whole journal of a file of ``size`` bytes."""
    if len(raw) < _HEADER.size:
        return None
    magic, told_size, segment_bytes = _HEADER.unpack_from(raw)
    if magic != _MAGIC or told_size != size or segment_bytes == 0:
        return None
    segments = split_segments(size, segment_bytes)
    if len(raw) != _HEADER.size + _COUNT.size * len(segments):
        return None
    for segment in segments:
        (segment.done,) = _COUNT.unpack_from(raw, _HEADER.size + _COUNT.size * segment.index)
        if segment.missing < 0:
            return None
    return segments

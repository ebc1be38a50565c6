"""Ranges of a file in a sparse file of its size, and the journal of what has come, valid after a kill at any moment.

Each byte is at its own offset, so that whatever reads the file finds it where the source has it. A later piece of the
same file adds ranges and fetches only what is missing. The journal names the boot of the machine: no checksum verifies
a part, and a crash of the machine may lose bytes that the journal counts.

    <key>.ranges    the bytes; locked (flock) by the one process that writes them
    <key>.journal   header, then start, end and count of bytes of each segment (little-endian, 64 bit)
"""

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mistudio.corpus.fetch.partial_file import PartialFile, Segment, file_key
from mistudio.corpus.hub.part_types import ByteRange, FilePart, measure_ranges, merge_ranges, subtract_ranges
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.utils.file_utils import write_bytes_atomic
from mistudio.utils.locks import lock_file

_HEADER: Final = struct.Struct("<8s16sQ")
_ENTRY: Final = struct.Struct("<QQQ")
_COUNT: Final = struct.Struct("<Q")
_MAGIC: Final = b"miSrange"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class RangeFile(PartialFile):
    """A sparse file, opened by its one owner; ``segments`` are the missing ranges, ``present`` what has come before."""

    def __init__(self, source: RemoteFile, part: FilePart, destination: Path) -> None:
        super().__init__(source, destination)
        # A later attempt may add ranges: it has the same name.
        name = f"{file_key(source)}-{part.number}"
        self._part = self.final_path = destination / f"{name}.ranges"
        self._journal_path = destination / f"{name}.journal"
        self._ranges = merge_ranges(part.ranges)
        self.present: tuple[ByteRange, ...] = ()

    def open_ranges(self, segment_bytes: int, checkpoint: Callable[[], None]) -> int:
        """Wait for the lock, then resume; return how many bytes of the ranges are there. Raises DiskFull."""
        self.fd = lock_file(self._part, checkpoint)
        size = os.fstat(self.fd).st_size
        self.present = read_journal(self._journal_path, size) if size == self.source.size else ()
        if not self.present:
            os.ftruncate(self.fd, 0)
            os.ftruncate(self.fd, self.source.size)
        missing = subtract_ranges(self._ranges, self.present)
        self.segments = _cut_segments(missing, segment_bytes)
        self._write_journal()
        return measure_ranges(self._ranges) - measure_ranges(missing)

    def _write_journal(self) -> None:
        entries = [(start, end, end - start) for start, end in self.present]
        entries += [(segment.start, segment.end, 0) for segment in self.segments]
        header = _HEADER.pack(_MAGIC, _read_boot_id(), len(entries))
        write_bytes_atomic(self._journal_path, header + b"".join(_ENTRY.pack(*entry) for entry in entries))
        self._journal = os.open(self._journal_path, os.O_RDWR | os.O_CLOEXEC)

    def commit(self, segment: Segment, count: int) -> None:
        """Record that ``count`` more bytes of ``segment`` are in the file."""
        segment.done += count
        if self._journal is not None:
            entry = _HEADER.size + _ENTRY.size * (len(self.present) + segment.index)
            self._write(self._journal, _COUNT.pack(segment.done), entry + 2 * _COUNT.size)

    def hash_ranges(self, checkpoint: Callable[[], None], *, prefix: bytes = b"", algorithm: str = "sha256") -> str:
        """Return the hash of the ranges' bytes, one after the other, as they are on disk."""
        # Names content, as git does; nothing here relies on it against an attacker.
        found = hashlib.new(algorithm, prefix, usedforsecurity=False)
        for start, end in self._ranges:
            while start < end:
                checkpoint()
                block = os.pread(self.fd, min(1 << 20, end - start), start)
                if not block:
                    raise OSError(f"The file on disk ends before byte {start:,}.")
                found.update(block)
                start += len(block)  # noqa: PLW2901 (what is left of this range)
        return found.hexdigest()


def read_journal(path: Path, size: int) -> tuple[ByteRange, ...]:
    """Return the ranges of a file of ``size`` bytes that have come; none if the journal is of another boot."""
    try:
        raw = path.read_bytes()
        magic, boot, count = _HEADER.unpack_from(raw)
        entries = [_ENTRY.unpack_from(raw, _HEADER.size + _ENTRY.size * number) for number in range(count)]
    except (FileNotFoundError, struct.error):
        return ()
    if magic != _MAGIC or boot != _read_boot_id():
        return ()
    if any(start + done > end or end > size for start, end, done in entries):
        return ()
    return merge_ranges([(start, start + done) for start, _end, done in entries])


def _cut_segments(ranges: tuple[ByteRange, ...], segment_bytes: int) -> list[Segment]:
    starts = [
        (first, min(first + segment_bytes, end)) for start, end in ranges for first in range(start, end, segment_bytes)
    ]
    return [Segment(index, start, end) for index, (start, end) in enumerate(starts)]


def _read_boot_id() -> bytes:
    """Return 16 bytes that name this boot of the machine; the same ones always where the system does not tell."""
    try:
        found = _BOOT_ID.read_bytes()
    except OSError:
        found = b""
    return hashlib.sha256(found).digest()[:16]

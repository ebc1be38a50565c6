"""Rows of tokens as Arrow files, part after part, each with a report beside it that says where the source goes on.

Killed anywhere, a second call finds the parts that have a report, and makes the next one from there: parts are cut by
what is in them, so they come out the same, byte for byte, however often that happens.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Self

import numpy as np
import pyarrow as pa

from mistudio.core.records import as_json, from_json
from mistudio.corpus.arrays import Counts
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.rows import Added, Position, Rows
from mistudio.corpus.tokenized.statistics import added as sum_of
from mistudio.utils.file_utils import ensure_dir, replace_file, temporary_name, write_bytes_atomic

PART_BYTES: Final = 256 << 20
# Ids that are counted at once: NumPy makes each eight bytes long before, which should stay in the cache.
_COUNTED: Final = 1 << 19


@dataclass(frozen=True, kw_only=True)
class Written:
    """What has been written of a split so far. ``added`` counts each special token that was put in.

    ``dropped``: data tokens of the last row, if it was left out; known at the end.
    """

    rows: int = 0
    positions: int = 0
    data_tokens: int = 0
    padding: int = 0
    added: tuple[int, ...] = ()
    dropped: int = 0


@dataclass(frozen=True)
class Part:
    """A part, all that was written up to its end, and where the source goes on after it; ``size`` in bytes."""

    rows: int
    size: int
    sha256: str
    written: Written
    position: Position
    is_last: bool

    def to_bytes(self) -> bytes:
        """As the report has it."""
        return json.dumps(as_json(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The part that ``to_bytes`` gave ``data`` for."""
        return from_json(cls, json.loads(data))


class HashingFile:
    """A file to write to whose hash is known without reading it again."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: pa.Buffer | bytes) -> int:
        """Write ``data``, without a copy of it."""
        length = memoryview(data).nbytes
        self._digest.update(data)
        self._file.write(data)
        self.size += length
        return length

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def sha256(self) -> str:
        """Of all bytes written."""
        return self._digest.hexdigest()


class PartWriter:
    """Writes the rows of one split into ``folder``, with its reports in ``reports``; goes on where an earlier one was.

    ``written`` and ``position`` say how far it has come; ``is_complete``: nothing more is to be written. One thread.
    ``sync`` runs before each report is written: it flushes to the disk what the report relies on.
    """

    def __init__(
        self,
        folder: Path,
        reports: Path,
        *,
        columns: Columns,
        added: Sequence[Added],
        begin: Position,
        sync: Callable[[], None] | None = None,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._folder, self._reports = ensure_dir(folder), ensure_dir(reports)
        self._columns = columns
        self.added = tuple(added)
        self._part_bytes = part_bytes
        self._sync = sync
        self._pending: Rows | None = None
        self._open: _OpenPart | None = None
        self.parts = self._earlier()
        last = self.parts[-1] if self.parts else None
        self.written = last.written if last else Written(added=(0,) * len(added))
        self.position = last.position if last else begin
        self._counts: Counts = np.load(self._counts_path(len(self.parts) - 1)) if last else np.zeros(0, np.int64)

    @property
    def is_complete(self) -> bool:
        """Whether all rows of the split are in parts."""
        return bool(self.parts) and self.parts[-1].is_last

    @property
    def data_counts(self) -> Counts:
        """Occurrences of each id as data: everything written but padding and the special tokens that were put in."""
        counts = self._counts.copy()
        for kind, count in zip(self.added, self.written.added, strict=True):
            if count:
                counts[kind.id] -= count
        return counts

    def add(self, rows: Rows) -> None:
        """Take the next rows; full record batches are written."""
        if self._pending is not None:
            rows = self._completed(self._pending, rows)
        start = 0
        while (count := self._columns.next_batch(rows.lengths[start:])) is not None:
            self._write(rows.slice(start, start + count))
            start += count
        self._pending = rows.slice(start, len(rows)) if start < len(rows) else None

    def _completed(self, pending: Rows, rows: Rows) -> Rows:
        """Write the record batch that ``pending`` begins, and give the rows behind it; all rows, if it is not full yet.

        Only the rows that it takes are copied.
        """
        lengths = np.concatenate([pending.lengths, rows.lengths])
        count = self._columns.next_batch(lengths)
        if count is None or count < len(pending):
            return Rows.joined([pending, rows])
        taken = count - len(pending)
        self._write(Rows.joined([pending, rows.slice(0, taken)]))
        return rows.slice(taken, len(rows))

    def finish(self, *, dropped: int = 0) -> None:
        """Write what is left: all rows have come, and so many data tokens were left out at the end."""
        if self._pending is not None:
            self._write(self._pending, may_close=False)
            self._pending = None
        self.written = replace(self.written, dropped=dropped)
        self._close_part(is_last=True)

    def close(self) -> None:
        """Let go of the file; a part that was not finished is made again next time."""
        if self._open is not None:
            self._open.file.close()
            self._open = None

    def _write(self, rows: Rows, *, may_close: bool = True) -> None:
        batch, padding = self._columns.batch(rows)
        part = self._part()
        part.writer.write_batch(batch)
        part.rows += len(rows)
        self._count(rows, padding)
        self.position = rows.position_after(len(rows) - 1)
        if may_close and part.sink.size >= self._part_bytes:
            self._close_part(is_last=False)

    def _count(self, rows: Rows, padding: int) -> None:
        for start in range(0, len(rows.ids), _COUNTED):
            found = np.bincount(rows.ids[start : start + _COUNTED])
            self._counts = sum_of(self._counts, found.astype(np.int64, copy=False))
        put_in = rows.added.sum(axis=0, dtype=np.int64).tolist()
        so_far = self.written
        self.written = Written(
            rows=so_far.rows + len(rows),
            positions=so_far.positions + len(rows.ids) + padding,
            data_tokens=so_far.data_tokens + int(rows.data.sum()),
            padding=so_far.padding + padding,
            added=tuple(one + other for one, other in zip(so_far.added, put_in, strict=True)),
        )

    def _part(self) -> "_OpenPart":
        if self._open is None:
            self._open = _OpenPart(temporary_name(self._part_path(len(self.parts))), self._columns.schema)
        return self._open

    def _close_part(self, *, is_last: bool) -> None:
        """The part appears under its name, then its report; what an earlier part kept for going on is removed."""
        part, number = self._part(), len(self.parts)
        part.writer.close()
        part.file.close()
        replace_file(temporary_name(self._part_path(number)), self._part_path(number))
        report = Part(part.rows, part.sink.size, part.sink.sha256, self.written, self.position, is_last)
        with temporary_name(self._counts_path(number)).open("wb") as file:
            np.save(file, self._counts)
        replace_file(temporary_name(self._counts_path(number)), self._counts_path(number))
        if self._sync is not None:
            self._sync()
        write_bytes_atomic(self._report_path(number), report.to_bytes())
        self._counts_path(number - 1).unlink(missing_ok=True)
        self.parts.append(report)
        self._open = None

    def _earlier(self) -> list[Part]:
        """The parts of an earlier call, as far as they are whole; what they were counted by is that of the last one."""
        parts: list[Part] = []
        with suppress(OSError, ValueError, KeyError, TypeError):
            while True:
                number = len(parts)
                part = Part.from_bytes(self._report_path(number).read_bytes())
                if self.path_of(number).stat().st_size != part.size:
                    break
                parts.append(part)
        return parts if parts and self._counts_path(len(parts) - 1).exists() else []

    def path_of(self, number: int) -> Path:
        """Where the part is: under its own name, or under the one that it has among all parts."""
        named = sorted(self._folder.glob(f"data-{number:05d}-of-*.arrow"))
        return named[0] if named else self._part_path(number)

    def name_parts(self) -> list[str]:
        """Give all parts the names by which ``datasets`` knows them, and list those in order."""
        count = len(self.parts)
        names = [f"data-{number:05d}-of-{count:05d}.arrow" for number in range(count)]
        for number, name in enumerate(names):
            if self._part_path(number).exists():
                self._part_path(number).rename(self._folder / name)
        return names

    def _part_path(self, number: int) -> Path:
        return self._folder / f"part-{number:05d}.arrow"

    def _report_path(self, number: int) -> Path:
        return self._reports / f"part-{number:05d}.json"

    def _counts_path(self, number: int) -> Path:
        return self._reports / f"counts-{number:05d}.npy"


class _OpenPart:
    """A part that is being written."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # Arrow hands over whole columns: a buffer of Python's own would only copy them.
        self.file: BinaryIO = path.open("wb", buffering=0)
        self.sink = HashingFile(self.file)
        self.writer = pa.ipc.new_stream(self.sink, schema)
        self.rows = 0

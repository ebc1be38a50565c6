"""Write rows of tokens as Arrow files, part after part, each with a report that says where the source continues.

After a kill at any moment, a second call finds the parts that have a report and continues after them. The content
alone decides where a part ends, so the parts come out the same, byte for byte, after any number of kills.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.corpus.arrays import Counts, write_array
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.part_file import PartFile
from mistudio.corpus.tokenize.part_report import Part, WriteCounts
from mistudio.corpus.tokenize.rows import InsertedToken, Position, Rows
from mistudio.corpus.tokenized.length_counts import add_counts
from mistudio.utils.file_utils import ensure_dir, replace_file, temporary_name, write_bytes_atomic

PART_BYTES: Final = 256 << 20
# Ids that are counted at once: NumPy first makes each eight bytes long, and that should stay in the cache.
_COUNTED: Final = 1 << 19


class PartWriter:
    """Writes the rows of one split into ``folder``, with reports in ``reports``; continues after an earlier call.

    ``written`` and ``position`` describe the progress. Use it in one thread. ``sync`` runs before each report:
    it flushes to the disk what the report relies on.
    """

    def __init__(
        self,
        folder: Path,
        reports: Path,
        *,
        columns: Columns,
        inserted: Sequence[InsertedToken],
        begin: Position,
        sync: Callable[[], None] | None = None,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._folder, self._reports = ensure_dir(folder), ensure_dir(reports)
        self._columns = columns
        self.inserted = tuple(inserted)
        self._part_bytes = part_bytes
        self._sync = sync
        self._pending: Rows | None = None
        self._open: PartFile | None = None
        self.parts = self._find_parts()
        last = self.parts[-1] if self.parts else None
        self.written = last.written if last else WriteCounts(added=(0,) * len(inserted))
        self.position = last.position if last else begin
        self._counts: Counts = np.load(self._counts_path(len(self.parts) - 1)) if last else np.zeros(0, np.int64)

    @property
    def is_complete(self) -> bool:
        """Whether all rows of the split are in parts."""
        return bool(self.parts) and self.parts[-1].is_last

    def count_data(self) -> Counts:
        """Return the occurrences of each id as data: without padding and without inserted special tokens."""
        counts = self._counts.copy()
        for kind, count in zip(self.inserted, self.written.added, strict=True):
            if count:
                counts[kind.id] -= count
        return counts

    def add(self, rows: Rows) -> None:
        """Take the next rows, and write the record batches that are now full."""
        if self._pending is not None:
            rows = self._complete_batch(self._pending, rows)
        start = 0
        while (count := self._columns.next_batch(rows.lengths[start:])) is not None:
            self._write(rows.slice(start, start + count))
            start += count
        self._pending = rows.slice(start, len(rows)) if start < len(rows) else None

    def _complete_batch(self, pending: Rows, rows: Rows) -> Rows:
        """Write the record batch that begins with ``pending``, and return the rows after it.

        If it is not full yet, return all rows joined. Only rows of this batch are copied.
        """
        lengths = np.concatenate([pending.lengths, rows.lengths])
        count = self._columns.next_batch(lengths)
        if count is None or count < len(pending):
            return Rows.join([pending, rows])
        taken = count - len(pending)
        self._write(Rows.join([pending, rows.slice(0, taken)]))
        return rows.slice(taken, len(rows))

    def finish(self, *, dropped: int = 0) -> None:
        """Write the remaining rows after the last ``add``; ``dropped`` data tokens were left out at the end."""
        if self._pending is not None:
            self._write(self._pending, may_close=False)
            self._pending = None
        self.written = replace(self.written, dropped=dropped)
        self._close_part(is_last=True)

    def close(self) -> None:
        """Close the file; the next call writes an unfinished part again."""
        if self._open is not None:
            self._open.abandon()
            self._open = None

    def _write(self, rows: Rows, *, may_close: bool = True) -> None:
        batch, padding = self._columns.make_batch(rows)
        part = self._open_part()
        part.write(batch)
        self._count(rows, padding)
        self.position = rows.position_after(len(rows) - 1)
        if may_close and part.size >= self._part_bytes:
            self._close_part(is_last=False)

    def _count(self, rows: Rows, padding: int) -> None:
        for start in range(0, len(rows.ids), _COUNTED):
            found = np.bincount(rows.ids[start : start + _COUNTED])
            self._counts = add_counts(self._counts, found.astype(np.int64, copy=False))
        inserted = rows.inserted.sum(axis=0, dtype=np.int64).tolist()
        before = self.written
        self.written = WriteCounts(
            rows=before.rows + len(rows),
            positions=before.positions + len(rows.ids) + padding,
            data_tokens=before.data_tokens + int(rows.data.sum()),
            padding=before.padding + padding,
            added=tuple(one + other for one, other in zip(before.added, inserted, strict=True)),
        )

    def _open_part(self) -> PartFile:
        if self._open is None:
            self._open = PartFile(temporary_name(self._part_path(len(self.parts))), self._columns.schema)
        return self._open

    def _close_part(self, *, is_last: bool) -> None:
        """Rename the part to its name, then write its report; then remove the counts of the part before."""
        part, number = self._open_part(), len(self.parts)
        part.finish()
        replace_file(temporary_name(self._part_path(number)), self._part_path(number))
        report = Part(part.rows, part.size, part.sha256, self.written, self.position, is_last)
        with temporary_name(self._counts_path(number)).open("wb") as file:
            write_array(file, self._counts)
        replace_file(temporary_name(self._counts_path(number)), self._counts_path(number))
        if self._sync is not None:
            self._sync()
        write_bytes_atomic(self._report_path(number), report.to_bytes())
        self._counts_path(number - 1).unlink(missing_ok=True)
        self.parts.append(report)
        self._open = None

    def _find_parts(self) -> list[Part]:
        """Return the complete parts of an earlier call; none if the counts of the last one are missing."""
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
        """Return where the part is: under its own name, or under the name that ``name_parts`` gave it."""
        named = sorted(self._folder.glob(f"data-{number:05d}-of-*.arrow"))
        return named[0] if named else self._part_path(number)

    def name_parts(self) -> list[str]:
        """Rename all parts as ``datasets`` expects, and return the names in order."""
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

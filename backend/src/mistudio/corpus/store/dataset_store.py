"""Reads the rows of a dataset: any page of any size of dataset takes about as long.

The manifest and the files' footers, which stay in memory, tell where a row is; only the row groups of requested rows
are read. Safe to use from several threads. Every read blocks: never call it on an event loop.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from cachetools import LRUCache

from mistudio.core.errors import DataMissing, UnknownSplit
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.formats.utf8_repair import decode_array
from mistudio.corpus.store.file_pool import FileOwner, FilePool
from mistudio.corpus.store.manifest import Manifest, RawFile, SplitManifest, read_manifest
from mistudio.corpus.store.text_path import find_roots, read_table_cells
from mistudio.corpus.store.text_source import TextSource, list_paths, read_source

_MAX_FOOTERS: Final = 256
_MISSING: Final = "A file of the dataset is missing on disk ({}). Delete the dataset and download or import it again."
_DAMAGED: Final = "A file of the dataset is damaged ({}). Delete the dataset and download or import it again."


@dataclass(frozen=True)
class StoredRow:
    """One row. ``row`` counts from 0 within the split, ``id`` from 0 over all splits in the manifest's order."""

    id: int
    split: str
    row: int
    values: dict[str, object]


@dataclass(frozen=True)
class GroupRef:
    """A row group: rows ``first_row`` to ``first_row + rows`` of its split. Passes over a whole dataset go by these."""

    split: str
    path: str
    index: int
    first_row: int
    rows: int


@dataclass(frozen=True)
class _Footer:
    metadata: pq.FileMetaData
    # starts[g] is the first row of row group g; the last entry is the number of rows.
    starts: tuple[int, ...]


class DatasetStore:
    """The dataset in ``folder``. Methods that read raise DataMissing, InvalidData and UnknownSplit.

    Files stay open for the next page, in the pool ``files``, which stores may share. A closed store can still be read.
    ``text`` is the column or template that texts are read from; by default that of the manifest.
    """

    def __init__(
        self,
        folder: Path,
        *,
        manifest: Manifest | None = None,
        files: FilePool | None = None,
        text: TextSource | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder) if manifest is None else manifest
        self.text: TextSource = self.manifest.text_source if text is None else text
        self._splits = {split.name: split for split in self.manifest.splits}
        # Row numbers at which files begin and, last, at which the split ends.
        self._starts = {name: _starts([file.rows for file in split.files]) for name, split in self._splits.items()}
        ids = _starts([starts[-1] for starts in self._starts.values()])
        self._first_ids, self._num_rows = dict(zip(self._splits, ids, strict=False)), ids[-1]
        self._footers: LRUCache[str, _Footer] = LRUCache(_MAX_FOOTERS)
        self._lock = threading.Lock()
        self._files = files or FilePool()
        self._owner = FileOwner()

    def close(self) -> None:
        """Keep no file open from now on. Does not wait: a file that is being read is closed afterwards."""
        self._files.close(self._owner)

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in order."""
        return tuple(self._splits)

    def num_rows(self, split: str | None = None) -> int:
        """Return the number of rows of the split, or of all splits."""
        if split is None:
            return self._num_rows
        self._get_split(split)
        return self._starts[split][-1]

    def ids(self, split: str | None = None) -> tuple[int, int]:
        """Return the range of the row ids of the split, or of all splits: the first, and one past the last."""
        if split is None:
            return 0, self.num_rows()
        rows = self.num_rows(split)
        return self._first_ids[split], self._first_ids[split] + rows

    def locate(self, row_id: int) -> tuple[str, int]:
        """Return the split of the row with this id, and its number within the split. Raises IndexError."""
        if not 0 <= row_id < self._num_rows:
            raise IndexError(f"The dataset has no row with the id {row_id}.")
        split, first = next(item for item in reversed(self._first_ids.items()) if item[1] <= row_id)
        return split, row_id - first

    def page(self, split: str | None, *, offset: int, limit: int) -> list[StoredRow]:
        """Return up to ``limit`` rows from ``offset`` on, of one split or of all; none beyond the end."""
        rows: list[StoredRow] = []
        for name in self.splits if split is None else (split,):
            present = self.num_rows(name)
            if offset < present and len(rows) < limit:
                stop = min(present, offset + limit - len(rows))
                rows += self._read_span(name, offset, stop)
            offset = max(0, offset - present)
        return rows

    def row(self, split: str, row: int) -> StoredRow:
        """Return one row. Raises IndexError if the split has no such row."""
        if not 0 <= row < self.num_rows(split):
            raise IndexError(f"Split {split} has no row {row}.")
        return self._read_span(split, row, row + 1)[0]

    def rows(self, split: str, rows: Sequence[int], *, columns: Sequence[str] | None = None) -> list[StoredRow]:
        """Return rows of one split in the order of ``rows``, all columns or only ``columns``.

        Each row group is read once.
        """
        found: dict[int, StoredRow] = {}
        wanted, position = sorted(set(rows)), 0
        while position < len(wanted):
            group = self._find_group(split, wanted[position])
            end = bisect_right(wanted, group.first_row + group.rows - 1, lo=position)
            table = self.read(group, columns=columns)
            for number in wanted[position:end]:
                found[number] = self._to_rows(table, group, number, number + 1)[0]
            position = end
        return [found[number] for number in rows]

    def groups(self, split: str | None = None, *, first_row: int = 0) -> Iterator[GroupRef]:
        """Yield the row groups in order, of one split or of all; of each split those that end after ``first_row``."""
        for name in self.splits if split is None else (split,):
            files, starts = self._get_split(name).files, self._starts[name]
            for number in range(bisect_right(starts, first_row) - 1, len(files)):
                ends = self._get_footer(files[number].path).starts
                for index, (start, end) in enumerate(pairwise(ends)):
                    if starts[number] + end > first_row:
                        yield GroupRef(name, files[number].path, index, starts[number] + start, end - start)

    def read(self, group: GroupRef, *, columns: Sequence[str] | None = None, count: int = 1) -> pa.Table:
        """Return ``count`` row groups from this one on, all columns or those of ``columns``, names or paths, it has."""
        with self._open(group.path) as file:
            wanted = None if columns is None else find_roots(columns, file.schema_arrow.names)
            return file.read_row_groups(range(group.index, group.index + count), columns=wanted, use_threads=False)

    def texts(self, group: GroupRef, *, source: TextSource | None = None) -> pa.Array:
        """Return the text of each row of the group, or null; of ``source``, by default ``text``."""
        wanted = self.text if source is None else source
        return read_source(wanted, self.read(group, columns=list_paths(wanted)))

    def cells(self, group: GroupRef, column: str) -> list[object]:
        """Return the value of each row of the group in ``column``, with JSON parsed; None where there is none."""
        return read_table_cells(self.read(group, columns=[column]), column)

    def _read_span(self, split: str, start: int, stop: int) -> list[StoredRow]:
        rows: list[StoredRow] = []
        while start < stop:
            group = self._find_group(split, start)
            end = min(stop, group.first_row + group.rows)
            rows += self._to_rows(self.read(group), group, start, end)
            start = end
        return rows

    def _to_rows(self, table: pa.Table, group: GroupRef, start: int, stop: int) -> list[StoredRow]:
        part = table.slice(start - group.first_row, stop - start)
        columns = {
            name: decode_array(column.combine_chunks())
            for name, column in zip(part.column_names, part.columns, strict=True)
        }
        first_id = self._first_ids[group.split]
        return [
            StoredRow(first_id + row, group.split, row, {name: values[row - start] for name, values in columns.items()})
            for row in range(start, stop)
        ]

    def _find_group(self, split: str, row: int) -> GroupRef:
        files, starts = self._get_split(split).files, self._starts[split]
        number = bisect_right(starts, row) - 1
        file: RawFile = files[number]
        groups = self._get_footer(file.path).starts
        index = bisect_right(groups, row - starts[number]) - 1
        if index + 1 >= len(groups):
            raise DataMissing(_MISSING.format(f"{file.path} has fewer rows than the manifest says"))
        return GroupRef(split, file.path, index, starts[number] + groups[index], groups[index + 1] - groups[index])

    def _get_split(self, name: str) -> SplitManifest:
        try:
            return self._splits[name]
        except KeyError:
            listed = ", ".join(self.splits)
            raise UnknownSplit(
                f"The dataset has no split “{name}”. Splits: {listed}.", extra={"choices": list(self.splits)}
            ) from None

    def _get_footer(self, path: str) -> _Footer:
        with self._lock:
            if footer := self._footers.get(path):
                return footer
        with self._open(path) as file:
            metadata = file.metadata
        rows = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
        footer = _Footer(metadata, tuple(_starts(rows)))
        with self._lock:
            self._footers[path] = footer
        return footer

    @contextmanager
    def _open(self, path: str) -> Iterator[pq.ParquetFile]:
        """Lend the file to one reader: Parquet files are not safe to share between threads."""
        lent = self._files.lend(self._owner, self.folder / path, open_file=lambda: self._open_file(path))
        with (
            translate_arrow_errors(lambda _reason: _DAMAGED.format(path), errors=(pa.ArrowInvalid, OSError)),
            lent as file,
        ):
            yield file

    def _open_file(self, path: str) -> pq.ParquetFile:
        with self._lock:
            footer = self._footers.get(path)
        try:
            return pq.ParquetFile(self.folder / path, metadata=footer.metadata if footer else None)
        except FileNotFoundError as error:
            raise DataMissing(_MISSING.format(path)) from error


def _starts(lengths: Sequence[int]) -> list[int]:
    """Return where each of the parts begins and, last, where all of them end."""
    return [0, *accumulate(lengths)]

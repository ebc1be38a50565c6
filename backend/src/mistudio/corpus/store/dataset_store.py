"""Reading a dataset: any page of any of millions of rows at once, whatever files and row groups it spans.

Where a row lies is known from the manifest and the files' footers, which stay in memory; only the row groups that hold
asked rows are read. Safe to use from several threads; it blocks, so never from an event loop.
"""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import DataMissing, UnknownSplit
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.formats.utf8_repair import python_values
from mistudio.corpus.store.columns import texts
from mistudio.corpus.store.file_pool import OpenFiles, Shelf
from mistudio.corpus.store.manifest import Manifest, RawFile, SplitManifest, read_manifest

_FOOTERS: Final = 256
_GONE: Final = "A file of the dataset is not on disk ({}): delete the dataset and get it again."
_DAMAGED: Final = "A file of the dataset is damaged ({}): delete the dataset and get it again."


@dataclass(frozen=True)
class StoredRow:
    """One row. ``row`` counts from 0 within its split, ``id`` over all splits in the manifest's order."""

    id: int
    split: str
    row: int
    values: dict[str, object]


@dataclass(frozen=True)
class GroupRef:
    """A row group: rows ``first_row`` to ``first_row + rows`` of its split; what whole passes over the data go by."""

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
    """The dataset in ``folder``. Every reading method raises DataMissing where a file is gone, UnknownSplit by name.

    Files stay open for the next page, in ``files`` if stores are to share a bound. A closed store can still be read.
    """

    def __init__(self, folder: Path, *, manifest: Manifest | None = None, files: OpenFiles | None = None) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder) if manifest is None else manifest
        self._splits = {split.name: split for split in self.manifest.splits}
        self._first_ids = dict(zip(self._splits, _starts([split.rows for split in self.manifest.splits]), strict=False))
        self._starts = {name: _starts([file.rows for file in split.files]) for name, split in self._splits.items()}
        self._footers: OrderedDict[str, _Footer] = OrderedDict()
        self._lock = threading.Lock()
        self._files = files or OpenFiles()
        self._shelf = Shelf()

    def close(self) -> None:
        """Keep no file open from now on; what is being read is closed when that is done. Does not wait."""
        self._files.close(self._shelf)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits' names, in order."""
        return tuple(self._splits)

    def num_rows(self, split: str | None = None) -> int:
        """Rows of the split, or of all."""
        return self.manifest.rows if split is None else self._split(split).rows

    def ids(self, split: str | None = None) -> tuple[int, int]:
        """The ids of the split's rows, or of all: the first, and the one behind the last."""
        return (
            (0, self.num_rows())
            if split is None
            else (self._first_ids[split], self._first_ids[split] + self.num_rows(split))
        )

    def place(self, row_id: int) -> tuple[str, int]:
        """The split of the row with this id, and its number within it; IndexError if there is none."""
        for split, first in self._first_ids.items():
            if first <= row_id < first + self.num_rows(split):
                return split, row_id - first
        raise IndexError(f"There is no row with the id {row_id}.")

    def page(self, split: str | None, *, offset: int, limit: int) -> list[StoredRow]:
        """Up to ``limit`` rows from ``offset`` on, over all splits or within one; none beyond the end."""
        rows: list[StoredRow] = []
        for name in self.splits if split is None else (split,):
            present = self._split(name).rows
            if offset < present and len(rows) < limit:
                stop = min(present, offset + limit - len(rows))
                rows += self._span(name, offset, stop)
            offset = max(0, offset - present)
        return rows

    def row(self, split: str, row: int) -> StoredRow:
        """One row; IndexError if the split has no such row."""
        if not 0 <= row < self._split(split).rows:
            raise IndexError(f"Split {split} has no row {row}.")
        return self._span(split, row, row + 1)[0]

    def rows(self, split: str, rows: Sequence[int], *, columns: Sequence[str] | None = None) -> list[StoredRow]:
        """Rows of one split by number, in the order asked, all columns or those; each row group is read once."""
        found: dict[int, StoredRow] = {}
        wanted = sorted(set(rows))
        position = 0
        while position < len(wanted):
            group = self._group_at(split, wanted[position])
            end = bisect_right(wanted, group.first_row + group.rows - 1, lo=position)
            table = self.read(group, columns=columns)
            for number in wanted[position:end]:
                found[number] = self._rows(table, group, number, number + 1)[0]
            position = end
        return [found[number] for number in rows]

    def groups(self, split: str | None = None) -> Iterator[GroupRef]:
        """All row groups in order, of one split or of all."""
        for name in self.splits if split is None else (split,):
            first_row = 0
            for file in self._split(name).files:
                footer = self._footer(file.path)
                for index in range(footer.metadata.num_row_groups):
                    rows = footer.metadata.row_group(index).num_rows
                    yield GroupRef(name, file.path, index, first_row, rows)
                    first_row += rows

    def read(self, group: GroupRef, *, columns: Sequence[str] | None = None) -> pa.Table:
        """The row group as a table, all columns or those; columns that its file lacks are left out."""
        wanted = None if columns is None else list(columns)
        with self._open(group.path) as file:
            return file.read_row_group(group.index, columns=wanted, use_threads=False)

    def texts(self, group: GroupRef, *, column: str | None = None) -> pa.Array:
        """The texts of the row group's rows, null where there is none; the dataset's text column if none is named."""
        name = column or self.manifest.text_column.name
        table = self.read(group, columns=[name])
        if name not in table.column_names or pa.types.is_null(table.schema.field(name).type):
            return pa.nulls(group.rows, pa.string())
        return texts(table.column(name))

    def _span(self, split: str, start: int, stop: int) -> list[StoredRow]:
        rows: list[StoredRow] = []
        while start < stop:
            group = self._group_at(split, start)
            end = min(stop, group.first_row + group.rows)
            rows += self._rows(self.read(group), group, start, end)
            start = end
        return rows

    def _rows(self, table: pa.Table, group: GroupRef, start: int, stop: int) -> list[StoredRow]:
        part = table.slice(start - group.first_row, stop - start)
        columns = {
            name: python_values(column.combine_chunks())
            for name, column in zip(part.column_names, part.columns, strict=True)
        }
        first_id = self._first_ids[group.split]
        return [
            StoredRow(first_id + row, group.split, row, {name: values[row - start] for name, values in columns.items()})
            for row in range(start, stop)
        ]

    def _group_at(self, split: str, row: int) -> GroupRef:
        starts = self._starts[split]
        number = bisect_right(starts, row) - 1
        file: RawFile = self._split(split).files[number]
        groups = self._footer(file.path).starts
        index = bisect_right(groups, row - starts[number]) - 1
        if index + 1 >= len(groups):
            raise DataMissing(_GONE.format(f"{file.path} has fewer rows than it should"))
        return GroupRef(split, file.path, index, starts[number] + groups[index], groups[index + 1] - groups[index])

    def _split(self, name: str) -> SplitManifest:
        try:
            return self._splits[name]
        except KeyError:
            listed = ", ".join(self.splits)
            raise UnknownSplit(
                f"There is no split “{name}”. Splits: {listed}.", extra={"choices": list(self.splits)}
            ) from None

    def _footer(self, path: str) -> _Footer:
        with self._lock:
            if footer := self._footers.get(path):
                self._footers.move_to_end(path)
                return footer
        with self._open(path) as file:
            metadata = file.metadata
        rows = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
        footer = _Footer(metadata, tuple(_starts(rows)))
        with self._lock:
            self._footers[path] = footer
            while len(self._footers) > _FOOTERS:
                self._footers.popitem(last=False)
        return footer

    @contextmanager
    def _open(self, path: str) -> Iterator[pq.ParquetFile]:
        """This reader's own for as long as it reads: Parquet files are not safe to share."""
        lent = self._files.lend(self._shelf, self.folder / path, opened=lambda: self._opened(path))
        with (
            translate_arrow_errors(lambda _reason: _DAMAGED.format(path), errors=(pa.ArrowInvalid, OSError)),
            lent as file,
        ):
            yield file

    def _opened(self, path: str) -> pq.ParquetFile:
        with self._lock:
            footer = self._footers.get(path)
        try:
            return pq.ParquetFile(self.folder / path, metadata=footer.metadata if footer else None)
        except FileNotFoundError as error:
            raise DataMissing(_GONE.format(path)) from error


def _starts(lengths: Sequence[int]) -> list[int]:
    """Where each of the parts begins, and, last, where all of them end."""
    return [0, *accumulate(lengths)]

"""The rows to export, split by split, in record batches; memory holds one batch."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from mistudio.core.errors import InvalidData, UnknownColumn
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.manifest import TokenizedManifest, read_tokenized_manifest
from mistudio.corpus.tokenized.messages import FILE_DAMAGED
from mistudio.corpus.tokenized.store import translate_read_errors


class ExportSource(Protocol):
    """A dataset or a tokenization."""

    def list_splits(self) -> list[str]:
        """Return the names of the splits."""
        ...

    def count_rows(self, split: str) -> int:
        """Return the number of rows of a split."""
        ...

    def read_schema(self, split: str) -> pa.Schema:
        """Return the columns of a split."""
        ...

    def read(self, split: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a split, with these columns in this order."""
        ...


class TokenSource:
    """The rows of a tokenization in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.manifest: TokenizedManifest = read_tokenized_manifest(folder)

    def list_splits(self) -> list[str]:
        """Return the names of the splits."""
        return [split.name for split in self.manifest.splits]

    def count_rows(self, split: str) -> int:
        """Return the number of rows of a split. Raises UnknownSplit."""
        return self.manifest.find_split(split).rows

    def read_schema(self, split: str) -> pa.Schema:
        """Return the columns of a split. Raises UnknownSplit, DataMissing, InvalidData."""
        (path, _size) = self._list_files(split)[0]
        with translate_read_errors(), path.open("rb") as file:
            return pa.ipc.open_stream(file).schema

    def read(self, split: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a split. Raises UnknownSplit, DataMissing, InvalidData."""
        for path, size in self._list_files(split):
            # A stream is read, not mapped: a file that becomes shorter meanwhile ends with an error.
            with translate_read_errors(), path.open("rb") as file:
                if path.stat().st_size != size:
                    raise InvalidData(FILE_DAMAGED)
                for batch in pa.ipc.open_stream(file):
                    yield batch.select(list(columns))

    def _list_files(self, split: str) -> list[tuple[Path, int]]:
        return [(self._folder / file.path, file.bytes) for file in self.manifest.find_split(split).files]


class DatasetSource:
    """The rows of a dataset in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list_splits(self) -> list[str]:
        """Return the names of the splits."""
        with closing(DatasetStore(self._folder)) as store:
            return list(store.splits)

    def count_rows(self, split: str) -> int:
        """Return the number of rows of a split. Raises UnknownSplit."""
        with closing(DatasetStore(self._folder)) as store:
            return store.num_rows(split)

    def read_schema(self, split: str) -> pa.Schema:
        """Return the columns of a split; a split without rows has those of the manifest's columns as null."""
        with closing(DatasetStore(self._folder)) as store:
            group = next(store.groups(split), None)
            if group is not None:
                return store.read(group).schema
            return pa.schema([pa.field(column.name, pa.null()) for column in store.manifest.columns])

    def read(self, split: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a split; a column that a file lacks is null."""
        schema = self.read_schema(split)
        fields = [schema.field(name) for name in columns]
        wanted = pa.schema(fields, metadata=schema.metadata)
        with closing(DatasetStore(self._folder)) as store:
            for group in store.groups(split):
                table = store.read(group, columns=columns)
                arrays = [
                    table.column(field.name).combine_chunks().cast(field.type)
                    if field.name in table.column_names
                    else pa.nulls(table.num_rows, field.type)
                    for field in fields
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=wanted)


def check_columns(present: Sequence[str], wanted: Sequence[str] | None) -> None:
    """Raise UnknownColumn, with the choices, if a wanted column is not there."""
    for name in wanted or ():
        if name not in present:
            raise UnknownColumn(
                f"There is no column “{name}”. Columns: {', '.join(present)}.",
                field="columns",
                extra={"choices": list(present)},
            )

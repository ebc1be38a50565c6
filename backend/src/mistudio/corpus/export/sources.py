"""The rows to export, split by split, in record batches; memory holds one batch."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from mistudio.core.errors import DataMissing, InvalidData, UnknownColumn
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.derive.columns import read_schema
from mistudio.corpus.formats.exact_cast import fit_table
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
    """The rows of the dataset in ``folder``; all its files have one schema."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # For its manifest: it opens no file.
        self._store = DatasetStore(folder)
        self._schema: pa.Schema | None = None

    def list_splits(self) -> list[str]:
        """Return the names of the splits."""
        return list(self._store.splits)

    def count_rows(self, split: str) -> int:
        """Return the number of rows of a split. Raises UnknownSplit."""
        return self._store.num_rows(split)

    def read_schema(self, split: str) -> pa.Schema:
        """Return the columns of a split. Raises UnknownSplit, DataMissing, InvalidData."""
        self._store.num_rows(split)
        if self._schema is None:
            try:
                with translate_arrow_errors(lambda reason: f"A file of the dataset is damaged: {reason}."):
                    self._schema = read_schema(self._store)
            except FileNotFoundError as error:
                raise DataMissing("A file of the dataset is no longer on disk. Delete it and get it again.") from error
        return self._schema

    def read(self, split: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a split; a column that a file lacks is null."""
        schema = self.read_schema(split)
        wanted = pa.schema([schema.field(name) for name in columns], metadata=schema.metadata)
        with closing(DatasetStore(self._folder, manifest=self._store.manifest)) as store:
            for group in store.groups(split):
                table = store.read(group, columns=columns)
                found = dict(zip(table.column_names, table.columns, strict=True))
                yield from fit_table(found, len(table), wanted).combine_chunks().to_batches()


def check_columns(present: Sequence[str], wanted: Sequence[str] | None) -> None:
    """Raise UnknownColumn, with the choices, if a wanted column is not there."""
    for name in wanted or ():
        if name not in present:
            raise UnknownColumn(
                f"There is no column “{name}”. Columns: {', '.join(present)}.",
                field="columns",
                extra={"choices": list(present)},
            )

"""The manifest of a dataset: what it is, where it came from, how to make it again, how to tell that it is whole.

It stands as ``manifest.json`` in the dataset's folder and is the only list of its splits and files. Equal manifests
have equal bytes.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq

from mistudio.core.errors import DataMissing, NoData
from mistudio.core.records import as_json, from_versioned, to_versioned
from mistudio.corpus.store.columns import TextColumn, choose_text_column, merge_columns
from mistudio.corpus.store.file_report import ColumnReport, FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic

FORMAT_VERSION: Final = 1


@dataclass(frozen=True)
class SourceRecord:
    """A file that the data was taken from: its path in the repository (or its name), size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class RawFile:
    """A file of the store; ``path`` is relative to the dataset's folder, ``kept`` that it is its source as it was."""

    path: str
    rows: int
    bytes: int
    sha256: str
    kept: bool


@dataclass(frozen=True)
class SplitManifest:
    """A split and its files, in order."""

    name: str
    files: tuple[RawFile, ...]

    @property
    def rows(self) -> int:
        """Rows of all its files."""
        return sum(file.rows for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Bytes of all its files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class TakenIn:
    """A source file that has become a file of the store: split, place in the store, figures, and what it came from."""

    split: str
    path: str
    report: FileReport
    source: SourceRecord


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A dataset. ``repo``, ``config`` and ``commit`` are None for data that did not come from the Hub."""

    source: Literal["huggingface", "local"]
    repo: str | None
    config: str | None
    commit: str | None
    splits: tuple[SplitManifest, ...]
    sources: tuple[SourceRecord, ...]
    text_column: TextColumn
    columns: tuple[ColumnReport, ...]
    versions: Mapping[str, str]
    created_at: str

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(split.rows for split in self.splits)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files of the store."""
        return sum(split.size_bytes for split in self.splits)

    @property
    def text(self) -> ColumnReport:
        """The figures of the text column."""
        return next(column for column in self.columns if column.name == self.text_column.name)

    def to_bytes(self) -> bytes:
        """As the file has it."""
        counts = {"rows": self.rows, "bytes": self.size_bytes, "characters": self.text.characters}
        return to_versioned({**as_json(self), "counts": counts}, FORMAT_VERSION)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The manifest that ``to_bytes`` gave.

        Raises UnsupportedVersion if a newer program wrote it, InvalidData if it is none.
        """
        remedy = "delete the dataset and get it again"
        return from_versioned(cls, data, newest=FORMAT_VERSION, name="The dataset's manifest", remedy=remedy)


def make_manifest(
    files: Sequence[TakenIn],
    *,
    source: Literal["huggingface", "local"],
    splits: Sequence[str],
    repo: str | None = None,
    config: str | None = None,
    commit: str | None = None,
    text_column: str | None = None,
    sources: Sequence[SourceRecord] | None = None,
) -> Manifest:
    """The manifest of a dataset made of ``files``, now; ``splits`` gives the order, ``text_column`` a wish.

    ``sources`` are what the data was taken from, where those are not the files' own.
    Raises NoData where there is no row or no text, UnknownColumn where the wish cannot be met.
    """
    columns = merge_columns(file.report for file in files)
    if not any(file.report.rows for file in files):
        raise NoData("The files hold no rows: there is nothing to make a dataset of.")
    return Manifest(
        source=source,
        repo=repo,
        config=config,
        commit=commit,
        splits=tuple(
            SplitManifest(split, tuple(_raw(file) for file in files if file.split == split)) for split in splits
        ),
        # One source file may serve several splits.
        sources=tuple(sources or {file.source.path: file.source for file in files}.values()),
        text_column=choose_text_column(columns, requested=text_column),
        columns=columns,
        versions={"mistudio": version("mistudio"), "pyarrow": pa.__version__, "python": platform.python_version()},
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _raw(file: TakenIn) -> RawFile:
    report = file.report
    return RawFile(path=file.path, rows=report.rows, bytes=report.bytes, sha256=report.sha256, kept=report.kept)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it into the dataset's folder, atomically."""
    write_bytes_atomic(DatasetLayout(folder).manifest, manifest.to_bytes())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the dataset in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        return Manifest.from_bytes(DatasetLayout(folder).manifest.read_bytes())
    except FileNotFoundError as error:
        raise DataMissing("The dataset's files are not on disk: delete it and get it again.") from error


def manifest_sha256(folder: Path) -> str:
    """The hash by which what is derived from the dataset names it."""
    return sha256_file(DatasetLayout(folder).manifest)


def verify(folder: Path) -> list[str]:
    """Every difference between the manifest and the files of the store, as sentences; none if the dataset is whole."""
    layout, manifest = DatasetLayout(folder), read_manifest(folder)
    files = [file for split in manifest.splits for file in split.files]
    expected = {file.path for file in files}
    found = {layout.relative(path) for path in layout.raw.rglob("*") if path.is_file()}
    differences = [difference for file in files for difference in _verify_file(folder, file)]
    return [*differences, *(f"{path} is not in the manifest." for path in sorted(found - expected))]


def _verify_file(folder: Path, file: RawFile) -> list[str]:
    path = folder / file.path
    if not path.is_file():
        return [f"{file.path} is missing."]
    size = path.stat().st_size
    if size != file.bytes:
        return [f"{file.path} has {size:,} bytes instead of {file.bytes:,}."]
    if sha256_file(path) != file.sha256:
        return [f"{file.path} has other content than when it was stored (its SHA-256 differs)."]
    rows = pq.read_metadata(path).num_rows
    return [] if rows == file.rows else [f"{file.path} has {rows:,} rows instead of {file.rows:,}."]

"""The manifest of a dataset: what it is, what it was made from, and the hashes by which its files are verified.

The file ``manifest.json`` in the dataset's folder is the only list of its splits and files. Equal manifests have equal
bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

import pyarrow.parquet as pq

from mistudio.core.errors import DataMissing, Json
from mistudio.core.records import as_json, from_versioned, to_versioned
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.store.columns import TextColumn, list_text_columns
from mistudio.corpus.store.file_report import ColumnReport, FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.mixture_record import MixtureRecord
from mistudio.corpus.store.part_record import PartRecord, SourcePart
from mistudio.corpus.store.subset_record import SubsetRecord
from mistudio.corpus.store.text_source import TextSource
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic

FORMAT_VERSION: Final = 1


@dataclass(frozen=True)
class SourceRecord:
    """A source file: its path in the repository or the name it was imported under, size in bytes, SHA-256.

    ``reading`` says how it was read; None means as its name and format say. With ``part``, the SHA-256 is that of the
    bytes that came.
    """

    path: str
    size: int
    sha256: str
    reading: Reading | None = None
    part: SourcePart | None = None


@dataclass(frozen=True)
class SkippedFile:
    """A file that was offered for an import and is not part of the dataset, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class RawFile:
    """A raw file. ``path`` is relative to the dataset's folder; ``kept`` means that it is its source file unchanged."""

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
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class IngestedFile:
    """A source file that has become a raw file; ``path`` is that of the raw file, relative to the dataset's folder."""

    split: str
    path: str
    report: FileReport
    source: SourceRecord


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A dataset. ``repo`` and ``commit`` are None unless the data came from the Hub.

    ``config`` is that of the card, if the data has one. ``features`` are those that say more than a column's type, as
    ``datasets`` writes them; ``notices`` say in sentences how the source files differ from each other or from the card.
    ``skipped`` are files beside an import's that are not rows. Either ``text_column`` or ``text_template`` is set, and
    ``template_counts`` are the figures of the template's texts. ``part`` is None unless only a part of the repository
    was taken; then ``files`` are the reports of its raw files. ``mixture`` is None unless it is mixed of others,
    ``subset`` unless it has rows of another one.
    """

    source: Literal["huggingface", "local", "derived"]
    repo: str | None
    config: str | None
    commit: str | None
    splits: tuple[SplitManifest, ...]
    sources: tuple[SourceRecord, ...]
    text_column: TextColumn | None
    columns: tuple[ColumnReport, ...]
    versions: Mapping[str, str]
    created_at: str
    features: Mapping[str, Json] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    text_template: str | None = None
    template_counts: ColumnReport | None = None
    part: PartRecord | None = None
    files: tuple[IngestedFile, ...] = ()
    mixture: MixtureRecord | None = None
    subset: SubsetRecord | None = None

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(split.rows for split in self.splits)

    @property
    def size_bytes(self) -> int:
        """Bytes of all raw files."""
        return sum(split.size_bytes for split in self.splits)

    @property
    def text_source(self) -> TextSource:
        """The column or template that texts are read from."""
        if self.text_template is not None:
            return TextTemplate(self.text_template)
        return self.text_column.name if self.text_column else ""

    @property
    def text(self) -> ColumnReport:
        """The figures of the texts."""
        if self.text_template is not None:
            return self.template_counts or ColumnReport(self.text_template, "template", "text", 0)
        return list_text_columns(self.columns)[str(self.text_source)]

    def to_bytes(self) -> bytes:
        """Return the content of ``manifest.json``."""
        counts = {"rows": self.rows, "bytes": self.size_bytes, "characters": self.text.characters}
        return to_versioned({**as_json(self), "counts": counts}, FORMAT_VERSION)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the manifest that ``to_bytes`` made ``data`` of.

        Raises UnsupportedVersion if a newer program wrote it, InvalidData if it is not a manifest.
        """
        remedy = "delete the dataset and download or import it again"
        return from_versioned(cls, data, newest=FORMAT_VERSION, name="The dataset's manifest", remedy=remedy)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the dataset's folder, atomically."""
    write_bytes_atomic(DatasetLayout(folder).manifest, manifest.to_bytes())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the dataset in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        return Manifest.from_bytes(DatasetLayout(folder).manifest.read_bytes())
    except FileNotFoundError as error:
        raise DataMissing("The dataset's files are not on disk. Delete it and download or import it again.") from error


def manifest_sha256(folder: Path) -> str:
    """Return the SHA-256 of the manifest: what is derived from a dataset names it by this hash."""
    return sha256_file(DatasetLayout(folder).manifest)


def verify(folder: Path) -> list[str]:
    """Return every difference between the manifest and the raw files, as sentences; none if the dataset is intact."""
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
        return [f"{file.path} has changed since it was stored (its SHA-256 differs)."]
    rows = pq.read_metadata(path).num_rows
    return [] if rows == file.rows else [f"{file.path} has {rows:,} rows instead of {file.rows:,}."]

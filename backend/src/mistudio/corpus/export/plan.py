"""What an export writes, and the record of what it has written. Both are small files in the export's folder."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

TokenFormat: TypeAlias = Literal["parquet", "arrow", "bin", "mds", "npy"]
DatasetFormat: TypeAlias = Literal["parquet", "jsonl", "csv"]
ExportFormat: TypeAlias = Literal["parquet", "arrow", "bin", "mds", "npy", "jsonl", "csv"]

TOKEN_FORMATS: Final[tuple[TokenFormat, ...]] = get_args(TokenFormat)
DATASET_FORMATS: Final[tuple[DatasetFormat, ...]] = get_args(DatasetFormat)


@dataclass(frozen=True, kw_only=True)
class ExportPlan:
    """What to write; ``columns`` None stands for all that the format can hold."""

    format: ExportFormat
    splits: tuple[str, ...]
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ExportedFile:
    """A finished file; ``path`` is relative to the folder of the files."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ExportRecord:
    """A finished export. ``notes`` say what differs from the source, such as columns that were left out."""

    files: tuple[ExportedFile, ...]
    rows: int
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class ExportLayout:
    """Paths below ``folder``, the folder of one export."""

    folder: Path

    @property
    def plan(self) -> Path:
        """The file of the ExportPlan."""
        return self.folder / "plan.json"

    @property
    def building(self) -> Path:
        """The folder of files that are being written."""
        return self.folder / "building"

    @property
    def files(self) -> Path:
        """The folder of the finished files."""
        return self.folder / "files"

    @property
    def record(self) -> Path:
        """The file of the ExportRecord; present once all files are complete."""
        return self.folder / "record.json"

"""The paths within a dataset's folder, each spelled out here and nowhere else."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DatasetLayout:
    """Paths below ``folder``: a finished dataset, or the staging folder that is renamed to become one."""

    folder: Path

    @property
    def manifest(self) -> Path:
        """The dataset's manifest; present once every raw file is complete."""
        return self.folder / "manifest.json"

    @property
    def raw(self) -> Path:
        """The folder of Parquet files."""
        return self.folder / "raw"

    @property
    def index(self) -> Path:
        """The folder of the search index."""
        return self.folder / "index"

    @property
    def index_manifest(self) -> Path:
        """The file that names the index build in use."""
        return self.index / "manifest.json"

    @property
    def tokenizations(self) -> Path:
        """The folder that has one folder per tokenization."""
        return self.folder / "tokenized"

    @property
    def profile(self) -> Path:
        """The file of the column profiles."""
        return self.folder / "columns" / "profile.json"

    @property
    def exports(self) -> Path:
        """The folder that has one folder per export, of the dataset or of a tokenization."""
        return self.folder / "exports"

    @property
    def source(self) -> Path:
        """The folder of source files that are still to be ingested; in staging only."""
        return self.folder / "source"

    @property
    def reports(self) -> Path:
        """The folder that has one report per ingested file; in staging only."""
        return self.folder / "reports"

    def tokenized(self, tokenization_id: str) -> Path:
        """Return the folder of one tokenization."""
        return self.tokenizations / tokenization_id

    def relative(self, path: Path) -> str:
        """Return ``path`` as manifests list it: relative to the folder, with ``/`` between its parts."""
        return path.relative_to(self.folder).as_posix()


def name_raw_file(split: str, number: int, count: int) -> str:
    """Return the name of the raw file ``number`` of the ``count`` that a split has."""
    return f"{split}-{number:05d}-of-{count:05d}.parquet"

"""Column profiles as they are stored beside a dataset, with the hash of the manifest that they are of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from mistudio.core.errors import InvalidData, Json, UnsupportedVersion
from mistudio.core.records import as_json, from_versioned, to_versioned
from mistudio.corpus.columns.profile_values import ProfileKind
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.utils.file_utils import ensure_dir, write_bytes_atomic

FORMAT_VERSION: Final = 1


@dataclass(frozen=True)
class TopValue:
    """A frequent value; of a long text only the beginning (``is_cut``)."""

    value: Json
    count: int
    is_cut: bool = False


@dataclass(frozen=True)
class HistogramBin:
    """Rows whose value, or length, is at least ``start`` and less than ``stop``."""

    start: Json
    stop: Json
    count: int


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """The figures of one column, over all splits. ``measure`` says what min, max, mean and histogram are of.

    NaN and infinities count as values, but not for mean and histogram.
    """

    name: str
    type: str
    kind: ProfileKind
    rows: int
    nulls: int
    distinct: int | None = None
    distinct_is_exact: bool = True
    measure: Literal["value", "length"] | None = None
    min: Json = None
    max: Json = None
    mean: float | None = None
    top: tuple[TopValue, ...] = ()
    histogram: tuple[HistogramBin, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProfileFile:
    """What the file holds; ``dataset_sha256`` is the hash of the dataset's manifest."""

    dataset_sha256: str
    columns: tuple[ColumnProfile, ...]


def read_profiles(folder: Path) -> tuple[ColumnProfile, ...] | None:
    """Return the stored profiles; None if there are none, or they are of other data."""
    try:
        data = DatasetLayout(folder).profile.read_bytes()
        found = from_versioned(
            ProfileFile, data, newest=FORMAT_VERSION, name="The column profiles", remedy="compute them again"
        )
        return found.columns if found.dataset_sha256 == manifest_sha256(folder) else None
    except (OSError, InvalidData, UnsupportedVersion):
        return None


def write_profiles(folder: Path, profiles: Sequence[ColumnProfile]) -> None:
    """Store the profiles beside the dataset, in place of earlier ones."""
    content = as_json(ProfileFile(dataset_sha256=manifest_sha256(folder), columns=tuple(profiles)))
    path = DatasetLayout(folder).profile
    ensure_dir(path.parent)
    write_bytes_atomic(path, to_versioned(content, FORMAT_VERSION))

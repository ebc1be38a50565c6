"""Requests to the planner and its answers: records that travel as JSON between its child process and the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from mistudio.core.errors import Json
from mistudio.corpus.hub.part_types import EVERYTHING, FilePart, Part

Access = Literal["granted", "login_required", "request_required"]
Format = Literal["parquet", "json", "csv", "text", "arrow"]
Options = Mapping[str, Json]
FileKey = tuple[str, FilePart | None]

_COMPRESSIONS: Final = ("gz", "gzip", "zst", "zstd", "bz2", "xz", "lz4")
_PLAIN_TEXT: Final = (".json", ".jsonl", ".csv", ".tsv", ".txt", ".ndjson")


@dataclass(frozen=True)
class PlanRequest:
    """The data to plan; the planner chooses what is None. Without ``token`` the server owner's own is used, if any.

    Its JSON contains the token: it goes through a pipe, never into a log.
    """

    repo_id: str
    config: str | None = None
    splits: tuple[str, ...] | None = None
    revision: str | None = None
    token: str | None = field(default=None, repr=False)
    part: Part = EVERYTHING


@dataclass(frozen=True)
class TokenizerRequest:
    """The tokenizer of the Hub to bring into the cache at ``cache_dir``; ``token`` as for a plan."""

    name: str
    revision: str | None
    cache_dir: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PinnedTokenizer:
    """A tokenizer whose files are in the cache: its current name, and its commit."""

    name: str
    commit: str


@dataclass(frozen=True)
class RemoteFile:
    """A file of the repository: its split, its exact size in bytes, and the checksum that verifies it.

    ``part`` None takes all of it.
    """

    path: str
    split: str
    size: Annotated[int, Field(strict=True, ge=0)]
    sha256: str | None = None
    git_sha1: str | None = None
    part: FilePart | None = None

    @property
    def key(self) -> FileKey:
        """What is taken of which file: equal for a file that serves several splits."""
        return self.path, self.part

    @property
    def label(self) -> str:
        """The name whose suffix says how the file is compressed that is ingested; what is cut is plain."""
        stem, _dot, suffix = self.path.rpartition(".")
        is_plain = self.part is not None and self.part.is_cut and suffix.lower() in _COMPRESSIONS
        return stem if is_plain else self.path

    @property
    def fetch_bytes(self) -> int:
        """How many of its bytes are fetched."""
        return self.size if self.part is None else self.part.num_bytes


@dataclass(frozen=True)
class LayoutRequest:
    """Files outside the Hub whose layout to read: their folder's name, their paths, and the card and its like.

    ``declarations`` are the files of ``card.DECLARATIONS`` as text. ``data_paths`` are the files that can be rows if no
    card says otherwise; ``is_folder`` is False if the user gave each file on its own.
    """

    name: str
    paths: tuple[str, ...]
    data_paths: tuple[str, ...]
    declarations: Mapping[str, str]
    config: str | None = None
    is_folder: bool = True


@dataclass(frozen=True)
class LaidOutFile:
    """A file of a layout: its split, and its format and reader's options if a card decides them."""

    path: str
    split: str
    format: Format | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True)
class FileLayout:
    """Which files are the rows of which split; ``left_out`` gives the reason for others, where there is one.

    ``config`` is None if no card declares configs. ``features`` are what the card declares of the columns.
    """

    config: str | None
    configs: tuple[str, ...]
    files: tuple[LaidOutFile, ...]
    left_out: Mapping[str, str]
    features: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitFiles:
    """A split: the number of its files, and their size in bytes."""

    name: str
    num_files: int
    size_bytes: int


@dataclass(frozen=True)
class Sizes:
    """Sizes of files in bytes: all, those of uncompressed text, and the two largest together.

    A file of several splits counts once.
    """

    total: int
    plain: int
    largest: int

    def limit(self, total: int) -> "Sizes":
        """Return the sizes of a part of these files that has ``total`` bytes."""
        return Sizes(min(self.total, total), min(self.plain, total), min(self.largest, total))

    @classmethod
    def of(cls, files: Iterable[RemoteFile]) -> "Sizes":
        """Add up the sizes of ``files``."""
        sizes = {file.key: file.fetch_bytes for file in files}
        plain = sum(size for (path, _part), size in sizes.items() if path.lower().endswith(_PLAIN_TEXT))
        return cls(sum(sizes.values()), plain, sum(sorted(sizes.values(), reverse=True)[:2]))


@dataclass(frozen=True)
class Column:
    """A column that the card declares; its type as ``datasets`` writes it."""

    name: str
    type: str


@dataclass(frozen=True)
class Inspection:
    """What a repository holds at one commit.

    ``config`` is None if the user must choose one; then format, splits and sizes are empty. ``repo_id`` is the
    repository's current name, ``options`` are those of the format's reader.
    """

    repo_id: str
    revision: str
    config: str | None
    default_config: str | None
    configs: tuple[str, ...]
    splits: tuple[SplitFiles, ...]
    format: Format | None
    options: Options
    columns: tuple[Column, ...]
    gated: bool
    private: bool
    access: Access
    license: str | None
    description: str | None
    num_files: int
    sizes: Sizes


@dataclass(frozen=True)
class DownloadPlan:
    """All that a download needs, at one commit; the files are in the library's order of splits, then by path.

    It lists whole files; ``part`` says how much is taken of them. ``features`` are what the card declares of the
    columns, as the library writes it to JSON.
    """

    repo_id: str
    revision: str
    config: str
    is_default_config: bool
    format: Format
    options: Options
    files: tuple[RemoteFile, ...]
    description: str | None
    license: str | None
    gated: bool
    part: Part = EVERYTHING
    features: Mapping[str, Json] = field(default_factory=dict)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits, in order."""
        return tuple(dict.fromkeys(file.split for file in self.files))

    @property
    def sizes(self) -> Sizes:
        """The sizes of its files."""
        return Sizes.of(self.files)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files; a file of several splits counts once."""
        return self.sizes.total

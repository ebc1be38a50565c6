"""Requests to the planner and its answers: records that travel as JSON between its child process and the server."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from mistudio.core.errors import Json

Access = Literal["granted", "login_required", "request_required"]
Format = Literal["parquet", "json", "csv", "text", "arrow"]
Options = Mapping[str, Json]

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
    """A file of the repository: its split, its exact size in bytes, and the checksum that verifies it."""

    path: str
    split: str
    size: Annotated[int, Field(strict=True, ge=0)]
    sha256: str | None = None
    git_sha1: str | None = None


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

    @classmethod
    def of(cls, files: Iterable[RemoteFile]) -> "Sizes":
        """Add up the sizes of ``files``."""
        sizes = {file.path: file.size for file in files}
        plain = sum(size for path, size in sizes.items() if path.lower().endswith(_PLAIN_TEXT))
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

    ``features`` are what the card declares of the columns, as the library writes it to JSON.
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

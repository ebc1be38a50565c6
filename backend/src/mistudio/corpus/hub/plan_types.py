"""What planning asks and answers, as records that travel as JSON between the planner's child and whoever asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mistudio.core.errors import Json

Access = Literal["granted", "login_required", "request_required"]
Format = Literal["parquet", "json", "csv", "text", "arrow"]
Options = Mapping[str, Json]

_PLAIN_TEXT: Final = (".json", ".jsonl", ".csv", ".tsv", ".txt", ".ndjson")


@dataclass(frozen=True)
class PlanRequest:
    """Which data is wanted; what is left out is chosen (states.md). ``token`` None: the server owner's own, if any.

    As JSON it goes through a pipe, never into a log: the token is in it.
    """

    repo_id: str
    config: str | None = None
    splits: tuple[str, ...] | None = None
    revision: str | None = None
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TokenizerRequest:
    """Which tokenizer of the Hub is wanted in the cache at ``cache_dir``; ``token`` as for a plan."""

    name: str
    revision: str | None
    cache_dir: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PinnedTokenizer:
    """A tokenizer whose files are in the cache: its present name, and its commit."""

    name: str
    commit: str


@dataclass(frozen=True)
class RemoteFile:
    """A file of the repository: its split, its exact size in bytes, and the checksum by which it will be verified."""

    path: str
    split: str
    size: int
    sha256: str | None = None
    git_sha1: str | None = None


@dataclass(frozen=True)
class SplitFiles:
    """A split: its files and their bytes."""

    name: str
    num_files: int
    size_bytes: int


@dataclass(frozen=True)
class Sizes:
    """What files weigh, in bytes: all of them, those of plain text among them, and the two largest together.

    A file that serves several splits counts once.
    """

    total: int
    plain: int
    largest: int

    @classmethod
    def of(cls, files: Iterable[RemoteFile]) -> "Sizes":
        """The sizes of these files."""
        sizes = {file.path: file.size for file in files}
        plain = sum(size for path, size in sizes.items() if path.lower().endswith(_PLAIN_TEXT))
        return cls(sum(sizes.values()), plain, sum(sorted(sizes.values(), reverse=True)[:2]))


@dataclass(frozen=True)
class Column:
    """A column as the card declares it, its type as ``datasets`` writes it."""

    name: str
    type: str


@dataclass(frozen=True)
class Inspection:
    """What a repository holds at one commit.

    ``config`` is None while one must be chosen; then format, splits and sizes are empty. ``repo_id`` is the
    repository's present name, ``options`` what the reader of the format needs to know.
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
    """Everything a download needs: the files in order (splits as the library orders them, then paths) at one commit."""

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

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits, in order."""
        return tuple(dict.fromkeys(file.split for file in self.files))

    @property
    def sizes(self) -> Sizes:
        """What its files weigh."""
        return Sizes.of(self.files)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files; one that serves several splits counts once."""
        return self.sizes.total

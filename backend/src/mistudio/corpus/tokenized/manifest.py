"""The manifest of a tokenization: its sources, its settings, its contents, and all that rebuilding its bytes takes.

It is ``manifest.json`` in the tokenization's folder, and written last: a folder that has one is complete.
"""

import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Self

from mistudio.core.errors import DataMissing, UnknownSplit
from mistudio.core.records import as_json, from_versioned, to_versioned
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.tokenized.ledger import Ledger
from mistudio.corpus.tokenized.messages import FILES_MISSING
from mistudio.corpus.tokenized.statistics import TokenStatistics
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic

FORMAT_VERSION: Final = 1
TOKENIZED_MANIFEST: Final = "manifest.json"


@dataclass(frozen=True)
class DatasetRecord:
    """The dataset that was tokenized: its id, the hash of its manifest, and its origin (None for local data)."""

    id: str
    manifest_sha256: str
    repo: str | None
    config: str | None
    commit: str | None


@dataclass(frozen=True, kw_only=True)
class TokenizerRecord:
    """The tokenizer; equal fingerprints give equal ids. ``special`` has the id in each role.

    ``chat_hash`` is that of its chat template; None without one, and in files of older versions."""

    name: str
    repo: str | None
    commit: str | None
    fingerprint: str
    vocab_size: int
    model_max_length: int | None
    special: Mapping[str, int | None]
    special_ids: tuple[int, ...]
    chat_hash: str | None = None

    @classmethod
    def from_facts(cls, tokenizer: TokenizerFacts, name: str) -> Self:
        """Return the record of ``tokenizer``, which was requested as ``name``."""
        special = tokenizer.special
        return cls(
            name=name,
            repo=tokenizer.repo,
            commit=tokenizer.commit,
            fingerprint=tokenizer.fingerprint,
            vocab_size=tokenizer.vocab_size,
            model_max_length=tokenizer.model_max_length,
            special={
                "bos": special.bos,
                "eos": special.eos,
                "pad": special.pad,
                "unk": special.unk,
                "sep": special.sep,
            },
            special_ids=tuple(special.all_ids),
            chat_hash=tokenizer.chat_hash,
        )


@dataclass(frozen=True)
class EngineRecord:
    """The engine that encoded the texts, with its version, and why it was chosen."""

    name: str
    reason: str | None


@dataclass(frozen=True)
class TokenFile:
    """A data file; ``path`` is relative to the tokenization's folder."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class RowCut:
    """The source row in which max_tokens was reached, and how many of its tokens were written."""

    row: int
    tokens: int


@dataclass(frozen=True, kw_only=True)
class TokenizedSplit:
    """A split as written. ``source`` is the dataset's split of its documents; ``rows`` are written rows.

    ``is_held_out``: it has the documents that were held out of ``source``. ``cut`` is None unless max_tokens was
    reached in it.
    """

    name: str
    source: str
    is_held_out: bool
    rows: int
    files: tuple[TokenFile, ...]
    ledger: Ledger
    statistics: TokenStatistics
    cut: RowCut | None = None


@dataclass(frozen=True, kw_only=True)
class TokenizedManifest:
    """A tokenization. ``ledger`` and ``statistics`` cover all splits except the held-out ones.

    ``others`` has the SHA-256 of every file beside the data files, by path. ``shuffle`` names the algorithm, None if
    rows were not shuffled. ``part_bytes`` is the approximate size at which the next data file was started.
    """

    dataset: DatasetRecord
    tokenizer: TokenizerRecord
    engine: EngineRecord
    settings: TokenizeSettings
    settings_hash: str
    resolved: ResolvedSettings
    splits: tuple[TokenizedSplit, ...]
    ledger: Ledger
    statistics: TokenStatistics
    shuffle: str | None
    part_bytes: int
    others: Mapping[str, str]
    versions: Mapping[str, str]
    created_at: str

    @property
    def rows(self) -> int:
        """Rows written, in all splits."""
        return sum(split.rows for split in self.splits)

    def split(self, name: str) -> TokenizedSplit:
        """Return the split of that name; KeyError if there is none."""
        found = next((split for split in self.splits if split.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def find_split(self, name: str) -> TokenizedSplit:
        """Return the split of that name. Raises UnknownSplit, which lists the splits."""
        names = [split.name for split in self.splits]
        if name not in names:
            message = f"This tokenization has no split “{name}”. Splits: {', '.join(names)}."
            raise UnknownSplit(message, extra={"choices": [*names]})
        return self.split(name)

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        content = {
            **as_json(self),
            "ledger": self.ledger.to_json(),
            "splits": [{**as_json(split), "ledger": split.ledger.to_json()} for split in self.splits],
        }
        return to_versioned(content, FORMAT_VERSION)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a manifest that ``to_bytes`` wrote.

        Raises UnsupportedVersion if a newer program wrote it, InvalidData if it is not a manifest.
        """
        remedy = "delete it and tokenize again"
        return from_versioned(cls, data, newest=FORMAT_VERSION, name="The tokenization's manifest", remedy=remedy)


def collect_versions(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of this program, of Python, and of the named packages that are installed."""
    found = {"python": platform.python_version()}
    for name in ("mistudio", *names):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def make_timestamp() -> str:
    """Return the present time as manifests have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_tokenized_manifest(folder: Path, manifest: TokenizedManifest) -> None:
    """Write the manifest into the tokenization's folder, atomically."""
    write_bytes_atomic(folder / TOKENIZED_MANIFEST, manifest.to_bytes())


def read_tokenized_manifest(folder: Path) -> TokenizedManifest:
    """Return the manifest of the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
    try:
        return TokenizedManifest.from_bytes((folder / TOKENIZED_MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise DataMissing(FILES_MISSING) from error


def find_differences(folder: Path) -> list[str]:
    """Return every difference between the manifest and the files, as sentences; none if the files are intact."""
    manifest = read_tokenized_manifest(folder)
    expected = {file.path: file.sha256 for split in manifest.splits for file in split.files} | dict(manifest.others)
    found = []
    for path, sha256 in sorted(expected.items()):
        if not (folder / path).is_file():
            found.append(f"{path} is missing.")
        elif sha256_file(folder / path) != sha256:
            found.append(f"{path} has other content than when it was written (its SHA-256 differs).")
    return found

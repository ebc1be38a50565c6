"""Files of this machine as the origin of a dataset. They lie in its staging folder under numbers, and a list says what
they are; each is removed once it is in the store.

Text files may be read as one sample each. Then all of a split become one file of records first, so that ten thousand
small files are not ten thousand files of the store.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.formats.byte_stream import open_stream
from mistudio.corpus.hub.plan_types import Format, Options, RemoteFile
from mistudio.corpus.ingest.file_names import format_of, ordered_splits
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.manifest import Manifest, SourceRecord, TakenIn, make_manifest
from mistudio.utils.file_utils import atomic_path, format_size, sha256_file

SampleBy: TypeAlias = Literal["line", "file"]

MAX_DOCUMENT_BYTES: Final = 64 << 20
_GONE: Final = "{} is no longer here: delete this dataset and import its files again."


@dataclass(frozen=True)
class LocalFile:
    """A file as it was given: its name or path, where it lies in the folder of sources, size in bytes, SHA-256."""

    name: str
    stored: str
    split: str
    size: int
    sha256: str


@dataclass(frozen=True)
class LocalPlan:
    """Everything an import needs: the files in order, and whether text files are one sample per line or per file."""

    files: tuple[LocalFile, ...]
    sample_by: SampleBy = "line"

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits, in order."""
        return ordered_splits(file.split for file in self.files)


class LocalOrigin:
    """See ``mistudio.corpus.ingest.origin.Origin``."""

    def __init__(self, plan: LocalPlan) -> None:
        self._plan = plan
        self._members: dict[str, list[LocalFile]] = {}
        self._files: dict[str, LocalFile] = {}
        sources: dict[str, list[RemoteFile]] = {split: [] for split in plan.splits}
        for file in sorted(plan.files, key=lambda file: file.name):
            if plan.sample_by == "file" and format_of(file.name) == "text":
                self._members.setdefault(_bundle_name(file.split), []).append(file)
            else:
                self._files[file.name] = file
                sources[file.split].append(RemoteFile(file.name, file.split, file.size, sha256=file.sha256))
        for name, members in self._members.items():
            split = members[0].split
            sources[split].append(RemoteFile(name, split, sum(member.size for member in members)))
        self._sources = [source for split in plan.splits for source in sources[split]]

    @property
    def files(self) -> Sequence[RemoteFile]:
        """Split after split, by name; a split's single texts together, last."""
        return self._sources

    def reading(self, file: RemoteFile) -> tuple[Format, Options]:
        """By its name."""
        return ("json" if file.path in self._members else format_of(file.path)), {}

    def bring(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """They are there already, but for texts that are gathered now. Raises DataMissing, InvalidData."""
        monitor.report(total_bytes, total_bytes, "download")
        for file in files:
            if file.path in self._members:
                path = _gathered(self._members[file.path], folder, folder / f"{file.split}.documents", monitor)
                yield FetchedFile(file, path, sha256_file(path), 0)
                continue
            path = folder / self._files[file.path].stored
            if not path.exists():
                raise DataMissing(_GONE.format(file.path))
            yield FetchedFile(file, path, file.sha256 or sha256_file(path), 0)

    def manifest(self, files: Sequence[TakenIn], *, text_column: str | None) -> Manifest:
        """It lists every file that was given, by the name that it came under."""
        sources = [SourceRecord(file.name, file.size, file.sha256) for file in self._plan.files]
        return make_manifest(files, source="local", splits=self._plan.splits, text_column=text_column, sources=sources)


def _bundle_name(split: str) -> str:
    return f"the text files of {split}"


def _gathered(members: Sequence[LocalFile], folder: Path, target: Path, monitor: Monitor) -> Path:
    """One record per text file, with its name; the files are removed once that is on the disk."""
    if not target.exists():
        with atomic_path(target) as path, path.open("wb") as out:
            for member in members:
                monitor.checkpoint()
                out.write(_record(member, folder / member.stored))
    for member in members:
        (folder / member.stored).unlink(missing_ok=True)
    return target


def _record(member: LocalFile, path: Path) -> bytes:
    """A line of JSON. Bytes that are not UTF-8 stay what they are: whoever reads the line repairs and counts them."""
    try:
        with open_stream(path, label=member.name) as source:
            data = source.read(MAX_DOCUMENT_BYTES + 1)
    except FileNotFoundError as error:
        raise DataMissing(
            f"{member.name} is no longer here: delete this dataset and import the files again."
        ) from error
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = format_size(MAX_DOCUMENT_BYTES)
        raise InvalidData(f"{member.name} is over {limit}, too much for one sample: import it line by line.")
    row = {"file": member.name, "text": data.decode("utf-8", "surrogateescape")}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"

"""Imported files as the origin of a dataset.

The files are in the dataset's staging folder under numbers, a plan lists their names, and each is removed once it is
ingested. If each text file is to be one row, the text files of a split are bundled into one file of records first: ten
thousand small files do not become ten thousand raw files.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from mistudio.core.errors import DataMissing, InvalidData, Json
from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.formats.byte_stream import open_stream
from mistudio.corpus.formats.features import Features, normalize_feature
from mistudio.corpus.formats.reading import Reading
from mistudio.corpus.hub.plan_types import Format, Options, RemoteFile
from mistudio.corpus.ingest.file_names import detect_format, order_splits
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.manifest import IngestedFile, Manifest, SkippedFile, SourceRecord
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.text_source import TextSource
from mistudio.utils.file_utils import atomic_path, format_size, sha256_file

SampleBy: TypeAlias = Literal["line", "paragraph", "file"]

MAX_DOCUMENT_BYTES: Final = 64 << 20
_MISSING: Final = "{} is no longer on disk. Delete this dataset and import its files again."


@dataclass(frozen=True)
class LocalFile:
    """An imported file: its name or path, its name in the folder of source files, split, size in bytes, SHA-256.

    ``format`` is that of its name if it is None; ``options`` are those of its reader.
    """

    name: str
    stored: str
    split: str
    size: int
    sha256: str
    format: Format | None = None
    options: Options = field(default_factory=dict)

    @property
    def file_format(self) -> Format:
        """The format that the file is read in."""
        return self.format or detect_format(self.name)

    @property
    def encoding(self) -> str | None:
        """The encoding in its options."""
        named = self.options.get("encoding")
        return named if isinstance(named, str) else None


@dataclass(frozen=True)
class LocalPlan:
    """What an import needs: the files, and whether a text file gives one row per line or one row per file.

    A file that serves several splits is listed for each. ``skipped`` are files that were offered and are not rows.
    ``config`` is that of the card by which the files are read, ``features`` are what it declares of the columns.
    """

    files: tuple[LocalFile, ...]
    sample_by: SampleBy = "line"
    skipped: tuple[SkippedFile, ...] = ()
    config: str | None = None
    features: Mapping[str, Json] = field(default_factory=dict)

    def is_one_sample(self, file: LocalFile) -> bool:
        """Return whether the whole file is one row."""
        sample_by = file.options.get("sample_by", self.sample_by)
        return sample_by == "file" and file.file_format == "text"

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in order."""
        return order_splits(file.split for file in self.files)


class LocalOrigin:
    """The files of an import; see ``mistudio.corpus.ingest.origin.Origin``."""

    def __init__(self, plan: LocalPlan) -> None:
        self._plan = plan
        self._bundles: dict[str, list[LocalFile]] = {}
        self._files: dict[str, LocalFile] = {}
        sources: dict[str, list[RemoteFile]] = {split: [] for split in plan.splits}
        for file in sorted(plan.files, key=lambda file: file.name):
            if plan.is_one_sample(file):
                self._bundles.setdefault(f"the text files of {file.split}", []).append(file)
            else:
                self._files[file.name] = file
                sources[file.split].append(RemoteFile(file.name, file.split, file.size, sha256=file.sha256))
        for name, members in self._bundles.items():
            split = members[0].split
            sources[split].append(RemoteFile(name, split, sum(member.size for member in members)))
        self._sources = [source for split in plan.splits for source in sources[split]]

    @property
    def files(self) -> Sequence[RemoteFile]:
        """All files in order of splits, then names; the bundle of a split's text files is last."""
        return self._sources

    @property
    def features(self) -> Features:
        """The features of the plan."""
        return {name: normalize_feature(feature) for name, feature in self._plan.features.items()}

    def get_format(self, file: RemoteFile) -> tuple[Format, Options]:
        """Return the format of the file and the options of its reader."""
        if file.path in self._bundles:
            return "json", {}
        planned = self._files[file.path]
        return planned.file_format, planned.options

    def fetch(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Yield the files that are in ``folder``; text files are bundled now. Raises DataMissing, InvalidData."""
        monitor.report(total_bytes, total_bytes, "download")
        for file in files:
            if file.path in self._bundles:
                path = _write_bundle(self._bundles[file.path], folder, folder / f"{file.split}.documents", monitor)
                yield FetchedFile(file, path, sha256_file(path), 0)
                continue
            path = folder / self._files[file.path].stored
            if not path.exists():
                raise DataMissing(_MISSING.format(file.path))
            yield FetchedFile(file, path, file.sha256 or sha256_file(path), 0)

    def make_manifest(self, files: Sequence[IngestedFile], *, text_column: TextSource | None) -> Manifest:
        """Return a manifest whose sources are all imported files, by their original names."""
        readings = {file.source.path: file.source.reading for file in files}
        for file in (member for bundle in self._bundles.values() for member in bundle):
            readings[file.name] = Reading(encoding=file.encoding) if file.encoding else None
        listed = {
            file.name: SourceRecord(file.name, file.size, file.sha256, readings.get(file.name))
            for file in self._plan.files
        }
        sources = list(listed.values())
        return make_manifest(
            files,
            source="local",
            splits=self._plan.splits,
            config=self._plan.config,
            text_column=text_column,
            sources=sources,
            skipped=self._plan.skipped,
        )


def _write_bundle(members: Sequence[LocalFile], folder: Path, target: Path, monitor: Monitor) -> Path:
    """Write one record per text file into ``target``; the text files are removed once it is on the disk."""
    if not target.exists():
        with atomic_path(target) as path, path.open("wb") as out:
            for member in members:
                monitor.checkpoint()
                out.write(_to_json_line(member, folder / member.stored))
    for member in members:
        (folder / member.stored).unlink(missing_ok=True)
    return target


def _to_json_line(member: LocalFile, path: Path) -> bytes:
    """Return the record of a text file. Invalid UTF-8 passes unchanged: the JSON reader repairs and counts it."""
    try:
        with open_stream(path, label=member.name, encoding=member.encoding) as source:
            data = source.read(MAX_DOCUMENT_BYTES + 1)
    except FileNotFoundError as error:
        raise DataMissing(_MISSING.format(member.name)) from error
    if len(data) > MAX_DOCUMENT_BYTES:
        limit = format_size(MAX_DOCUMENT_BYTES)
        raise InvalidData(
            f"{member.name} is larger than {limit}, the limit for one sample. Import it with one sample per line."
        )
    row = {"file": member.name, "text": data.decode("utf-8", "surrogateescape")}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"

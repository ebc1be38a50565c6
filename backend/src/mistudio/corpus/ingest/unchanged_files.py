"""The raw files that an updated dataset shares with the old one, as hard links in its staging folder.

The links are made when the request is accepted, so that the old dataset may be deleted meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import DataMissing
from mistudio.core.records import read_record, write_record
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.ingest.manifest_entry import name_raw_files
from mistudio.corpus.ingest.raw_files import FinishedFile, read_report, write_report
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, RawFile, SourceRecord, read_manifest
from mistudio.utils.file_utils import ensure_dir

# Below the folder of source files, which is removed once the dataset is complete.
_FOLDER: Final = "unchanged"
_LIST: Final = "unchanged.json"


@dataclass(frozen=True)
class OldFile:
    """A raw file of the old dataset, and the source file that it was made of."""

    source: SourceRecord
    raw: RawFile


@dataclass(frozen=True)
class _Unchanged:
    """The raw files to take over, by their names in the new dataset."""

    files: Mapping[str, OldFile]


def list_old_files(manifest: Manifest) -> Mapping[tuple[str, str], OldFile]:
    """Return the raw files of a whole repository by split and path; none if nobody knows which is which.

    A raw file that is not its source file is left out where it may have been written by the types of other files, or
    had texts repaired that would have to be counted.
    """
    raw = [(split.name, file) for split in manifest.splits for file in split.files]
    if manifest.part is not None or len(raw) != len(manifest.sources):
        return {}
    is_plain = not manifest.notices and not any(_count_repaired(manifest))
    return {
        (split, source.path): OldFile(source, file)
        for (split, file), source in zip(raw, manifest.sources, strict=True)
        if file.kept or is_plain
    }


def _count_repaired(manifest: Manifest) -> Iterator[int]:
    for column in manifest.columns:
        yield from (each.invalid or 0 for each in (column, *column.fields))


def link_unchanged(base: Path, staging: Path, unchanged: Sequence[RemoteFile], files: Sequence[RemoteFile]) -> None:
    """Link the raw files of ``unchanged``, some of the new ``files``, into ``staging``. Raises DataMissing."""
    old, keys = list_old_files(read_manifest(base)), {(file.split, file.path) for file in unchanged}
    taken = {
        planned.raw_name: old[key]
        for planned in name_raw_files(files)
        if (key := (planned.source.split, planned.source.path)) in keys and key in old
    }
    folder = ensure_dir(DatasetLayout(staging).source / _FOLDER)
    try:
        for name, file in taken.items():
            (folder / name).unlink(missing_ok=True)
            (folder / name).hardlink_to(base / file.raw.path)
    except FileNotFoundError as error:
        raise DataMissing("A file of the dataset is no longer on disk. Delete it and download it again.") from error
    write_record(folder / _LIST, _Unchanged(taken))


def adopt_unchanged(files: Sequence[RemoteFile], staging: Path, monitor: Monitor) -> None:
    """Make the linked files raw files of the new dataset, so that none is fetched; a damaged one is left out."""
    folder = DatasetLayout(staging).source / _FOLDER
    listed = read_record(_Unchanged, folder / _LIST)
    for planned in name_raw_files(files) if listed else []:
        old = listed.files.get(planned.raw_name) if listed else None
        if old is None or read_report(planned, staging) is not None:
            continue
        raw = planned.raw_path(staging)
        ensure_dir(raw.parent)
        ensure_dir(planned.report_path(staging).parent)
        raw.unlink(missing_ok=True)
        raw.hardlink_to(folder / planned.raw_name)
        # A source file that is not there has been moved: its raw file is counted.
        counted = ingest_file(folder / "moved", raw, format="parquet", label=planned.source.label, monitor=monitor)
        if counted.sha256 != old.raw.sha256:
            raw.unlink()
            continue
        report = replace(counted, kept=old.raw.kept, reading=old.source.reading)
        write_report(FinishedFile(planned, report, old.source.sha256), staging)

"""The dataset that a larger part extends: its raw files as hard links in the new dataset's staging folder.

The links are made when the request is accepted, so that the old dataset may be deleted meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import DataMissing
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.ingest.manifest_entry import name_raw_files
from mistudio.corpus.ingest.raw_files import FinishedFile, write_report
from mistudio.corpus.parts.kept import KeptPiece
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, read_manifest
from mistudio.utils.file_utils import ensure_dir

# Below the folder of source files, which is removed once the dataset is complete.
_BASE: Final = "base"


@dataclass(frozen=True)
class BasePiece:
    """A raw file of the old dataset: its source file, and its link."""

    kept: KeptPiece
    ingested: IngestedFile
    path: Path


def link_base(base: Path, staging: Path) -> None:
    """Link the raw files and the manifest of the dataset in ``base`` into ``staging``. Raises DataMissing."""
    old, new = DatasetLayout(base), DatasetLayout(DatasetLayout(staging).source / _BASE)
    ensure_dir(new.raw)
    try:
        for file in [old.manifest, *(base / raw.path for split in read_manifest(base).splits for raw in split.files)]:
            link = new.folder / old.relative(file)
            link.unlink(missing_ok=True)
            link.hardlink_to(file)
    except FileNotFoundError as error:
        raise DataMissing("A file of the dataset is no longer on disk. Delete it and download it again.") from error


def read_base(staging: Path) -> Sequence[BasePiece]:
    """Return the pieces of the dataset that is extended; none if this is no extension."""
    layout = DatasetLayout(DatasetLayout(staging).source / _BASE)
    if not layout.manifest.exists():
        return []
    files = read_manifest(layout.folder).files
    return [BasePiece(to_kept(file), file, layout.folder / file.path) for file in files]


def to_kept(file: IngestedFile) -> KeptPiece:
    """Return the piece that a raw file was made of."""
    source, part = file.source, file.source.part
    remote = RemoteFile(
        source.path,
        file.split,
        source.size,
        part.source_sha256 if part else source.sha256,
        part.source_git_sha1 if part else None,
        part.taken if part else None,
    )
    return KeptPiece(remote, file.report.rows)


def adopt_base(files: Sequence[RemoteFile], staging: Path) -> None:
    """Give the raw files of the old dataset their names in the new one, with reports, so that none is fetched again."""
    base = {(piece.kept.file.split, piece.kept.file.key): piece for piece in read_base(staging)}
    for planned in name_raw_files(files) if base else []:
        piece = base.get((planned.source.split, planned.source.key))
        if piece is None:
            continue
        raw = planned.raw_path(staging)
        ensure_dir(raw.parent)
        ensure_dir(planned.report_path(staging).parent)
        if not raw.exists():
            raw.hardlink_to(piece.path)
        write_report(FinishedFile(planned, piece.ingested.report, piece.ingested.source.sha256), staging)

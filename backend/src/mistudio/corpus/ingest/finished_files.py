"""The raw files of a dataset that is being built: their names, and the reports that say which are complete."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import cast

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord
from mistudio.corpus.store.part_record import SourcePart
from mistudio.utils.file_utils import write_bytes_atomic


@dataclass(frozen=True)
class PlannedFile:
    """A source file and the name of the raw file that it becomes."""

    source: RemoteFile
    raw_name: str

    def report_path(self, staging: Path) -> Path:
        """Return the path of the report which records that the raw file is complete."""
        return DatasetLayout(staging).reports / f"{self.raw_name}.json"

    def raw_path(self, staging: Path) -> Path:
        """Return the path of the raw file."""
        return DatasetLayout(staging).raw / self.raw_name


@dataclass(frozen=True)
class FinishedFile:
    """A planned file whose raw file is complete."""

    planned: PlannedFile
    report: FileReport
    source_sha256: str


def name_raw_files(files: Sequence[RemoteFile]) -> list[PlannedFile]:
    """Return the files with the names of their raw files, ``<split>-00000-of-00003.parquet``."""
    totals = Counter(file.split for file in files)
    numbers = {split: count() for split in totals}
    return [
        PlannedFile(file, f"{file.split}-{next(numbers[file.split]):05d}-of-{totals[file.split]:05d}.parquet")
        for file in files
    ]


def write_report(finished: FinishedFile, staging: Path) -> FinishedFile:
    """Record that a raw file is complete, so that no later call makes it again."""
    content = {"source_sha256": finished.source_sha256, "report": as_json(finished.report)}
    write_bytes_atomic(finished.planned.report_path(staging), json.dumps(content).encode())
    return finished


def read_report(planned: PlannedFile, staging: Path) -> FinishedFile | None:
    """Return what an earlier call recorded of the file, if its raw file still has the recorded size."""
    try:
        content = cast("dict[str, Json]", json.loads(planned.report_path(staging).read_text(encoding="utf-8")))
        report = from_json(FileReport, content["report"])
        is_intact = planned.raw_path(staging).stat().st_size == report.bytes
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return FinishedFile(planned, report, str(content["source_sha256"])) if is_intact else None


def to_manifest_entry(finished: FinishedFile, layout: DatasetLayout) -> IngestedFile:
    """Return what the manifest says of a complete raw file."""
    source = finished.planned.source
    return IngestedFile(
        split=source.split,
        path=layout.relative(layout.raw / finished.planned.raw_name),
        report=finished.report,
        source=SourceRecord(source.path, source.size, finished.source_sha256, _to_part_entry(finished)),
    )


def _to_part_entry(finished: FinishedFile) -> SourcePart | None:
    source, part = finished.planned.source, finished.planned.source.part
    if part is None:
        return None
    return SourcePart(
        taken=part,
        rows=finished.report.rows,
        bytes=part.num_bytes,
        verified="whole" if part.num_bytes == source.size else "decoded",
        source_sha256=source.sha256,
        source_git_sha1=source.git_sha1,
    )

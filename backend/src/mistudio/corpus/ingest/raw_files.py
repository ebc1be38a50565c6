"""The raw files of a dataset that is being built, each with a report that records that it is complete."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.utils.file_utils import replace_file, sha256_file, write_bytes_atomic


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


def link_duplicate(planned: PlannedFile, first: FinishedFile, staging: Path) -> FinishedFile:
    """Give the raw file of a source file that serves a further split a second name there."""
    if planned != first.planned:
        raw = planned.raw_path(staging)
        raw.unlink(missing_ok=True)
        raw.hardlink_to(first.planned.raw_path(staging))
    return FinishedFile(planned, first.report, first.source_sha256)


def write_report(finished: FinishedFile, staging: Path) -> FinishedFile:
    """Record that the raw file is complete, and return its record."""
    content = {"source_sha256": finished.source_sha256, "report": as_json(finished.report)}
    write_bytes_atomic(finished.planned.report_path(staging), json.dumps(content).encode())
    return finished


def read_report(planned: PlannedFile, staging: Path) -> FinishedFile | None:
    """Return what an earlier call recorded of the file, if its raw file still has the recorded size."""
    try:
        content = cast("dict[str, Json]", json.loads(planned.report_path(staging).read_text(encoding="utf-8")))
        report = from_json(FileReport, content["report"])
        _finish_move(planned, report, staging)
        is_intact = planned.raw_path(staging).stat().st_size == report.bytes
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return FinishedFile(planned, report, str(content["source_sha256"])) if is_intact else None


def _finish_move(planned: PlannedFile, report: FileReport, staging: Path) -> None:
    """Move a rewritten raw file into place if an earlier call was killed between its report and the move."""
    rewritten = DatasetLayout(staging).reports / planned.raw_name
    if rewritten.exists() and rewritten.stat().st_size == report.bytes and sha256_file(rewritten) == report.sha256:
        replace_file(rewritten, planned.raw_path(staging))

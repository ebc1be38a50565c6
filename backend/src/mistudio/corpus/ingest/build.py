"""Builds a dataset from the files of an origin, in a staging folder that is renamed into place at the end.

Each source file becomes a raw file as soon as it is complete, while later ones are still being fetched, and is removed
at once. A report beside the raw file records that. So the process can be killed at any instruction: the next call skips
files that have a report, resumes unfinished ones, and publishes the dataset.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.hub.plan_types import FileKey, Sizes
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.ingest.manifest_entry import name_raw_files, to_manifest_entry
from mistudio.corpus.ingest.origin import Origin
from mistudio.corpus.ingest.publish import build_in_staging
from mistudio.corpus.ingest.raw_files import FinishedFile, PlannedFile, link_duplicate, read_report, write_report
from mistudio.corpus.ingest.schema_plan import SchemaPlan
from mistudio.corpus.ingest.unify import UnifiedFile, unify_schemas
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, Manifest
from mistudio.corpus.store.text_source import TextSource
from mistudio.utils.file_utils import ensure_dir, replace_file, sha256_file


def build_dataset(
    origin: Origin, staging: Path, target: Path, *, text_column: TextSource | None, monitor: Monitor
) -> Manifest:
    """Build the origin's dataset in ``staging``, publish it as ``target`` on the same disk, and return its manifest.

    ``text_column`` is the text column, or the template in its place; None chooses a column.

    Resumes what an earlier call left; if ``target`` exists, only its manifest is read. Reports source bytes in the
    phase ``ingest``, and what the origin reports. Raises UnknownColumn and what fetching and reading raise.
    """

    def make() -> Manifest:
        files, schema = _ingest_all(origin, staging, monitor)
        manifest = origin.make_manifest(files, text_column=text_column)
        return replace(manifest, features=schema.features, notices=schema.notices)

    return build_in_staging(make, staging, target, monitor=monitor)


def _ingest_all(origin: Origin, staging: Path, monitor: Monitor) -> tuple[list[IngestedFile], SchemaPlan]:
    """Ingest every file that an earlier call did not, and give all one schema.

    A source file that serves several splits is ingested once.
    """
    layout = DatasetLayout(staging)
    for folder in (layout.raw, layout.reports, layout.source):
        ensure_dir(folder)
    planned = name_raw_files(origin.files)
    firsts: dict[FileKey, PlannedFile] = {}
    for file in planned:
        firsts.setdefault(file.source.key, file)
    finished: dict[FileKey, FinishedFile] = {}
    for key, file in firsts.items():
        if earlier := read_report(file, staging) or _recover_moved(origin, file, staging, monitor):
            finished[key] = earlier
    missing = [file for key, file in firsts.items() if key not in finished]
    for ingested in _ingest_missing(origin, missing, staging=staging, monitor=monitor):
        finished[ingested.planned.source.key] = ingested
    schema = _unify(origin, [finished[key] for key in firsts], finished, staging=staging, monitor=monitor)
    linked = [link_duplicate(file, finished[file.source.key], staging) for file in planned]
    return [to_manifest_entry(file, layout) for file in linked], schema


def _unify(
    origin: Origin,
    files: Sequence[FinishedFile],
    finished: dict[FileKey, FinishedFile],
    *,
    staging: Path,
    monitor: Monitor,
) -> SchemaPlan:
    """Give the raw files one schema; ``finished`` gets the reports of those that were rewritten."""
    by_name = {file.planned.raw_name: file for file in files}

    def publish(file: UnifiedFile, path: Path, report: FileReport) -> None:
        # With the report first, an interrupted move is finished by read_report.
        written = write_report(replace(by_name[file.path.name], report=report), staging)
        replace_file(path, file.path)
        finished[written.planned.source.key] = written

    return unify_schemas(
        [UnifiedFile(file.planned.raw_path(staging), file.planned.source.path, file.report) for file in files],
        origin.features,
        folder=DatasetLayout(staging).reports,
        are_inferred=any(origin.get_format(file.planned.source)[0] in ("json", "csv") for file in files),
        monitor=monitor,
        publish=publish,
    )


def _ingest_missing(
    origin: Origin, missing: list[PlannedFile], *, staging: Path, monitor: Monitor
) -> Iterator[FinishedFile]:
    """Fetch the missing files and ingest each as it arrives."""
    total = Sizes.of(origin.files).total
    ingested = total - sum(file.source.fetch_bytes for file in missing)
    by_key = {file.source.key: file for file in missing}
    monitor.report(ingested, total, "download")
    monitor.report(ingested, total, "ingest")
    sources, folder = [file.source for file in missing], DatasetLayout(staging).source
    for fetched in origin.fetch(sources, folder, monitor=monitor, done_bytes=ingested, total_bytes=total):
        progress = _progress_after(ingested, total, monitor)
        planned = by_key[fetched.source.key]
        yield _ingest_one(origin, planned, fetched, staging=staging, monitor=monitor, progress=progress)
        ingested += fetched.source.fetch_bytes
        monitor.report(ingested, total, "ingest")


def _progress_after(ingested: int, total: int, monitor: Monitor) -> Callable[[int], None]:
    """Return a callback that reports the bytes of one file on top of those ingested before it."""
    return lambda done: monitor.report(min(ingested + done, total), total, "ingest")


def _ingest_one(
    origin: Origin,
    planned: PlannedFile,
    fetched: FetchedFile,
    *,
    staging: Path,
    monitor: Monitor,
    progress: Callable[[int], None],
) -> FinishedFile:
    file_format, options = origin.get_format(planned.source)
    report = ingest_file(
        fetched.path,
        planned.raw_path(staging),
        format=file_format,
        options=options,
        features=origin.features,
        label=planned.source.label,
        monitor=monitor,
        progress=progress,
    )
    finished = write_report(FinishedFile(planned, report, fetched.sha256), staging)
    fetched.path.unlink(missing_ok=True)
    return finished


def _recover_moved(origin: Origin, planned: PlannedFile, staging: Path, monitor: Monitor) -> FinishedFile | None:
    """Recover a kept source file that an earlier call moved to ``raw`` before it was killed; None if there is none."""
    raw = planned.raw_path(staging)
    if planned.source.part or not raw.exists() or raw.stat().st_size != planned.source.size:
        return None
    if planned.source.sha256 is None or sha256_file(raw) != planned.source.sha256:
        return None
    file_format, options = origin.get_format(planned.source)
    moved = DatasetLayout(staging).source / "moved"
    report = ingest_file(moved, raw, format=file_format, options=options, label=planned.source.path, monitor=monitor)
    return write_report(FinishedFile(planned, report, planned.source.sha256), staging)

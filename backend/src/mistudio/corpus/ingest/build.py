"""Makes a dataset of the files of an origin: reads and stores them as they come, and lets the result appear at once.

Everything happens in a staging folder. Each source file becomes one file of the store as soon as it is complete, while
later ones are still coming, and is removed at once; a report beside it says that this was done. So the work can be
killed at any instruction: the next call skips what has a report, goes on inside the files that were coming, and renames
the folder into place at the end.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.fetch import FetchedFile
from mistudio.corpus.hub.plan_types import RemoteFile, Sizes
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.ingest.origin import Origin
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.file_report import FileReport
from mistudio.corpus.store.manifest import MANIFEST_NAME, Manifest, SourceRecord, TakenIn, read_manifest, write_manifest
from mistudio.utils.file_utils import ensure_dir, fsync_directory, sha256_file, write_bytes_atomic
from mistudio.utils.locks import LOCK_NAME, forget_owner, owned_folder


@dataclass(frozen=True)
class PlannedFile:
    """One source file and the file of the store that it becomes."""

    source: RemoteFile
    raw_name: str

    def report_path(self, staging: Path) -> Path:
        """Where it is written down that this piece is done."""
        return staging / "reports" / f"{self.raw_name}.json"

    def raw_path(self, staging: Path) -> Path:
        """The file of the store."""
        return staging / "raw" / self.raw_name


@dataclass(frozen=True)
class Done:
    """A piece that is in the store."""

    piece: PlannedFile
    report: FileReport
    source_sha256: str


def pieces_of(files: Sequence[RemoteFile]) -> list[PlannedFile]:
    """The files with the names that they get in the store, ``<split>-00000-of-00003.parquet``."""
    counts: dict[str, int] = {}
    for file in files:
        counts[file.split] = counts.get(file.split, 0) + 1
    seen: dict[str, int] = {}
    pieces = []
    for file in files:
        number = seen.get(file.split, 0)
        seen[file.split] = number + 1
        pieces.append(PlannedFile(file, f"{file.split}-{number:05d}-of-{counts[file.split]:05d}.parquet"))
    return pieces


def build_dataset(
    origin: Origin, staging: Path, target: Path, *, text_column: str | None, monitor: Monitor
) -> Manifest:
    """Bring the origin's data to ``target`` by way of ``staging`` (same disk), and answer its manifest.

    Goes on where an earlier call was cut off; once ``target`` is there, only its manifest is read. Reports bytes of the
    source in the phase ``ingest``, and what the origin reports. Raises what bringing and reading raise, and
    UnknownColumn.
    """
    if (there := _find_published(target)) is not None:
        return there
    with owned_folder(staging, monitor.checkpoint):
        if (whole := _finished(staging, target)) is not None:
            return whole
        for name in ("raw", "reports", "source"):
            ensure_dir(staging / name)
        pieces = pieces_of(origin.files)
        firsts: dict[str, PlannedFile] = {}
        for piece in pieces:
            firsts.setdefault(piece.source.path, piece)
        before = [_done(piece, staging) or _recover_moved(origin, piece, staging, monitor) for piece in firsts.values()]
        done = {found.piece.source.path: found for found in before if found}
        missing = [piece for path, piece in firsts.items() if path not in done]
        for finished in _bring(origin, missing, staging=staging, monitor=monitor):
            done[finished.piece.source.path] = finished
        taken = [_to_manifest_entry(_link(piece, done[piece.source.path], staging)) for piece in pieces]
        manifest = origin.manifest(taken, text_column=text_column)
        write_manifest(staging, manifest)
        return _publish(manifest, staging, target)


def finish_build(staging: Path, target: Path, *, monitor: Monitor) -> Manifest | None:
    """The manifest of a dataset whose files are whole, brought to ``target`` if that was cut off; None if they are not.

    The manifest is written last: where it stands in ``staging``, only the leaving behind of leftovers and the rename
    are missing. Raises what ``work.checkpoint`` raises.
    """
    if (there := _find_published(target)) is not None:
        return there
    if not (staging / MANIFEST_NAME).exists():
        return None
    with owned_folder(staging, monitor.checkpoint):
        return _finished(staging, target)


def _finished(staging: Path, target: Path) -> Manifest | None:
    if (there := _find_published(target)) is not None:
        # Whoever was waited for has brought it to its end: what is left is the folder that was made for the lock.
        shutil.rmtree(staging)
        return there
    if not (staging / MANIFEST_NAME).exists():
        return None
    return _publish(read_manifest(staging), staging, target)


def _find_published(target: Path) -> Manifest | None:
    if not (target / MANIFEST_NAME).exists():
        return None
    forget_owner(target)
    return read_manifest(target)


def _bring(origin: Origin, pieces: list[PlannedFile], *, staging: Path, monitor: Monitor) -> Iterator[Done]:
    """Get and read what is missing, one file after the other as they come."""
    total = Sizes.of(origin.files).total
    ingested = total - sum(piece.source.size for piece in pieces)
    by_path = {piece.source.path: piece for piece in pieces}
    monitor.report(ingested, total, "download")
    monitor.report(ingested, total, "ingest")
    files = [piece.source for piece in pieces]
    coming = origin.bring(files, staging / "source", monitor=monitor, done_bytes=ingested, total_bytes=total)
    for file in coming:
        piece = by_path[file.source.path]
        yield _take_in(
            origin, piece, file, staging=staging, monitor=monitor, progress=_progress(monitor, ingested, total)
        )
        ingested += file.source.size
        monitor.report(ingested, total, "ingest")


def _progress(monitor: Monitor, before: int, total: int) -> Callable[[int], None]:
    """Tells of one file's reading, on top of the files read before it."""

    def consumed(done: int) -> None:
        monitor.report(min(before + done, total), total, "ingest")

    return consumed


def _take_in(
    origin: Origin,
    piece: PlannedFile,
    file: FetchedFile,
    *,
    staging: Path,
    monitor: Monitor,
    progress: Callable[[int], None],
) -> Done:
    how, options = origin.reading(piece.source)
    report = ingest_file(
        file.path,
        piece.raw_path(staging),
        format=how,
        options=options,
        label=piece.source.path,
        monitor=monitor,
        progress=progress,
    )
    done = _write_report(Done(piece, report, file.sha256), staging)
    file.path.unlink(missing_ok=True)
    return done


def _link(piece: PlannedFile, first: Done, staging: Path) -> Done:
    """The piece of a file that serves another split, too: the same file of the store under a second name."""
    if piece != first.piece:
        raw = piece.raw_path(staging)
        raw.unlink(missing_ok=True)
        raw.hardlink_to(first.piece.raw_path(staging))
    return Done(piece, first.report, first.source_sha256)


def _write_report(done: Done, staging: Path) -> Done:
    content = {"source_sha256": done.source_sha256, "report": as_json(done.report)}
    write_bytes_atomic(done.piece.report_path(staging), json.dumps(content).encode())
    return done


def _recover_moved(origin: Origin, piece: PlannedFile, staging: Path, monitor: Monitor) -> Done | None:
    """A piece whose file was kept as it was, and moved into the store, by a call killed before it could say so."""
    raw = piece.raw_path(staging)
    if piece.source.sha256 is None or not raw.exists() or raw.stat().st_size != piece.source.size:
        return None
    if sha256_file(raw) != piece.source.sha256:
        return None
    how, options = origin.reading(piece.source)
    gone = staging / "source" / "moved"
    report = ingest_file(gone, raw, format=how, options=options, label=piece.source.path, monitor=monitor)
    return _write_report(Done(piece, report, piece.source.sha256), staging)


def _done(piece: PlannedFile, staging: Path) -> Done | None:
    """What an earlier call wrote down of this piece, if its file is there as it should be."""
    try:
        content = cast("dict[str, Json]", json.loads(piece.report_path(staging).read_text(encoding="utf-8")))
        report = from_json(FileReport, content["report"])
        whole = piece.raw_path(staging).stat().st_size == report.bytes
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Done(piece, report, str(content["source_sha256"])) if whole else None


def _to_manifest_entry(done: Done) -> TakenIn:
    source = done.piece.source
    return TakenIn(
        split=source.split,
        path=f"raw/{done.piece.raw_name}",
        report=done.report,
        source=SourceRecord(source.path, source.size, done.source_sha256),
    )


def _publish(manifest: Manifest, staging: Path, target: Path) -> Manifest:
    """Leave only what belongs to the dataset, and rename it into place; its lock goes with it, and goes last."""
    for path in staging.iterdir():
        if path.name in {"source", "reports"}:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file() and path.name not in {MANIFEST_NAME, LOCK_NAME}:
            path.unlink(missing_ok=True)
    ensure_dir(target.parent)
    staging.rename(target)
    forget_owner(target)
    fsync_directory(target.parent)
    return manifest

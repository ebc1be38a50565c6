"""Helpers for tests of the fetcher: a monitor, short settings, and the files of a repository."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from fakes.hub import Repository
from mistudio.core.errors import JobCancelled
from mistudio.corpus.fetch import FetchedFile, FetchSettings, fetch_files
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import Monitor, NullMonitor

QUICK = FetchSettings(
    connections=4,
    segment_bytes=1 << 20,
    split_bytes=4 << 20,
    buffer_bytes=64 << 10,
    connect_seconds=2.0,
    stall_seconds=0.5,
    poll_seconds=0.05,
    retries=3,
    progress_bytes=64 << 10,
    backoff_seconds=0.01,
    backoff_limit_seconds=0.05,
    max_retry_after_seconds=2.0,
)


class RecordingMonitor:
    """Remembers all reports, and cancels once ``cancelled`` is set."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int, str]] = []
        self.cancelled = threading.Event()

    def report(self, done: int, total: int, phase: str) -> None:
        """Remember the report."""
        self.reports.append((done, total, phase))

    def checkpoint(self) -> None:
        """Raise JobCancelled once ``cancelled`` is set."""
        if self.cancelled.is_set():
            raise JobCancelled("The test cancelled this job.")


def list_files(repository: Repository, split: str = "train") -> list[RemoteFile]:
    """Return every file on ``main`` as a plan lists it."""
    files = repository.commits[repository.refs["main"]]
    return [
        RemoteFile(path, split, file.size, file.sha256 if file.lfs else None, None if file.lfs else file.git_sha1)
        for path, file in files.items()
    ]


def fetch_all(
    repository: Repository,
    destination: Path,
    *,
    monitor: Monitor | None = None,
    token: str | None = None,
    files: list[RemoteFile] | None = None,
    **settings: Any,  # the fields of FetchSettings
) -> list[FetchedFile]:
    """Fetch everything on ``main``, or ``files``, with QUICK settings changed by ``settings``."""
    return list(
        fetch_files(
            list_files(repository) if files is None else files,
            destination,
            repo_id=repository.repo_id,
            revision=repository.refs["main"],
            token=token,
            monitor=monitor or NullMonitor(),
            settings=replace(QUICK, **settings),
        )
    )


def list_leftovers(destination: Path) -> list[str]:
    """Return the names of partial files and journals in ``destination``."""
    return [path.name for path in destination.iterdir() if path.suffix in (".part", ".journal")]

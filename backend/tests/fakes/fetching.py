"""Helpers of the fetcher's tests: a watched piece of work, small settings, and the files of a repository."""

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
    backoff_seconds=0.01,
    backoff_limit_seconds=0.05,
    max_retry_after_seconds=2.0,
)


class Watched:
    """Work that remembers what was reported and can be cancelled."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int, str]] = []
        self.cancelled = threading.Event()

    def report(self, done: int, total: int, phase: str) -> None:
        """Remember."""
        self.reports.append((done, total, phase))

    def checkpoint(self) -> None:
        """Raise JobCancelled after ``cancelled`` was set."""
        if self.cancelled.is_set():
            raise JobCancelled("Cancelled, on request.")


def sources(repository: Repository, split: str = "train") -> list[RemoteFile]:
    """Every file on ``main`` as a plan has it."""
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
    revision: str | None = None,
    files: list[RemoteFile] | None = None,
    **settings: Any,  # the fields of FetchSettings
) -> list[FetchedFile]:
    """Fetch everything on ``main``, or ``files``, with QUICK settings changed by ``settings``."""
    return list(
        fetch_files(
            sources(repository) if files is None else files,
            destination,
            repo_id=repository.repo_id,
            revision=revision or repository.refs["main"],
            token=token,
            monitor=monitor or NullMonitor(),
            settings=replace(QUICK, **settings),
        )
    )


def leftovers(destination: Path) -> list[str]:
    """Partial files and journals that were not cleared away."""
    return [path.name for path in destination.iterdir() if path.suffix in (".part", ".journal")]

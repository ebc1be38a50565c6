"""Fetching a dataset's files: resumed inside the file, verified by checksum, several files and ranges at once.

``fetch_files`` is all that others use; it holds no knowledge of jobs or databases. How it is done: ``fetch_pool`` says
who fetches what, ``fetch_transfer`` brings one file over, ``fetch_remote`` knows where it is, ``fetch_http`` speaks to
it, ``fetch_partial`` keeps what has come, ``fetch_checksum`` verifies it.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from mistudio.core.errors import HubUnreachable, RateLimited
from mistudio.corpus.fetch.connection import Connections, Interrupter
from mistudio.corpus.fetch.http import TransportError
from mistudio.corpus.fetch.partial_file import Segment
from mistudio.corpus.fetch.remote_file import RangeReader, Repository
from mistudio.corpus.fetch.scheduler import ConcurrencyLimit, TransferQueue
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile, Progress, Transfer, pause_before_retry
from mistudio.corpus.hub.errors import unreachable_error
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import Monitor

__all__ = ["FetchSettings", "FetchedFile", "fetch_files"]


class _Stopped(Exception):
    """The fetch ends, and this worker with it."""


def fetch_files(
    files: Sequence[RemoteFile],
    destination: Path,
    *,
    repo_id: str,
    revision: str,
    token: str | None,
    monitor: Monitor,
    settings: FetchSettings | None = None,
    done_bytes: int = 0,
    total_bytes: int | None = None,
) -> Iterator[FetchedFile]:
    """Fetch ``files`` at the commit ``revision`` into ``destination``, giving each as it is complete and verified.

    A file counts as consumed when the next one is asked for; meanwhile the following ones come. Files that stand in
    ``destination`` already are verified and given without a request. Progress is reported as phase ``download`` in
    bytes: ``done_bytes`` were there before, of ``total_bytes`` (by default these files). Closing the iterator, and
    every error, ends all transfers and keeps what has come.

    Raises JobCancelled (from ``monitor``), HubUnreachable, RateLimited, AuthRequired, Gated, BadToken,
    RepositoryNotFound, RepositoryDisabled, SourceChanged, CorruptFile, DiskFull.
    """
    destination.mkdir(parents=True, exist_ok=True)
    total = done_bytes + sum(file.size for file in files) if total_bytes is None else total_bytes
    fetch = _Fetch(
        Repository(repo_id, revision, token),
        destination,
        monitor=monitor,
        progress=Progress(monitor, done_bytes, total),
        settings=settings or FetchSettings(),
    )
    return fetch.run(files)


class _Fetch:
    """One call of ``fetch_files``: its workers, and what they share."""

    def __init__(
        self,
        repository: Repository,
        destination: Path,
        *,
        monitor: Monitor,
        progress: Progress,
        settings: FetchSettings,
    ) -> None:
        self._repository = repository
        self._destination = destination
        self._monitor = monitor
        self._progress = progress
        self._settings = settings
        self._slots = ConcurrencyLimit(settings.connections)
        self._stopped = threading.Event()
        self._interrupter = Interrupter()

    def run(self, files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
        board = TransferQueue(files, self._begin, self._settings)
        with ThreadPoolExecutor(self._settings.connections, thread_name_prefix="fetch") as pool:
            workers = [pool.submit(self._work_on, board) for _ in range(self._settings.connections)]
            try:
                for _ in files:
                    yield self._next_finished(board, workers)
            finally:
                self._stopped.set()
                self._interrupter.interrupt()
                wait(workers)
                board.close()

    def _begin(self, file: RemoteFile) -> Transfer:
        return Transfer(
            file,
            RangeReader(self._repository, file),
            self._destination,
            progress=self._progress,
            settings=self._settings,
            checkpoint=self._checkpoint,
        )

    def _checkpoint(self) -> None:
        if self._stopped.is_set():
            raise _Stopped
        self._monitor.checkpoint()

    def _next_finished(self, board: TransferQueue, workers: Sequence[Future[None]]) -> FetchedFile:
        while (fetched := board.take()) is None:
            self._monitor.checkpoint()
            for worker in workers:
                if worker.done():
                    worker.result()
        return fetched

    def _work_on(self, board: TransferQueue) -> None:
        buffer = memoryview(bytearray(self._settings.buffer_bytes))
        with contextlib.suppress(_Stopped), closing(Connections(self._settings, self._interrupter)) as connections:
            while task := board.next_task(self._checkpoint):
                transfer = task.transfer
                if task.segment is not None:
                    self._fetch_segment(transfer, task.segment, connections, buffer)
                elif (fetched := transfer.open()) is not None:
                    board.put(transfer, fetched)
                    continue
                if transfer.leave() and (fetched := transfer.finish()) is not None:
                    board.put(transfer, fetched)
                board.moved()

    def _fetch_segment(
        self, transfer: Transfer, segment: Segment, connections: Connections, buffer: memoryview
    ) -> None:
        failures = 0
        while segment.missing and not segment.dead:
            before = segment.done
            self._slots.take(self._checkpoint)
            try:
                transfer.fetch(segment, connections, buffer)
                self._slots.grow()
                continue
            except TransportError as failure:
                error: HubUnreachable | RateLimited = unreachable_error()
                error.__cause__ = failure
            except (HubUnreachable, RateLimited) as failure:
                error = failure
            finally:
                self._slots.give()
            failures = 1 if segment.done > before else failures + 1
            self._pause(error, failures)

    def _pause(self, error: HubUnreachable | RateLimited, failures: int) -> None:
        if isinstance(error, RateLimited) or error.extra.get("status") == HTTPStatus.SERVICE_UNAVAILABLE:
            self._slots.shrink()
        until = time.monotonic() + pause_before_retry(error, failures, self._settings)
        while (left := until - time.monotonic()) > 0:
            self._checkpoint()
            time.sleep(min(left, self._settings.poll_seconds))

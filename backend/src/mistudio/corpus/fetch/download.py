"""Downloads a dataset's files: resumable within a file, verified by checksum, several files and ranges at once.

It knows nothing of jobs or databases. ``scheduler`` decides who fetches what, ``transfer`` brings one file to the disk,
``remote_file`` finds its address, ``connection`` and ``http`` talk to the server, ``partial_file`` keeps the bytes,
``checksum`` verifies them.
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
from mistudio.corpus.fetch.part_transfer import PartTransfer
from mistudio.corpus.fetch.partial_file import Segment
from mistudio.corpus.fetch.remote_file import PinnedRepository, RangeReader
from mistudio.corpus.fetch.scheduler import ConcurrencyLimit, TransferQueue
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile, Progress, Transfer, compute_pause
from mistudio.corpus.hub.errors import interrupted_error, unreachable_error
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import Monitor


class _FetchEnded(Exception):
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
    """Fetch ``files`` at the commit ``revision`` into ``destination``, yielding each once it is complete and verified.

    The following files come while the caller works on one, which counts as consumed when the next one is asked for.
    Files that are in ``destination`` already are verified and yielded without a request. Progress is reported as phase
    ``download`` in bytes, starting at ``done_bytes``, of ``total_bytes`` (by default these files). Closing the
    iterator, and every error, ends all transfers and keeps the bytes on disk. Of a file with a ``part``, only its
    ranges are fetched, each to its own offset in a sparse file.

    Raises JobCancelled (from ``monitor``), HubUnreachable, RateLimited, AuthRequired, Gated, BadToken,
    RepositoryNotFound, RepositoryDisabled, SourceChanged, CorruptFile, DiskFull.
    """
    destination.mkdir(parents=True, exist_ok=True)
    total = done_bytes + sum(file.fetch_bytes for file in files) if total_bytes is None else total_bytes
    fetch = _Fetch(
        PinnedRepository(repo_id, revision, token),
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
        repository: PinnedRepository,
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
        self._limit = ConcurrencyLimit(settings.connections)
        self._ended = threading.Event()
        self._interrupter = Interrupter()

    def run(self, files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
        queue = TransferQueue(files, self._make_transfer, self._settings)
        with ThreadPoolExecutor(self._settings.connections, thread_name_prefix="fetch") as pool:
            workers = [pool.submit(self._work, queue) for _ in range(self._settings.connections)]
            try:
                for _ in files:
                    yield self._await_file(queue, workers)
            finally:
                self._ended.set()
                self._interrupter.interrupt()
                # Again for sockets that had not begun to connect, which no shutdown reaches.
                while wait(workers, self._settings.poll_seconds).not_done:
                    self._interrupter.interrupt()
                queue.close()

    def _make_transfer(self, file: RemoteFile) -> Transfer:
        transfer = Transfer if file.part is None else PartTransfer
        return transfer(
            file,
            RangeReader(self._repository, file),
            self._destination,
            progress=self._progress,
            settings=self._settings,
            checkpoint=self._checkpoint,
        )

    def _checkpoint(self) -> None:
        if self._ended.is_set():
            raise _FetchEnded
        self._monitor.checkpoint()

    def _await_file(self, queue: TransferQueue, workers: Sequence[Future[None]]) -> FetchedFile:
        while (fetched := queue.take_finished()) is None:
            self._monitor.checkpoint()
            for worker in workers:
                if worker.done():
                    worker.result()
        return fetched

    def _work(self, queue: TransferQueue) -> None:
        buffer = memoryview(bytearray(self._settings.buffer_bytes))
        with contextlib.suppress(_FetchEnded), closing(Connections(self._settings, self._interrupter)) as connections:
            while task := queue.take_task(self._checkpoint):
                transfer = task.transfer
                if task.segment is not None:
                    self._fetch_segment(transfer, task.segment, connections, buffer)
                elif (fetched := transfer.open()) is not None:
                    queue.put_finished(transfer, fetched)
                    continue
                if transfer.leave() and (fetched := transfer.finish()) is not None:
                    queue.put_finished(transfer, fetched)
                queue.wake_workers()

    def _fetch_segment(
        self, transfer: Transfer, segment: Segment, connections: Connections, buffer: memoryview
    ) -> None:
        failures, kept = transfer.restarts, segment.done
        while segment.missing and not segment.is_discarded:
            before = segment.done
            self._limit.acquire(self._checkpoint)
            try:
                transfer.fetch(segment, connections, buffer)
                self._limit.grow()
                continue
            except TransportError as failure:
                error: HubUnreachable | RateLimited = (
                    interrupted_error(transfer.source.path) if segment.done > before else unreachable_error()
                )
                error.__cause__ = failure
            except (HubUnreachable, RateLimited) as failure:
                if transfer.is_given_up:
                    raise
                error = failure
            finally:
                self._limit.release()
            if segment.done - kept >= self._settings.progress_bytes:
                failures, kept = 0, segment.done
            failures += 1
            self._pause(error, failures)

    def _pause(self, error: HubUnreachable | RateLimited, failures: int) -> None:
        if isinstance(error, RateLimited) or error.extra.get("status") == HTTPStatus.SERVICE_UNAVAILABLE:
            self._limit.shrink()
        until = time.monotonic() + compute_pause(error, failures, self._settings)
        while (left := until - time.monotonic()) > 0:
            self._checkpoint()
            time.sleep(min(left, self._settings.poll_seconds))

"""Transfers one file from the Hub to the disk: open, fetch segment by segment, verify, rename."""

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import CorruptFile, HubUnreachable, RateLimited
from mistudio.corpus.fetch.checksum import HashThread, PrefixHash
from mistudio.corpus.fetch.connection import Connections
from mistudio.corpus.fetch.http import TransportError
from mistudio.corpus.fetch.partial_file import PartialFile, Segment
from mistudio.corpus.fetch.remote_file import RangeIgnored, RangeReader
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.hub.errors import interrupted_error
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import Monitor

PHASE: Final = "download"
_MAX_CORRUPT: Final = 2


@dataclass(frozen=True)
class FetchedFile:
    """A file that is complete and verified; ``bytes_fetched`` counts what this run received over the network."""

    source: RemoteFile
    path: Path
    sha256: str
    bytes_fetched: int


class Progress:
    """Reports the bytes of the whole download to the monitor, in order, from any thread."""

    def __init__(self, monitor: Monitor, done: int, total: int) -> None:
        self._monitor = monitor
        self._lock = threading.Lock()
        self._done = done
        self._total = total

    def add(self, count: int) -> None:
        """Add ``count`` bytes; negative when bytes were discarded."""
        with self._lock:
            self._done += count
            self._monitor.report(self._done, self._total, PHASE)


class Transfer:
    """One file on its way; several workers may call ``take_segment``, ``fetch`` and ``leave`` at once.

    The worker that made it calls ``open``, then ``leave``. A worker that took a segment calls ``fetch``, then
    ``leave``. The last worker to leave a complete file calls ``finish``.
    """

    def __init__(
        self,
        source: RemoteFile,
        remote: RangeReader,
        destination: Path,
        *,
        progress: Progress,
        settings: FetchSettings,
        checkpoint: Callable[[], None],
    ) -> None:
        self.source = source
        self._remote = remote
        self._partial = PartialFile(source, destination)
        self._hash = PrefixHash(source)
        self._progress = progress
        self._settings = settings
        self._checkpoint = checkpoint
        self._lock = threading.RLock()
        self._waiting: deque[Segment] = deque()
        self._in_flight = 1
        self._fetched = self._corrupt = 0
        self._hash_thread: HashThread | None = None
        self._use_ranges = True
        self.restarts = 0

    @property
    def is_given_up(self) -> bool:
        """Whether the server made the file begin again too often."""
        return self.restarts > self._settings.restarts

    def open(self) -> FetchedFile | None:
        """Resume the partial file; return the finished file if an earlier run left it."""
        self._partial.open(self._segment_bytes(), journaled=self._is_journaled(), checkpoint=self._checkpoint)
        if (done := self._find_finished()) is not None:
            self._progress.add(self.source.size)
            return done
        with self._lock:
            self._plan_segments()
        if resumed := sum(segment.done for segment in self._partial.segments):
            self._progress.add(resumed)
        return None

    def _segment_bytes(self) -> int:
        size, settings = self.source.size, self._settings
        if not self._use_ranges or size < settings.split_bytes:
            return max(size, 1)
        longest = min(settings.segment_bytes, max(settings.split_bytes // 2, size // settings.connections))
        # Segments of about equal size, as few as possible.
        return -(-size // -(-size // longest))

    def _is_journaled(self) -> bool:
        return self.source.size > self._settings.journal_above_bytes

    def _find_finished(self) -> FetchedFile | None:
        final = self._partial.final_path
        if not final.is_file():
            return None
        found = PrefixHash(self.source)
        with final.open("rb") as file:
            if final.stat().st_size == self.source.size:
                found.catch_up(file.fileno(), self.source.size, self._checkpoint)
        if not found.is_correct():
            final.unlink()
            return None
        self._partial.abandon()
        self._partial.close()
        return FetchedFile(self.source, final, found.sha256, 0)

    def _plan_segments(self) -> None:
        segments = self._partial.segments
        self._waiting = deque(segment for segment in segments if segment.missing)
        if len(segments) > 1 or any(segment.done for segment in segments):
            self._hash_thread = HashThread(self._hash, self._partial.fd, self._checkpoint)
            self._hash_thread.extend_to(self._partial.prefix())

    def take_segment(self) -> Segment | None:
        """Return the first segment that no worker fetches, if there is one."""
        with self._lock:
            if not self._waiting:
                return None
            self._in_flight += 1
            return self._waiting.popleft()

    def leave(self) -> bool:
        """End this worker's part; return whether it was the last one and must call ``finish``."""
        with self._lock:
            self._in_flight -= 1
            return self._in_flight == 0 and all(not segment.missing for segment in self._partial.segments)

    def fetch(self, segment: Segment, connections: Connections, buffer: memoryview) -> None:
        """Fetch what is missing of ``segment`` in one request; raise what ends it early."""
        try:
            body = self._remote.open(connections, segment.position, segment.end)
        except RangeIgnored:
            self._give_up_ranges(segment)
            return
        try:
            while segment.missing and not segment.is_discarded:
                self._checkpoint()
                count = body.response.fill(buffer[: segment.missing])
                if count == 0:
                    raise TransportError(f"The server sent {segment.missing:,} bytes too few.")
                self._store(segment, buffer[:count])
        finally:
            connections.release(body.address, body.response)

    def _store(self, segment: Segment, data: memoryview) -> None:
        self._partial.write(data, segment.position)
        with self._lock:
            if segment.is_discarded:
                return
            self._partial.commit(segment, len(data))
            self._fetched += len(data)
            if self._hash_thread is not None:
                self._hash_thread.extend_to(self._partial.prefix())
        if self._hash_thread is None:
            self._hash.catch_up(self._partial.fd, self._partial.prefix(), self._checkpoint)
        self._progress.add(len(data))

    def _give_up_ranges(self, segment: Segment) -> None:
        with self._lock:
            if segment.is_discarded:
                return
            self._use_ranges = False
            self.restarts += 1
            if self.is_given_up:
                raise interrupted_error(self.source.path)
            self._restart()

    def _restart(self) -> None:
        lost = sum(segment.done for segment in self._partial.segments)
        self._stop_hash_thread()
        self._partial.restart(self._segment_bytes(), journaled=self._is_journaled())
        self._hash.restart()
        self._plan_segments()
        self._progress.add(-lost)

    def _stop_hash_thread(self) -> None:
        if self._hash_thread is not None:
            self._hash_thread.stop()
            self._hash_thread = None

    def finish(self) -> FetchedFile | None:
        """Verify the checksum and rename the file.

        Returns None if the checksum is wrong and the file comes again; raises CorruptFile the second time.
        """
        if self._hash_thread is not None:
            self._hash_thread.wait(self.source.size, self._checkpoint)
        if not self._hash.is_correct():
            self._refetch()
            return None
        path = self._partial.finish()
        self.close()
        return FetchedFile(self.source, path, self._hash.sha256, self._fetched)

    def _refetch(self) -> None:
        self._corrupt += 1
        if self._corrupt >= _MAX_CORRUPT:
            self._progress.add(-self.source.size)
            self._partial.abandon()
            raise CorruptFile(
                f"{self.source.path} failed its checksum twice. Retry later, or report it to the repository's owner.",
                extra={"path": self.source.path},
            )
        with self._lock:
            self._restart()

    def close(self) -> None:
        """Close the file; its bytes stay on disk."""
        self._stop_hash_thread()
        self._partial.close()


def compute_pause(error: HubUnreachable | RateLimited, failures: int, settings: FetchSettings) -> float:
    """Return the seconds to wait after the ``failures``-th failure in a row; raise ``error`` if there is no retry."""
    requested = error.retry_after or 0.0
    if requested > settings.max_retry_after_seconds or failures > settings.retries:
        raise error
    doubled: float = settings.backoff_seconds * 2 ** (failures - 1)
    # The jitter keeps workers apart; it need not be secret.
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 (see above)
    return max(requested, min(settings.backoff_limit_seconds, doubled) * jitter)

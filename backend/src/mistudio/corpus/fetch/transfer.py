"""One file's way from the Hub to the disk: open, fetch segment by segment, verify, rename."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import CorruptFile, HubUnreachable, RateLimited
from mistudio.corpus.fetch.checksum import Follower, PrefixHash
from mistudio.corpus.fetch.connection import Connections
from mistudio.corpus.fetch.http import TransportError
from mistudio.corpus.fetch.partial_file import Partial, Segment
from mistudio.corpus.fetch.remote_file import RangeIgnored, RangeReader
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import Monitor

PHASE: Final = "download"
_MAX_CORRUPT: Final = 2


@dataclass(frozen=True)
class FetchedFile:
    """A file that is complete and verified; ``bytes_fetched`` is what came over the network in this run."""

    source: RemoteFile
    path: Path
    sha256: str
    bytes_fetched: int


class Progress:
    """Bytes of the whole download, told to the work from whichever thread, in order."""

    def __init__(self, monitor: Monitor, done: int, total: int) -> None:
        self._monitor = monitor
        self._lock = threading.Lock()
        self._done = done
        self._total = total

    def add(self, count: int) -> None:
        """So many more bytes are there; negative where some had to be thrown away."""
        with self._lock:
            self._done += count
            self._monitor.report(self._done, self._total, PHASE)


class Transfer:
    """A file under way; ``take_segment``, ``fetch`` and ``leave`` may be called by several workers at once.

    Whoever made it opens it and then leaves; whoever takes a segment fetches it and then leaves. The last one to leave
    a file that is complete finishes it.
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
        self._partial = Partial(source, destination)
        self._hash = PrefixHash(source)
        self._progress = progress
        self._settings = settings
        self._checkpoint = checkpoint
        self._lock = threading.RLock()
        self._waiting: list[Segment] = []
        self._in_flight = 1
        self._fetched = self._corrupt = 0
        self._follower: Follower | None = None
        self._ranges = True

    def open(self) -> FetchedFile | None:
        """Take the partial file up; the file itself if it stands already, from a run that was cut short after it."""
        self._partial.open(self._segment_bytes(), journaled=self._is_journaled(), checkpoint=self._checkpoint)
        if (done := self._already_there()) is not None:
            self._progress.add(self.source.size)
            return done
        with self._lock:
            self._plan_segments()
        if resumed := sum(segment.done for segment in self._partial.segments):
            self._progress.add(resumed)
        return None

    def _segment_bytes(self) -> int:
        size, settings = self.source.size, self._settings
        if not self._ranges or size < settings.split_bytes:
            return max(size, 1)
        wanted = min(settings.segment_bytes, max(settings.split_bytes // 2, size // settings.connections))
        return -(-size // -(-size // wanted))

    def _is_journaled(self) -> bool:
        return self.source.size > self._settings.journal_above_bytes

    def _already_there(self) -> FetchedFile | None:
        final = self._partial.final
        if not final.is_file():
            return None
        present = PrefixHash(self.source)
        with final.open("rb") as file:
            if final.stat().st_size == self.source.size:
                present.catch_up(file.fileno(), self.source.size, self._checkpoint)
        if not present.is_right():
            final.unlink()
            return None
        self._partial.abandon()
        self._partial.close()
        return FetchedFile(self.source, final, present.sha256, 0)

    def _plan_segments(self) -> None:
        segments = self._partial.segments
        self._waiting = [segment for segment in segments if segment.missing]
        if len(segments) > 1 or any(segment.done for segment in segments):
            self._follower = Follower(self._hash, self._partial.fd, self._checkpoint)
            self._follower.reach(self._partial.prefix())

    def take_segment(self) -> Segment | None:
        """The first segment that nobody fetches, if there is one."""
        with self._lock:
            if not self._waiting:
                return None
            self._in_flight += 1
            return self._waiting.pop(0)

    def leave(self) -> bool:
        """Step back; whether the caller, as the last one, has to finish the file."""
        with self._lock:
            self._in_flight -= 1
            return self._in_flight == 0 and all(not segment.missing for segment in self._partial.segments)

    def fetch(self, segment: Segment, connections: Connections, buffer: memoryview) -> None:
        """Fetch what is missing of ``segment`` in one request; raises what ends it early."""
        try:
            body = self._remote.open(connections, segment.position, segment.end)
        except RangeIgnored:
            self._give_up_ranges(segment)
            return
        try:
            while segment.missing and not segment.dead:
                self._checkpoint()
                count = body.response.fill(buffer[: segment.missing])
                if count == 0:
                    raise TransportError(f"The server sent {segment.missing:,} bytes too few.")
                self._keep(segment, buffer[:count])
        finally:
            connections.release(body.address, body.response)

    def _keep(self, segment: Segment, piece: memoryview) -> None:
        self._partial.write(piece, segment.position)
        with self._lock:
            if segment.dead:
                return
            self._partial.commit(segment, len(piece))
            self._fetched += len(piece)
            if self._follower is not None:
                self._follower.reach(self._partial.prefix())
        if self._follower is None:
            self._hash.catch_up(self._partial.fd, self._partial.prefix(), self._checkpoint)
        self._progress.add(len(piece))

    def _give_up_ranges(self, segment: Segment) -> None:
        with self._lock:
            if not segment.dead:
                self._ranges = False
                self._start_over()

    def _start_over(self) -> None:
        lost = sum(segment.done for segment in self._partial.segments)
        self._stop_following()
        self._partial.restart(self._segment_bytes(), journaled=self._is_journaled())
        self._hash.restart()
        self._plan_segments()
        self._progress.add(-lost)

    def _stop_following(self) -> None:
        if self._follower is not None:
            self._follower.stop()
            self._follower = None

    def finish(self) -> FetchedFile | None:
        """Verify and rename; None where the bytes were wrong and are to be fetched once more, else CorruptFile."""
        if self._follower is not None:
            self._follower.wait(self.source.size, self._checkpoint)
        if not self._hash.is_right():
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
                f"{self.source.path} came twice with a wrong checksum: try again later, or tell its owner.",
                extra={"path": self.source.path},
            )
        with self._lock:
            self._start_over()

    def close(self) -> None:
        """Let go of the file; what has come stays."""
        self._stop_following()
        self._partial.close()


def pause_before_retry(error: HubUnreachable | RateLimited, failures: int, settings: FetchSettings) -> float:
    """Seconds to wait after the ``failures``-th failure in a row; raises ``error`` where waiting is of no more use."""
    asked = error.retry_after or 0.0
    if asked > settings.patience_seconds or failures > settings.retries:
        raise error
    doubled: float = settings.backoff_seconds * 2 ** (failures - 1)
    # The jitter keeps workers apart; it need not be secret.
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 (see above)
    return max(asked, min(settings.backoff_limit_seconds, doubled) * jitter)

"""Reports a job's progress: turns any number of reports from any thread into at most ten events a second.

Each phase of a job has a weight. Phases may overlap: files are read while later ones still download. An event shows the
first incomplete phase, and the progress over all phases, which never decreases.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog

from mistudio.core.database_errors import DATABASE_ERRORS
from mistudio.core.errors import JobCancelled
from mistudio.schemas.job import JobPhase, Unit
from mistudio.services.job_service import Claim, ClaimLost, JobService, Snapshot
from mistudio.services.jobs.transitions import cancelled_message
from mistudio.services.storage.disk_space import RoomWatch

log = structlog.get_logger(__name__)

PHASES: Mapping[str, Mapping[JobPhase, float]] = {
    "download": {"plan": 0.0, "download": 80.0, "ingest": 19.0, "finish": 1.0},
    "extend": {"plan": 0.0, "download": 80.0, "ingest": 19.0, "finish": 1.0},
    "update": {"plan": 0.0, "download": 80.0, "ingest": 19.0, "finish": 1.0},
    "mix": {"plan": 0.0, "statistics": 30.0, "ingest": 69.0, "finish": 1.0},
    "subset": {"plan": 0.0, "statistics": 50.0, "ingest": 49.0, "finish": 1.0},
    "import": {"plan": 0.0, "ingest": 99.0, "finish": 1.0},
    "tokenize": {"plan": 1.0, "tokenizing": 94.0, "finish": 5.0},
    "index": {"indexing": 99.0, "finish": 1.0},
    "profile": {"profiling": 99.0, "finish": 1.0},
    "export": {"exporting": 99.0, "finish": 1.0},
}
UNITS: Mapping[JobPhase, Unit] = {"tokenizing": "rows", "indexing": "rows", "profiling": "rows", "exporting": "rows"}
_TICK_SECONDS = 0.1
_HEARTBEAT_SECONDS = 2.0
_LEASE_SHARE = 0.7
_RATE_WINDOW_SECONDS = 5.0


class Speed:
    """Units per second over the last few seconds."""

    def __init__(self, window_seconds: float = _RATE_WINDOW_SECONDS) -> None:
        self._window = window_seconds
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, now: float, done: int) -> float | None:
        """Record that ``done`` units were done at ``now`` (seconds); return the rate, None while it is unknown."""
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= self._window:
            self._marks.popleft()
        (start, first), span = self._marks[0], now - self._marks[0][0]
        return (done - first) / span if span >= 0.5 and now > start else None


class Reporter:
    """The ``Monitor`` of one job. Any thread may report; a periodic task writes the progress to the jobs table."""

    def __init__(
        self,
        jobs: JobService,
        claim: Claim,
        kind: str,
        *,
        progress: float = 0.0,
        room: RoomWatch | None = None,
        lease_seconds: float | None = None,
    ) -> None:
        """``lease_seconds``: how long the job stays claimed without a recorded heartbeat; None: for ever."""
        self._jobs = jobs
        self._room = room
        self._claim = claim
        self._phases = PHASES[kind]
        self._progress = progress
        self._lock = threading.Lock()
        self._reported: dict[str, tuple[int, int]] = {}
        self._sent: Snapshot | None = None
        self._speeds: dict[str, Speed] = {}
        self._cancelled = threading.Event()
        self._is_lost = False
        # The job stops before its lease ends, so that two runners never write the same files.
        self._lease_limit = lease_seconds * _LEASE_SHARE if lease_seconds else None
        self._heartbeat_seconds = min(_HEARTBEAT_SECONDS, lease_seconds / 5) if lease_seconds else _HEARTBEAT_SECONDS
        self._recorded_at = time.monotonic()

    def report(self, done: int, total: int, phase: str) -> None:
        """Record how far ``phase`` is."""
        with self._lock:
            self._reported[phase] = (done, total)

    def checkpoint(self) -> None:
        """Raise JobCancelled when cancelled, ClaimLost when another runner has the job, DiskFull without room."""
        if self._is_lost or (self._lease_limit and time.monotonic() - self._recorded_at > self._lease_limit):
            raise ClaimLost(self._claim.job_id)
        if self._cancelled.is_set():
            raise JobCancelled(cancelled_message(self._progress))
        if self._room:
            self._room.check()

    def cancel(self) -> None:
        """Make the next checkpoint raise."""
        self._cancelled.set()

    @asynccontextmanager
    async def publish_progress(self) -> AsyncIterator[None]:
        """Publish progress while the block runs, and the last value when it ends."""
        ended = asyncio.Event()
        task = asyncio.create_task(self._publish_until(ended))
        try:
            yield
        finally:
            # The task is not cancelled: a cancelled write leaves a connection that holds the database's lock.
            ended.set()
            await task
            if not self._is_lost:
                await self._publish()

    async def _publish_until(self, ended: asyncio.Event) -> None:
        last_beat = time.monotonic()
        while not self._is_lost:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _TICK_SECONDS)
            if ended.is_set():
                return
            await self._publish()
            if time.monotonic() - last_beat >= self._heartbeat_seconds:
                last_beat = time.monotonic()
                await self._beat()

    async def _beat(self) -> None:
        started = time.monotonic()
        try:
            if await self._jobs.record_heartbeat(self._claim):
                self.cancel()
            self._recorded_at = started
        except ClaimLost:
            self._is_lost = True
        except DATABASE_ERRORS:
            log.warning("heartbeat not recorded: trying again", job_id=self._claim.job_id)

    async def _publish(self) -> None:
        snapshot = self.snapshot(time.monotonic())
        if snapshot is None or snapshot == self._sent:
            return
        try:
            await self._jobs.record_progress(self._claim, snapshot)
        except ClaimLost:
            self._is_lost = True
            log.warning("claim lost", job_id=self._claim.job_id)
        except DATABASE_ERRORS:
            log.warning("progress not recorded: trying again", job_id=self._claim.job_id)
        self._sent = snapshot

    def snapshot(self, now: float) -> Snapshot | None:
        """Return how far the job is at ``now`` (seconds of any clock); None before the first report."""
        with self._lock:
            reported = dict(self._reported)
        started: list[JobPhase] = [phase for phase in self._phases if phase in reported]
        if not started:
            return None
        shown = next((phase for phase in started if reported[phase][0] < reported[phase][1]), started[-1])
        done, total = reported[shown]
        share = sum(self._phases[phase] * _fraction(*reported[phase]) for phase in started)
        self._progress = max(self._progress, share)
        rate = self._speeds.setdefault(shown, Speed()).mark(now, done)
        return Snapshot(
            phase=shown,
            done=done,
            total=total,
            unit=UNITS.get(shown, "bytes"),
            progress=self._progress,
            rate=round(rate, 1) if rate is not None else None,
            eta_seconds=round((total - done) / rate, 1) if rate and total else None,
        )


def _fraction(done: int, total: int) -> float:
    return min(done / total, 1.0) if total else 1.0

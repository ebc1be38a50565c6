"""Recovers lost jobs of the scaled-out engine. Every server and worker has a watchdog; one leader at a time acts.

The leader times heartbeats by its own monotonic clock, so the machines' clocks need not agree. It gives back a running
job whose heartbeat has not changed for a lease. It enqueues a queued job again when the broker has no message for it:
the broker restarted empty, or the process that was to send or take the message was killed. A surplus message is
harmless, because only a queued job can be claimed.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4

import structlog
from redis.asyncio import Redis

from mistudio.core.celery_app import ROUTES
from mistudio.core.config import Settings
from mistudio.core.database_errors import DATABASE_ERRORS
from mistudio.core.events import TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.jobs.pauses import PauseClock
from mistudio.services.jobs.queries import Lease
from mistudio.utils.tasks import end_task
from mistudio.workers.scaled_out.queue import BROKER_ERRORS, CeleryQueue

log = structlog.get_logger(__name__)

_LEADER_KEY = "mistudio:watcher"
_INTERVAL_SECONDS = 1.0
_TERM_MS = 5000
_EMPTY_QUEUE_SECONDS = 10.0
# A killed worker may have fetched a message in advance while others still wait; a surplus message costs nothing.
_BUSY_QUEUE_SECONDS = 60.0


@dataclass(frozen=True)
class _Sighting:
    """A running job's lease, and since when it has not changed."""

    lease: Lease
    since: float


@dataclass(frozen=True)
class _Wait:
    """A queued job's last message, None if Redis knows of none, and since when a worker could have taken it."""

    message: str | None
    since: float


class Watchdog:
    """Looks for lost jobs every second while it is the leader."""

    def __init__(
        self, settings: Settings, jobs: JobService, *, queue: CeleryQueue, redis: Redis, vault: TokenVault
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._queue = queue
        self._redis = redis
        self._vault = vault
        self._name = uuid4().hex
        self._pauses = PauseClock(settings.retry_backoff_seconds)
        self._seen: dict[str, _Sighting] = {}
        self._waits: dict[str, _Wait] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start to watch."""
        self._task = asyncio.create_task(self._watch(), name="watchdog")

    async def close(self) -> None:
        """Stop watching; another watchdog becomes the leader within seconds."""
        if self._task:
            await end_task(self._task)

    @property
    def is_watching(self) -> bool:
        """Whether it runs."""
        return self._task is not None and not self._task.done()

    async def _watch(self) -> None:
        while True:
            try:
                await self.tick(time.monotonic())
            except (*BROKER_ERRORS, *DATABASE_ERRORS) as error:
                # No heartbeat could be recorded meanwhile: every lease starts again.
                self._seen.clear()
                log.warning("watchdog interrupted: trying again", error=type(error).__name__)
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def tick(self, now: float) -> None:
        """Look for lost jobs once, at ``now`` in seconds of a monotonic clock."""
        if not await self._acquire_lead():
            self._seen.clear()
            self._waits.clear()
            return
        await self._expire_leases(now)
        await self._enqueue_lost(now)

    async def _acquire_lead(self) -> bool:
        if await self._redis.set(_LEADER_KEY, self._name, nx=True, px=_TERM_MS):
            return True
        return await self._redis.get(_LEADER_KEY) == self._name and bool(
            await self._redis.pexpire(_LEADER_KEY, _TERM_MS)
        )

    async def _expire_leases(self, now: float) -> None:
        leases = await self._jobs.list_leases()
        self._seen = {lease.job_id: self._observe(lease, now) for lease in leases}
        for seen in list(self._seen.values()):
            if now - seen.since < self._settings.lease_seconds:
                continue
            if await self._jobs.expire(seen.lease, backoff_seconds=0.0):
                log.warning("job taken from a silent worker", **asdict(seen.lease))
                await self._hand_on(seen.lease.job_id)

    def _observe(self, lease: Lease, now: float) -> _Sighting:
        before = self._seen.get(lease.job_id)
        return before if before and before.lease == lease else _Sighting(lease, now)

    async def _hand_on(self, job_id: str) -> None:
        """Enqueue a job that was given back; drop the token of one that has ended."""
        job = await self._jobs.find(job_id)
        if job is None or job.finished_at:
            await self._vault.drop(job_id)
        else:
            await self._queue.enqueue(job_id)

    async def _enqueue_lost(self, now: float) -> None:
        queued = await self._jobs.list_queued()
        pauses = self._pauses.remaining(queued, at=utc_now(), now=now)
        due = [job for job, pause in zip(queued, pauses, strict=True) if not pause]
        messages = await self._queue.last_messages([job.id for job in due])
        self._waits = {job.id: self._observe_wait(job.id, messages.get(job.id), now) for job in due}
        for job in await self._select_lost(due, now):
            log.info("job enqueued again", job_id=job.id, dataset_id=job.dataset_id)
            await self._queue.enqueue(job.id)

    def _observe_wait(self, job_id: str, message: str | None, now: float) -> _Wait:
        before = self._waits.get(job_id)
        return before if before and before.message == message else _Wait(message, now)

    async def _select_lost(self, due: Sequence[JobResponse], now: float) -> list[JobResponse]:
        """Return the jobs for which no message can be on its way any more."""
        queues = {ROUTES[job.kind].queue for job in due}
        waiting = {queue: await self._queue.count_waiting(queue) for queue in queues}
        lost = []
        for job in due:
            limit = _BUSY_QUEUE_SECONDS if waiting[ROUTES[job.kind].queue] else _EMPTY_QUEUE_SECONDS
            wait = self._waits[job.id]
            if wait.message is None or now - wait.since > limit:
                lost.append(job)
        return lost

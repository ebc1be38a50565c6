"""Sees that no job is lost in the scaled-out engine. Every server and worker has a watcher; one of them at a time acts.

It observes the heartbeats of running jobs by its own clock, so that clocks of machines need not agree, and gives back
those that stood still for a lease. Jobs that wait and of which the broker has no message are enqueued again: the broker
was restarted empty, or whoever was to send or to take the message was killed. A message too many does no harm, because
only a queued job can be claimed.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.celery_app import ROUTES
from mistudio.core.config import Settings
from mistudio.core.errors import DiskFull, Unavailable
from mistudio.core.events import TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.jobs.queries import Lease
from mistudio.utils.tasks import end_task
from mistudio.workers.scaled_out.queue import BROKER_ERRORS, CeleryQueue, due_since

log = structlog.get_logger(__name__)

_LEADER = "mistudio:watcher"
_INTERVAL_SECONDS = 1.0
_TERM_MS = 5000
_EMPTY_QUEUE_SECONDS = 10.0
# What a killed worker had taken in advance is with nobody, though others wait: a message too many costs nothing.
_BUSY_QUEUE_SECONDS = 60.0


@dataclass(frozen=True)
class _Seen:
    """A job as it was when it last gave a sign."""

    lease: Lease
    since: float


class Watcher:
    """Acts every second while it leads."""

    def __init__(
        self, settings: Settings, jobs: JobService, *, queue: CeleryQueue, redis: Redis, vault: TokenVault
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._queue = queue
        self._redis = redis
        self._vault = vault
        self._name = uuid4().hex
        self._seen: dict[str, _Seen] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch(), name="watcher")

    async def close(self) -> None:
        """Stop watching; another one leads within seconds."""
        if self._task:
            await end_task(self._task)

    @property
    def is_watching(self) -> bool:
        """Whether it was started and did not break."""
        return self._task is not None and not self._task.done()

    async def _watch(self) -> None:
        while True:
            try:
                await self.tick(time.monotonic())
            except (*BROKER_ERRORS, SQLAlchemyError, DiskFull, Unavailable) as error:
                # Nobody could give a sign while the database was gone: every lease begins anew.
                self._seen.clear()
                log.warning("watching is interrupted", error=type(error).__name__)
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def tick(self, now: float) -> None:
        """Look once, at ``now`` in seconds of a clock that never goes back."""
        if not await self._leads():
            self._seen.clear()
            return
        await self._give_back(now)
        await self._enqueue_lost()

    async def _leads(self) -> bool:
        if await self._redis.set(_LEADER, self._name, nx=True, px=_TERM_MS):
            return True
        return await self._redis.get(_LEADER) == self._name and bool(await self._redis.pexpire(_LEADER, _TERM_MS))

    async def _give_back(self, now: float) -> None:
        leases = await self._jobs.list_leases()
        self._seen = {lease.job_id: self._look(lease, now) for lease in leases}
        for seen in list(self._seen.values()):
            if now - seen.since < self._settings.lease_seconds:
                continue
            if await self._jobs.expire(seen.lease, backoff_seconds=0.0):
                log.warning("job taken from a silent worker", **asdict(seen.lease))
                await self._see_to(seen.lease.job_id)

    def _look(self, lease: Lease, now: float) -> _Seen:
        before = self._seen.get(lease.job_id)
        return before if before and before.lease == lease else _Seen(lease, now)

    async def _see_to(self, job_id: str) -> None:
        """A job that was given back goes to another worker at once; one that has ended needs its token no more."""
        job = await self._jobs.find(job_id)
        if job is None or job.finished_at:
            await self._vault.drop(job_id)
        else:
            await self._queue.enqueue(job_id)

    async def _enqueue_lost(self) -> None:
        due = await self._jobs.list_due(utc_now())
        asked = await self._queue.asked_at([job.id for job in due])
        for job in await self._lost(due, asked):
            log.info("job enqueued again", job_id=job.id, dataset_id=job.dataset_id)
            await self._queue.enqueue(job.id)

    async def _lost(self, due: Sequence[JobResponse], asked: dict[str, float]) -> list[JobResponse]:
        """Those of which no message can be on its way any more."""
        queues = {ROUTES[job.kind].queue for job in due}
        waiting = {queue: await self._queue.waiting(queue) for queue in queues}
        lost = []
        for job in due:
            patience = _BUSY_QUEUE_SECONDS if waiting[ROUTES[job.kind].queue] else _EMPTY_QUEUE_SECONDS
            if job.id not in asked or time.time() - due_since(job.not_before, asked[job.id]) > patience:
                lost.append(job)
        return lost

"""The scaled-out engine's queue: brings job ids to Celery workers on any machine.

A message that cannot be sent, or that the broker loses, is no loss: the jobs table has the job, and a watcher enqueues
it again (see ``mistudio.workers.scaled_out.watchdog``).
"""

import asyncio
import time
from datetime import datetime

import structlog
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError, OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from mistudio.core.celery_app import ROUTES, SHARD_ROUTE, Route, StudioCelery
from mistudio.core.config import Settings
from mistudio.core.states import JobState
from mistudio.services.job_service import JobService
from mistudio.workers.scaled_out.broadcast import call_out

log = structlog.get_logger(__name__)

BROKER_ERRORS = (OperationalError, KombuError, AMQPError, RedisError, OSError)
_ASKED = "mistudio:enqueued:"
_ASKED_SECONDS = 3600
_POLL_SECONDS = 0.05
_STOP_SECONDS = 10.0


class CeleryQueue:
    """See ``JobQueue``."""

    def __init__(self, settings: Settings, jobs: JobService, *, app: StudioCelery, redis: Redis) -> None:
        self._jobs = jobs
        self._app = app
        self._redis = redis
        # A worker that is gone cannot stop its job: then the end of its lease does.
        self._patience = settings.lease_seconds + _STOP_SECONDS

    async def enqueue(self, job_id: str) -> None:
        """Send the id; a broker that is down gets it from a watcher when it is back."""
        job = await self._jobs.find(job_id)
        if job is None:
            return
        try:
            await asyncio.to_thread(self._send, ROUTES[job.kind], [job_id])
            await self._redis.set(f"{_ASKED}{job_id}", time.time(), ex=_ASKED_SECONDS)
        except BROKER_ERRORS as error:
            log.warning("not enqueued now", job_id=job_id, error=type(error).__name__)

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Nobody knows which worker will have the job."""

    async def share(self, job_id: str, shards: int) -> None:
        """Call for help with all shards of a job but its first; where nobody comes, the job makes them itself."""
        try:
            for shard in range(1, shards):
                await asyncio.to_thread(self._send, SHARD_ROUTE, [job_id, shard])
        except BROKER_ERRORS as error:
            log.warning("no help was called", job_id=job_id, error=type(error).__name__)

    def _send(self, route: Route, arguments: list[str | int]) -> None:
        self._app.send_task(route.task, args=arguments, queue=route.queue, retry=False)

    async def cancel(self, job_id: str) -> None:
        """Call out to the worker that has it, and wait until it has let go."""
        await call_out(self._redis, "cancel", job_id)
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            job = await self._jobs.find(job_id)
            if job is None or job.state is not JobState.RUNNING:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def asked_at(self, job_ids: list[str]) -> dict[str, float]:
        """When each of these jobs was last sent, in seconds since 1970; those of which Redis knows nothing are not."""
        marks = await self._redis.mget([f"{_ASKED}{job_id}" for job_id in job_ids]) if job_ids else []
        return {job_id: float(mark) for job_id, mark in zip(job_ids, marks, strict=True) if mark}

    async def waiting(self, queue: str) -> int:
        """How many messages wait with the broker in this queue."""
        return await asyncio.to_thread(self._waiting, queue)

    def _waiting(self, queue: str) -> int:
        with self._app.pool.acquire(block=True) as connection:
            channel = connection.default_channel
            try:
                return int(channel.queue_declare(queue=queue, passive=True).message_count)
            except connection.channel_errors:
                return 0

    async def check_broker(self) -> None:
        """Raise one of ``BROKER_ERRORS`` unless the broker answers."""
        await asyncio.to_thread(self._check_broker)

    def _check_broker(self) -> None:
        with self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=3)

    async def close(self) -> None:
        """Let go of the broker."""
        await asyncio.to_thread(self._app.close)


def due_since(not_before: datetime | None, asked: float) -> float:
    """Since when, in seconds since 1970, a job that was sent at ``asked`` could have been taken."""
    return max(asked, not_before.timestamp() if not_before else 0.0)

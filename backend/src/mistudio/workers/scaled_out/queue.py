"""The scaled-out engine's queue: sends job ids to Celery workers on any machine.

A message may fail or get lost in the broker: the jobs table still has the job, and the watchdog enqueues it again
(``mistudio.workers.scaled_out.watchdog``).
"""

import asyncio
import time
from uuid import uuid4

import structlog
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError, OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from mistudio.core.celery_app import ROUTES, SHARD_ROUTE, Route, StudioCelery
from mistudio.core.config import Settings
from mistudio.core.states import JobState
from mistudio.services.job_service import JobService
from mistudio.workers.scaled_out.broadcast import send_broadcast

log = structlog.get_logger(__name__)

BROKER_ERRORS = (OperationalError, KombuError, AMQPError, RedisError, OSError)
_ENQUEUED_KEY = "mistudio:enqueued:"
_ENQUEUED_SECONDS = 3600
_POLL_SECONDS = 0.05
_STOP_SECONDS = 10.0


class CeleryQueue:
    """See ``JobQueue``."""

    def __init__(self, settings: Settings, jobs: JobService, *, app: StudioCelery, redis: Redis) -> None:
        self._jobs = jobs
        self._app = app
        self._redis = redis
        # A dead worker cannot stop its job; the end of its lease does.
        self._cancel_seconds = settings.lease_seconds + _STOP_SECONDS

    async def enqueue(self, job_id: str) -> None:
        """Send the id. While the broker is down the watchdog keeps trying."""
        job = await self._jobs.find(job_id)
        if job is None:
            return
        try:
            await asyncio.to_thread(self._send, ROUTES[job.kind], [job_id])
            await self._redis.set(f"{_ENQUEUED_KEY}{job_id}", uuid4().hex, ex=_ENQUEUED_SECONDS)
        except BROKER_ERRORS as error:
            log.warning("job not enqueued: the broker does not answer", job_id=job_id, error=type(error).__name__)

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Do nothing: any worker may get the job."""

    async def share(self, job_id: str, shards: int) -> None:
        """Ask workers to help with every shard of a job but the first. The job makes what they do not."""
        try:
            for shard in range(1, shards):
                await asyncio.to_thread(self._send, SHARD_ROUTE, [job_id, shard])
        except BROKER_ERRORS as error:
            log.warning("shards not enqueued: the job makes them itself", job_id=job_id, error=type(error).__name__)

    def _send(self, route: Route, arguments: list[str | int]) -> None:
        self._app.send_task(route.task, args=arguments, queue=route.queue, retry=False)

    async def cancel(self, job_id: str) -> None:
        """Tell the worker that runs the job to stop, and wait until it has."""
        await send_broadcast(self._redis, "cancel", job_id)
        deadline = time.monotonic() + self._cancel_seconds
        while time.monotonic() < deadline:
            job = await self._jobs.find(job_id)
            if job is None or job.state is not JobState.RUNNING:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def last_messages(self, job_ids: list[str]) -> dict[str, str]:
        """Return a mark of the last message about each of these jobs, for those that Redis knows."""
        marks = await self._redis.mget([f"{_ENQUEUED_KEY}{job_id}" for job_id in job_ids]) if job_ids else []
        return {job_id: str(mark) for job_id, mark in zip(job_ids, marks, strict=True) if mark}

    async def count_waiting(self, queue: str) -> int:
        """Return how many messages the broker holds in this queue."""
        return await asyncio.to_thread(self._count_waiting, queue)

    def _count_waiting(self, queue: str) -> int:
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
        """Close the connection to the broker."""
        await asyncio.to_thread(self._app.close)

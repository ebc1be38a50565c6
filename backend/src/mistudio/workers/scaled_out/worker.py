"""One Celery worker process: threads that take job ids from the broker, and one event loop that runs the children.

A stop in order (SIGTERM) kills the children, gives their jobs back at once and costs no attempt; after a SIGKILL the
children end with their pipe, and a watcher gives the jobs back when their leases are over.
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack

import structlog
from celery.signals import setup_logging, worker_shutting_down
from prometheus_client import start_http_server
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.celery_app import QUEUES, StudioCelery, create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DiskFull, Unavailable
from mistudio.core.logging import configure_logging
from mistudio.core.migrations import upgrade
from mistudio.core.states import JobState
from mistudio.core.websocket import RedisEventBus
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.storage_service import StorageService
from mistudio.utils.tasks import end_task
from mistudio.workers.child.pool import ChildPool
from mistudio.workers.jobs.runner import until_recorded
from mistudio.workers.scaled_out.broadcast import Broadcast, connect, listen
from mistudio.workers.scaled_out.queue import CeleryQueue
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key
from mistudio.workers.scaled_out.watchdog import Watcher

log = structlog.get_logger(__name__)

PRESENCE = "mistudio:workers"
_PRESENCE_SECONDS = 5.0
_GONE_SECONDS = 20.0
_START_SECONDS = 30.0
_STOP_SECONDS = 60.0
_ANSWER_SECONDS = 5.0


class WorkerHost:
    """The parts of a worker process, on an event loop of their own; see ``JobHost``."""

    def __init__(self, settings: Settings, app: StudioCelery) -> None:
        self._settings = settings
        self._app = app
        self._name = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._stack = AsyncExitStack()
        self._running: set[asyncio.Task[float | None]] = set()
        self._closing = False

    def start(self) -> None:
        """Connect, and let tasks find this host."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(_START_SECONDS)
        self._app.host = self

    def run_job(self, job_id: str) -> float | None:
        """Run the job to its end; called by Celery's threads."""
        return self._answer(self._begin(job_id))

    def help_job(self, job_id: str, shard: int) -> None:
        """Help a tokenization; called by Celery's threads."""
        self._answer(self._begin(job_id, shard))

    def _answer(self, work: Coroutine[None, None, float | None]) -> float | None:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except CancelledError:
            # This process ends.
            return None

    def process_ids(self) -> list[int]:
        """The child processes that run now."""
        return self._children.process_ids()

    def close(self) -> None:
        """Give back what runs, then end."""
        if self._closing:
            return
        self._closing = True
        asyncio.run_coroutine_threadsafe(self._stack.aclose(), self._loop).result(_STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)
        self._loop.close()

    async def _start(self) -> None:
        settings, stack = self._settings, self._stack
        redis = connect(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        database = Database(settings.sqlalchemy_url)
        stack.push_async_callback(database.close)
        await upgrade(database)
        StorageService(settings, database).prepare()
        bus = RedisEventBus(settings.redis_url)
        stack.push_async_callback(bus.close)
        self._jobs = JobService(database, bus)
        vault = RedisTokenVault(redis, sealing_key(settings))
        self._queue = CeleryQueue(settings, self._jobs, app=self._app, redis=redis)
        watcher = Watcher(settings, self._jobs, queue=self._queue, redis=redis, vault=vault)
        self._children = ChildPool(
            settings, self._jobs, bus=bus, vault=vault, enqueue=self._queue.enqueue, share=self._queue.share
        )
        self._children.start_standby()
        stack.push_async_callback(self._hand_over)
        ready = asyncio.Event()
        for work in (listen(redis, self._hear, ready=ready), self._be_seen(redis)):
            stack.push_async_callback(end_task, asyncio.create_task(work))
        watcher.start()
        stack.push_async_callback(watcher.close)
        await ready.wait()

    async def _begin(self, job_id: str, shard: int | None = None) -> float | None:
        task = asyncio.create_task(self._run(job_id) if shard is None else self._help(job_id, shard))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await task

    async def _run(self, job_id: str) -> float | None:
        job = None if self._closing else await until_recorded(lambda: self._jobs.find(job_id))
        if job is None or job.state is not JobState.QUEUED or job_id in self._children or self._closing:
            return None
        if (pause := _pause(job)) > 0:
            return pause
        await (await self._children.start(job))
        after = await until_recorded(lambda: self._jobs.find(job_id))
        waits = after is not None and after.state is JobState.QUEUED and not self._closing
        return _pause(after) if after and waits else None

    async def _help(self, job_id: str, shard: int) -> None:
        job = await until_recorded(lambda: self._jobs.find(job_id))
        if job is not None and job.state is JobState.RUNNING and not self._closing:
            await (await self._children.start(job, shard=shard))

    async def _hear(self, order: Broadcast, target: str) -> None:
        if order == "cancel":
            await self._children.cancel(target)

    async def _hand_over(self) -> None:
        """Stop the children; their jobs wait for other workers."""
        for job_id, owner in await self._children.close():
            await self._give_back(job_id, owner)
        if self._running:
            await asyncio.wait(self._running, timeout=_ANSWER_SECONDS)
        # Celery's threads wait for these, and the process for its threads: where the database is gone, there is no
        # other answer than none.
        await asyncio.gather(*(end_task(task) for task in self._running))

    async def _give_back(self, job_id: str, owner: str) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if await self._jobs.give_back(job_id, owner):
                    log.info("job given back", job_id=job_id)
                    await self._queue.enqueue(job_id)
        except (DiskFull, Unavailable, SQLAlchemyError, TimeoutError) as error:
            log.warning("job not given back: its lease will end", job_id=job_id, error=type(error).__name__)

    async def _be_seen(self, redis: Redis) -> None:
        """Say again and again that this worker is there."""
        while True:
            try:
                await redis.zadd(PRESENCE, {self._name: time.time()})
            except (RedisError, OSError) as error:
                log.warning("this worker cannot be seen", error=type(error).__name__)
            await asyncio.sleep(_PRESENCE_SECONDS)


def _pause(job: JobResponse) -> float:
    """Seconds until the job may be tried again."""
    return max((job.not_before - utc_now()).total_seconds(), 0.0) if job.not_before else 0.0


async def workers_seen(redis: Redis) -> int:
    """How many workers said lately that they are there. Raises RedisError."""
    await redis.zremrangebyscore(PRESENCE, 0, time.time() - _GONE_SECONDS)
    return int(await redis.zcard(PRESENCE))


def run_worker(settings: Settings, *, queues: Sequence[str] = QUEUES, concurrency: int) -> None:
    """Take jobs until told to end."""
    setup_logging.connect(lambda **_arguments: configure_logging(settings), weak=False)
    app = create_celery(settings)
    host = WorkerHost(settings, app)
    host.start()
    worker_shutting_down.connect(lambda **_arguments: threading.Thread(target=host.close).start(), weak=False)
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    worker = app.Worker(
        pool="threads",
        concurrency=concurrency,
        queues=list(queues),
        hostname=f"mistudio-{os.getpid()}@{socket.gethostname()}",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    try:
        worker.start()
    finally:
        host.close()

"""One Celery worker process: threads that take job ids from the broker, and one event loop that runs the children.

SIGTERM kills the children and gives their jobs back at once, at no cost of an attempt. After a SIGKILL the children end
with their pipes, and the watchdog gives the jobs back when their leases expire.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack

import structlog
from celery.signals import setup_logging, worker_shutting_down
from prometheus_client import start_http_server
from redis.asyncio import Redis
from redis.exceptions import RedisError

from mistudio.core.celery_app import QUEUES, StudioCelery, create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.database_errors import DATABASE_ERRORS
from mistudio.core.disk import translate_disk_errors
from mistudio.core.logging import configure_logging
from mistudio.core.migrations import upgrade
from mistudio.core.reserve import EmergencyReserve
from mistudio.core.states import JobState
from mistudio.core.websocket import RedisEventBus
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.jobs.pauses import measure_pause
from mistudio.services.storage_service import StorageService
from mistudio.utils.tasks import end_task
from mistudio.workers.child.pool import ChildPool
from mistudio.workers.jobs.runner import retry_database
from mistudio.workers.scaled_out.broadcast import Broadcast, connect_redis, listen
from mistudio.workers.scaled_out.queue import CeleryQueue
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key
from mistudio.workers.scaled_out.watchdog import Watchdog

log = structlog.get_logger(__name__)

WORKERS_KEY = "mistudio:worker:"
_SCANNED_KEYS = 1_000
_PRESENCE_SECONDS = 5.0
_GONE_SECONDS = 20
_START_SECONDS = 30.0
_STOP_SECONDS = 60.0
_ANSWER_SECONDS = 5.0


class WorkerHost:
    """Runs the jobs of a worker process on an event loop of its own; see ``JobHost``."""

    def __init__(self, settings: Settings, app: StudioCelery) -> None:
        self._settings = settings
        self._app = app
        self._reserve = EmergencyReserve(settings.data_dir)
        self._name = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True)
        self._stack = AsyncExitStack()
        self._running: set[asyncio.Task[float | None]] = set()
        self._is_closing = False

    def start(self) -> None:
        """Connect to everything, then take jobs from the tasks."""
        self._thread.start()
        with translate_disk_errors(is_kept=False, is_start=True):
            asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(_START_SECONDS)
        self._app.host = self

    def run_job(self, job_id: str) -> float | None:
        """Run the job to its end. Called on Celery's threads."""
        return self._wait_for(self._track(job_id))

    def help_job(self, job_id: str, shard: int) -> None:
        """Help a tokenization. Called on Celery's threads."""
        self._wait_for(self._track(job_id, shard))

    def _wait_for(self, work: Coroutine[None, None, float | None]) -> float | None:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except CancelledError:
            # The process is ending.
            return None

    def process_ids(self) -> list[int]:
        """Return the child processes that run now."""
        return self._children.process_ids()

    def close(self) -> None:
        """Give the running jobs back, then stop."""
        if self._is_closing:
            return
        self._is_closing = True
        asyncio.run_coroutine_threadsafe(self._stack.aclose(), self._loop).result(_STOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_SECONDS)
        self._loop.close()

    async def _start(self) -> None:
        settings, stack = self._settings, self._stack
        redis = connect_redis(settings.redis_url)
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
        watchdog = Watchdog(settings, self._jobs, queue=self._queue, redis=redis, vault=vault)
        self._children = ChildPool(
            settings, self._jobs, bus=bus, vault=vault, enqueue=self._queue.enqueue, share=self._queue.share
        )
        self._children.start_standby()
        stack.push_async_callback(self._hand_over)
        ready = asyncio.Event()
        for work in (listen(redis, self._handle, ready=ready), self._announce(redis)):
            stack.push_async_callback(end_task, asyncio.create_task(work))
        watchdog.start()
        stack.push_async_callback(watchdog.close)
        await ready.wait()

    async def _track(self, job_id: str, shard: int | None = None) -> float | None:
        task = asyncio.create_task(self._run(job_id) if shard is None else self._help(job_id, shard))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await task

    async def _run(self, job_id: str) -> float | None:
        job = None if self._is_closing else await retry_database(lambda: self._jobs.find(job_id), self._reserve)
        if job is None or job.state is not JobState.QUEUED or job_id in self._children or self._is_closing:
            return None
        if (pause := self._pause(job)) > 0:
            return pause
        await (await self._children.start(job))
        after = await retry_database(lambda: self._jobs.find(job_id), self._reserve)
        waits = after is not None and after.state is JobState.QUEUED and not self._is_closing
        return self._pause(after) if after and waits else None

    def _pause(self, job: JobResponse) -> float:
        """Return the seconds until the job may be tried again."""
        return measure_pause(job, self._settings.retry_backoff_seconds, utc_now())

    async def _help(self, job_id: str, shard: int) -> None:
        job = await retry_database(lambda: self._jobs.find(job_id), self._reserve)
        if job is not None and job.state is JobState.RUNNING and not self._is_closing:
            await (await self._children.start(job, shard=shard))

    async def _handle(self, order: Broadcast, target: str) -> None:
        if order == "cancel":
            await self._children.cancel(target)

    async def _hand_over(self) -> None:
        """Kill the children, and give their jobs to other workers."""
        for job_id, owner in await self._children.close():
            await self._give_back(job_id, owner)
        if self._running:
            await asyncio.wait(self._running, timeout=_ANSWER_SECONDS)
        # Celery's threads wait for these tasks, and the process waits for its threads: without a database they would
        # never end.
        await asyncio.gather(*(end_task(task) for task in self._running))

    async def _give_back(self, job_id: str, owner: str) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                if await self._jobs.give_back(job_id, owner):
                    log.info("job given back", job_id=job_id)
                    await self._queue.enqueue(job_id)
        except (*DATABASE_ERRORS, TimeoutError) as error:
            log.warning("job not given back: its lease will end", job_id=job_id, error=type(error).__name__)

    async def _announce(self, redis: Redis) -> None:
        """Record in Redis, every few seconds, that this worker is alive. Redis times it: clocks may differ."""
        while True:
            try:
                await redis.set(f"{WORKERS_KEY}{self._name}", "", ex=_GONE_SECONDS)
            except (RedisError, OSError) as error:
                log.warning("worker not recorded as alive: Redis does not answer", error=type(error).__name__)
            await asyncio.sleep(_PRESENCE_SECONDS)


async def list_workers(redis: Redis) -> list[str]:
    """Return the names of the workers that are alive, in any order. Raises RedisError."""
    keys = [key async for key in redis.scan_iter(match=f"{WORKERS_KEY}*", count=_SCANNED_KEYS)]
    return [key.removeprefix(WORKERS_KEY) for key in dict.fromkeys(keys)]


def run_worker(settings: Settings, *, queues: Sequence[str] = QUEUES, concurrency: int) -> None:
    """Run jobs until told to stop."""
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

"""The embedded engine's queue: the server runs each job in a child process of its own.

The queue reads the jobs table whenever a job is enqueued, a job ends, or a job's pause is over. When a child dies, its
job is still recorded as running; ``ChildPool`` gives it back.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Literal

import structlog

from mistudio.core.config import Settings
from mistudio.core.database_errors import DATABASE_ERRORS
from mistudio.core.events import EventBus, TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.jobs.pauses import PauseClock
from mistudio.utils.tasks import end_task
from mistudio.workers.child.pool import ChildPool

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 3600.0
_RETRY_SECONDS = 1.0


JobGroup = Literal["downloads", "tokenizations", "indexes"]


class MemoryTokenVault:
    """See ``TokenVault``; the tokens are lost when this process ends."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends."""
        self._tokens[job_id] = token

    async def get(self, job_id: str) -> str | None:
        """Return the token of this job, None if there is none."""
        return self._tokens.get(job_id)

    async def drop(self, job_id: str) -> None:
        """Delete the token of this job."""
        self._tokens.pop(job_id, None)


class LocalQueue:
    """Runs a limited number of jobs of each kind at a time in child processes; see ``JobQueue``."""

    def __init__(self, settings: Settings, jobs: JobService, *, bus: EventBus, vault: TokenVault) -> None:
        self._jobs = jobs
        self._wake = asyncio.Event()
        self._children = ChildPool(settings, jobs, bus=bus, vault=vault, enqueue=self.enqueue)
        self._pauses = PauseClock(settings.retry_backoff_seconds)
        self._dispatcher: asyncio.Task[None] | None = None
        self._limits: Mapping[JobGroup, int] = {
            "downloads": settings.max_downloads,
            "tokenizations": settings.max_tokenizations,
            "indexes": 1,
        }

    async def enqueue(self, job_id: str) -> None:
        """Wake the dispatcher, which reads the jobs table."""
        self._wake.set()

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Have the standby process load it, if a tokenization could start now."""
        if self._has_capacity("tokenize"):
            await self._children.preload(tokenizer, revision)

    async def cancel(self, job_id: str) -> None:
        """Cancel the job, and kill its child if it does not stop in time. Returns when the job has ended."""
        if not await self._children.cancel(job_id):
            await self._jobs.release(job_id, None, backoff_seconds=0.0)

    async def start(self) -> None:
        """Requeue the jobs of an earlier server, and begin to dispatch."""
        for job_id in await self._jobs.recover():
            log.info("job resumed after restart", job_id=job_id)
        self._dispatcher = asyncio.create_task(self._dispatch(), name="job-dispatcher")
        self._children.start_standby()
        self._wake.set()

    async def close(self) -> None:
        """Kill all children; their jobs stay recorded as running, and the next start requeues them."""
        if self._dispatcher:
            await end_task(self._dispatcher)
        await self._children.close()

    @property
    def is_dispatching(self) -> bool:
        """Whether the dispatcher runs."""
        return self._dispatcher is not None and not self._dispatcher.done()

    def process_ids(self) -> list[int]:
        """Return the child processes that run jobs now."""
        return self._children.process_ids()

    @property
    def standby_process_id(self) -> int | None:
        """The child process that waits for a job, None where there is none."""
        return self._children.standby_process_id

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause = await self._start_due()
            except (OSError, *DATABASE_ERRORS) as error:
                log.exception("jobs could not be started: trying again", error=str(error))
                pause = _RETRY_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def _start_due(self) -> float:
        """Start the jobs that may start, and return the seconds until the next job is due.

        A job that is due but over its kind's limit needs no timer: the end of a child wakes the dispatcher.
        """
        queued = await self._jobs.list_queued()
        pauses = self._pauses.remaining(queued, at=utc_now(), now=time.monotonic())
        for job, pause in zip(queued, pauses, strict=True):
            if not pause and job.id not in self._children and self._has_capacity(job.kind):
                await self._spawn(job)
        return min((pause for pause in pauses if pause), default=_IDLE_SECONDS)

    def _has_capacity(self, kind: str) -> bool:
        group = _GROUPS[kind]
        return sum(_GROUPS[running] == group for running in self._children.kinds()) < self._limits[group]

    async def _spawn(self, job: JobResponse) -> None:
        child = await self._children.start(job)
        child.add_done_callback(lambda _child: self._wake.set())


_GROUPS: Mapping[str, JobGroup] = {
    "download": "downloads",
    "import": "downloads",
    "extend": "downloads",
    "update": "downloads",
    "mix": "downloads",
    "subset": "downloads",
    "tokenize": "tokenizations",
    "index": "indexes",
    "profile": "indexes",
    "export": "indexes",
}

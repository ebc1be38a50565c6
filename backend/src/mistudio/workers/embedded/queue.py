"""The embedded engine: the server starts one child process per running job and forwards what it says.

The jobs table says what is to be done; this queue only looks into it, whenever a job is enqueued, ends, or its pause is
over. A child that ends without a word leaves its job running: the queue gives it back.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.errors import DiskFull, Unavailable
from mistudio.core.events import EventBus, TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.utils.tasks import end_task
from mistudio.workers.child.pool import ChildPool

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 3600.0
_TROUBLE_SECONDS = 1.0


Pool = Literal["downloads", "tokenizations", "indexes"]


class MemoryTokenVault:
    """Holds tokens in this process's memory: they are gone when it ends."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends."""
        self._tokens[job_id] = token

    async def get(self, job_id: str) -> str | None:
        """The token of this job, if it is held."""
        return self._tokens.get(job_id)

    async def drop(self, job_id: str) -> None:
        """Forget the token of this job."""
        self._tokens.pop(job_id, None)


class LocalQueue:
    """Runs jobs in child processes, so many of a kind at a time; see ``JobQueue``."""

    def __init__(self, settings: Settings, jobs: JobService, *, bus: EventBus, vault: TokenVault) -> None:
        self._jobs = jobs
        self._wake = asyncio.Event()
        self._children = ChildPool(settings, jobs, bus=bus, vault=vault, enqueue=self.enqueue)
        self._dispatcher: asyncio.Task[None] | None = None
        self._limits: Mapping[Pool, int] = {
            "downloads": settings.max_downloads,
            "tokenizations": settings.max_tokenizations,
            "indexes": 1,
        }

    async def enqueue(self, job_id: str) -> None:
        """Look into the table soon."""
        self._wake.set()

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Have the process that stands ready load it, if a tokenization could begin now."""
        if self._has_room("tokenize"):
            await self._children.preload(tokenizer, revision)

    async def cancel(self, job_id: str) -> None:
        """Tell the child; kill it if it does not stop in time. Returns when its job has ended."""
        if not await self._children.cancel(job_id):
            await self._jobs.release(job_id, None, backoff_seconds=0.0)

    async def start(self) -> None:
        """Take up what a former server left behind, and begin to dispatch."""
        for job_id in await self._jobs.recover():
            log.info("job resumed after restart", job_id=job_id)
        self._dispatcher = asyncio.create_task(self._dispatch(), name="job-dispatcher")
        self._children.start_standby()
        self._wake.set()

    async def close(self) -> None:
        """End all children; their jobs stay in the table as running and are taken up at the next start."""
        if self._dispatcher:
            await end_task(self._dispatcher)
        await self._children.close()

    @property
    def is_dispatching(self) -> bool:
        """Whether jobs are being started."""
        return self._dispatcher is not None and not self._dispatcher.done()

    def process_ids(self) -> list[int]:
        """The child processes that run jobs now."""
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
            except (OSError, SQLAlchemyError, DiskFull, Unavailable) as error:
                log.exception("no job can be started now", error=str(error))
                pause = _TROUBLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def _start_due(self) -> float:
        """Start what may start; answers the seconds until the next pause of a job is over.

        A job that is due but finds no room is not waited for: the end of a child wakes the dispatcher.
        """
        now = utc_now()
        for job in await self._jobs.list_due(now):
            if job.id not in self._children and self._has_room(job.kind):
                await self._spawn(job)
        due = await self._jobs.find_next_due(now)
        return max((due - utc_now()).total_seconds(), 0.0) if due else _IDLE_SECONDS

    def _has_room(self, kind: str) -> bool:
        pool = _POOLS[kind]
        return sum(_POOLS[running] == pool for running in self._children.kinds()) < self._limits[pool]

    async def _spawn(self, job: JobResponse) -> None:
        child = await self._children.start(job)
        child.add_done_callback(lambda _child: self._wake.set())


_POOLS: Mapping[str, Pool] = {
    "download": "downloads",
    "import": "downloads",
    "tokenize": "tokenizations",
    "index": "indexes",
}

"""What a child does that helps with a tokenization which another child, perhaps on another machine, has as its job.

It has no claim, changes no record and tells nothing: it makes shards until there are none, or until the job no longer
runs. Everything that can go wrong ends it in silence, because whoever has the job makes what is missing.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import JobCancelled, MiStudioError
from mistudio.core.records import from_json
from mistudio.core.states import JobState
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.services.lookup import get_tokenization
from mistudio.services.storage_service import StorageService
from mistudio.utils.tasks import end_task
from mistudio.workers.jobs.handlers import tokenizer_of

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.5


class HelperMonitor:
    """See ``Work``: cancelled once the job does not run, or is to be cancelled; reports are the other child's."""

    def __init__(self, jobs: JobService, job_id: str) -> None:
        self._jobs = jobs
        self._job_id = job_id
        self._cancelled = threading.Event()

    async def job(self) -> JobResponse | None:
        """The job as it is now, if it is still there."""
        return await self._jobs.find(self._job_id)

    def report(self, done: int, total: int, phase: str) -> None:
        """Tell nobody."""

    def checkpoint(self) -> None:
        """Raise JobCancelled once there is nothing to help with."""
        if self._cancelled.is_set():
            raise JobCancelled(f"The job {self._job_id} needs no help.")

    def cancel(self) -> None:
        """Make the next checkpoint raise."""
        self._cancelled.set()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look after the job while the block runs."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            await end_task(task)

    async def _look(self) -> None:
        while not self._cancelled.is_set():
            try:
                job = await self.job()
            except (MiStudioError, SQLAlchemyError) as error:
                log.warning("the job cannot be looked after", job_id=self._job_id, error=type(error).__name__)
            else:
                if job is None or job.state is not JobState.RUNNING or job.cancel_requested:
                    self.cancel()
            await asyncio.sleep(_LOOK_SECONDS)


async def help_tokenization(
    monitor: HelperMonitor, *, settings: Settings, database: Database, shard: int, token: str | None
) -> None:
    """Make shards of the job's tokenization, from number ``shard`` on."""
    from mistudio.corpus.spec import TokenizeSettings
    from mistudio.corpus.tokenize import EngineFailed
    from mistudio.services.tokenizations.run import help_with_tokenization

    job = await monitor.job()
    if job is None or job.tokenization_id is None:
        return
    async with database.read() as session:
        record = await get_tokenization(session, job.tokenization_id)
    storage = StorageService(settings, database)
    try:
        async with monitor.looking():
            made = await asyncio.to_thread(
                help_with_tokenization,
                storage.folder(record.dataset_id),
                storage.staging(record.id),
                settings=from_json(TokenizeSettings, record.settings),
                tokenizer=await tokenizer_of(record, settings=settings, token=token),
                monitor=monitor,
                begin=shard,
            )
    except (MiStudioError, EngineFailed, OSError) as error:
        log.info("help ended early", job_id=job.id, why=type(error).__name__)
    else:
        log.info("helped", job_id=job.id, tokenization_id=record.id, shards=made)

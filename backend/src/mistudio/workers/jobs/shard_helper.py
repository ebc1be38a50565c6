"""Helps with a tokenization that another child runs, perhaps on another machine.

A helper claims no job, changes no record and publishes nothing. It makes shards until none is left or the job no longer
runs. An error only ends the helper, because the child that runs the job makes every missing shard.
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
from mistudio.workers.jobs.handlers import load_recorded_tokenizer

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.5


class HelperMonitor:
    """See ``Monitor``: cancelled when the job ends or is to be cancelled. The other child reports progress."""

    def __init__(self, jobs: JobService, job_id: str) -> None:
        self._jobs = jobs
        self._job_id = job_id
        self._cancelled = threading.Event()

    async def find_job(self) -> JobResponse | None:
        """Return the job as it is now, None if it is gone."""
        return await self._jobs.find(self._job_id)

    def report(self, done: int, total: int, phase: str) -> None:
        """Do nothing."""

    def checkpoint(self) -> None:
        """Raise JobCancelled once there is nothing to help with."""
        if self._cancelled.is_set():
            raise JobCancelled(f"The job {self._job_id} needs no more help.")

    def cancel(self) -> None:
        """Make the next checkpoint raise."""
        self._cancelled.set()

    @asynccontextmanager
    async def watch_job(self) -> AsyncIterator[None]:
        """Watch the job while the block runs."""
        task = asyncio.create_task(self._poll_job())
        try:
            yield
        finally:
            await end_task(task)

    async def _poll_job(self) -> None:
        while not self._cancelled.is_set():
            try:
                job = await self.find_job()
            except (MiStudioError, SQLAlchemyError) as error:
                log.warning(
                    "job not checked: the database is not available", job_id=self._job_id, error=type(error).__name__
                )
            else:
                if job is None or job.state is not JobState.RUNNING or job.cancel_requested:
                    self.cancel()
            await asyncio.sleep(_POLL_SECONDS)


async def help_tokenization(
    monitor: HelperMonitor, *, settings: Settings, database: Database, shard: int, token: str | None
) -> None:
    """Make shards of the job's tokenization, from number ``shard`` on."""
    from mistudio.corpus.spec import TokenizeSettings
    from mistudio.corpus.tokenize import EngineFailed
    from mistudio.services.tokenizations.run import help_with_tokenization

    job = await monitor.find_job()
    if job is None or job.tokenization_id is None:
        return
    async with database.read() as session:
        record = await get_tokenization(session, job.tokenization_id)
    storage = StorageService(settings, database)
    try:
        async with monitor.watch_job():
            made = await asyncio.to_thread(
                help_with_tokenization,
                storage.folder(record.dataset_id),
                storage.staging(record.id),
                settings=from_json(TokenizeSettings, record.settings),
                tokenizer=await load_recorded_tokenizer(record, settings=settings, token=token),
                monitor=monitor,
                begin=shard,
            )
    except (MiStudioError, EngineFailed, OSError) as error:
        log.info("help ended early", job_id=job.id, reason=type(error).__name__)
    else:
        log.info("shards made", job_id=job.id, tokenization_id=record.id, shards=made)

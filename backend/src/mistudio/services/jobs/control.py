"""Adds jobs to transactions, hands them to workers, and stops them; holds the tokens that they need."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.events import JobQueue, TokenVault
from mistudio.core.reserve import EmergencyReserve
from mistudio.models import Job
from mistudio.schemas.job import JobKind
from mistudio.services.job_service import JobService
from mistudio.services.jobs.transitions import new_job


class JobControl:
    """Starts and stops the jobs of datasets and tokenizations."""

    def __init__(self, settings: Settings, *, queue: JobQueue, vault: TokenVault, jobs: JobService) -> None:
        self._max_attempts = settings.max_attempts
        self._queue = queue
        self._vault = vault
        self._jobs = jobs
        self._reserve = EmergencyReserve(settings.data_dir)

    async def add(
        self,
        session: AsyncSession,
        kind: JobKind,
        dataset_id: str,
        *,
        progress: float,
        tokenization_id: str | None = None,
    ) -> Job:
        """Add a queued job to this transaction; ``progress`` is where an earlier attempt ended."""
        job = new_job(kind, dataset_id, max_attempts=self._max_attempts, tokenization_id=tokenization_id)
        job.progress = progress
        session.add(job)
        await session.flush()
        return job

    async def hold_token(self, job: Job, token: str | None) -> None:
        """Hold the Hub token of a new job, as the last step of its transaction.

        A worker may take the job as soon as the transaction ends. If a later step failed, the token would have no job.
        """
        if token:
            await self._vault.put(job.id, token)

    async def enqueue(self, job_id: str) -> None:
        """Hand a committed job to a worker."""
        await self._queue.enqueue(job_id)

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Tell workers which tokenizer the next job is likely to need."""
        await self._queue.preload(tokenizer, revision)

    async def stop(self, jobs: Sequence[Job]) -> None:
        """Cancel these jobs, wait until they have stopped, and drop their tokens."""
        running = [job.id for job in jobs if await self._reserve.use(partial(self._jobs.request_cancel, job.id))]
        await asyncio.gather(*(self._reserve.use(partial(self._queue.cancel, job_id)) for job_id in running))
        for job in jobs:
            await self._vault.drop(job.id)

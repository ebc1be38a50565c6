"""Runs a job: claims it, calls its handler, and records how it ended.

Every exception ends here. An error that may pass by itself postpones the job, for a pause that doubles each time or as
long as the Hub asks; any other error ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

import structlog
from sqlalchemy.exc import OperationalError

from mistudio.core.config import Settings
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import (
    DiskFailed,
    DiskFull,
    InternalError,
    JobCancelled,
    MemoryLimit,
    MiStudioError,
    Unavailable,
)
from mistudio.core.reserve import EmergencyReserve
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import Claim, ClaimLost, JobService
from mistudio.services.jobs.figures import Figures
from mistudio.services.jobs.pauses import choose_pause
from mistudio.services.storage.disk_space import RoomWatch
from mistudio.utils.file_utils import format_size
from mistudio.workers.jobs.reporter import Reporter

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """What a handler needs: its job, the job's token, its monitor, and a call for help with shards."""

    job: JobResponse
    token: str | None = field(repr=False)
    monitor: Reporter
    share: Callable[[int], Awaitable[None]] | None = None


Handler = Callable[[JobContext], Awaitable[Figures]]


async def retry_database(call: Callable[[], Awaitable[Answer]], reserve: EmergencyReserve) -> Answer:
    """Repeat the call while the database is full, locked or gone: a job's end must not be lost.

    A full disk is first met with the reserve, so that the end is recorded at once.
    """
    while True:
        try:
            return await reserve.use(call)
        except (DiskFull, DiskFailed, Unavailable, OperationalError) as error:
            log.warning("database not available: trying again", error=str(error))
            await asyncio.sleep(_RETRY_SECONDS)


class Runner:
    """Runs jobs, one at a time, for one worker process."""

    def __init__(
        self,
        settings: Settings,
        jobs: JobService,
        handlers: Mapping[str, Handler],
        *,
        enqueue: Callable[[str], Awaitable[None]] | None = None,
        share: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """``enqueue`` brings jobs that follow from another to workers; None where the engine finds them by itself."""
        self._settings = settings
        self._enqueue = enqueue
        self._share = share
        self._jobs = jobs
        self._handlers = handlers
        self._monitor: Reporter | None = None
        self._is_cancelled = False
        self._reserve = EmergencyReserve(settings.data_dir)
        self._lease = None if settings.is_embedded else settings.lease_seconds

    def cancel(self) -> None:
        """Stop the job at its next checkpoint. Safe in any thread, and before the job starts."""
        self._is_cancelled = True
        if self._monitor:
            self._monitor.cancel()

    async def run_job(self, job_id: str, *, owner: str, token: str | None = None) -> None:
        """Run the job until it ends or is postponed. Do nothing if another runner has claimed it."""
        claim = await retry_database(lambda: self._jobs.claim(job_id, owner), self._reserve)
        if claim is None:
            log.info("job not claimed", job_id=job_id)
            return
        job = await self._jobs.get(job_id)
        with structlog.contextvars.bound_contextvars(
            job_id=job_id, dataset_id=job.dataset_id, tokenization_id=job.tokenization_id, attempt=job.attempt
        ):
            log.info("job started", kind=job.kind)
            try:
                await self._run(claim, job, token)
            except ClaimLost:
                log.warning("job lost to another runner")
            log.info("job ended")

    async def _run(self, claim: Claim, job: JobResponse, token: str | None) -> None:
        room = RoomWatch(self._settings.data_dir, self._settings.disk_reserve_bytes)
        try:
            monitor = self._monitor = Reporter(
                self._jobs, claim, job.kind, progress=job.progress, room=room, lease_seconds=self._lease
            )
            if self._is_cancelled:
                monitor.cancel()
            context = JobContext(job=job, token=token, monitor=monitor, share=self._share)
            with translate_disk_errors():
                async with monitor.publish_progress():
                    figures = await self._handlers[job.kind](context)
            following = await retry_database(lambda: self._jobs.succeed(claim, figures), self._reserve)
            if self._enqueue:
                for job_id in following:
                    await self._enqueue(job_id)
        except ClaimLost:
            raise
        except MiStudioError as error:
            await self._record_error(claim, job, error)
        except MemoryError:
            await self._record_error(claim, job, memory_limit_error(self._settings.memory_limit))
        except Exception as error:  # noqa: BLE001 (the only place: a job must end in a state that says how)
            await self._record_error(claim, job, _internal_error(error))

    async def _record_error(self, claim: Claim, job: JobResponse, error: MiStudioError) -> None:
        if error.retryable and job.attempt < job.max_attempts and not isinstance(error, JobCancelled):
            delay = choose_pause(error, self._settings.retry_backoff_seconds, job.attempt)
            log.warning("job postponed", code=error.code, detail=error.detail, delay_seconds=round(delay, 1))
            await retry_database(lambda: self._jobs.postpone(claim, error, delay), self._reserve)
            return
        log.info("job failed", code=error.code, detail=error.detail)
        await retry_database(lambda: self._jobs.fail(claim, error), self._reserve)


def _internal_error(error: Exception) -> InternalError:
    correlation_id = uuid4().hex
    log.error("job crashed", correlation_id=correlation_id, exc_info=error)
    return InternalError(
        f"An internal error stopped the job; the log describes it under {correlation_id}. Retry to go on."
    )


def memory_limit_error(limit: int) -> MemoryLimit:
    """Return the error of a job whose process took more than ``limit`` bytes."""
    return MemoryLimit(
        f"The job needs more than {format_size(limit)} of memory, the most that its process may have. "
        "Split the largest rows or files, or raise MISTUDIO_JOB_MEMORY_BYTES."
    )

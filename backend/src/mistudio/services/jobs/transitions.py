"""What each step does to a job and to the record that it works for, within the transaction of ``JobService``.

Those that change something give the news of it, to be published after the commit.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import JobCancelled, MiStudioError, WorkerDied
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.schemas.job import JobKind
from mistudio.services.jobs.events import OutgoingEvent, Waiting, changed_event, error_event, progress_event
from mistudio.services.jobs.targets import JobTarget
from mistudio.services.lookup import active_jobs
from mistudio.services.responses import dataset_response


def new_job(kind: JobKind, dataset_id: str, *, max_attempts: int, tokenization_id: str | None = None) -> Job:
    """A fresh job, queued."""
    return Job(kind=kind, dataset_id=dataset_id, tokenization_id=tokenization_id, max_attempts=max_attempts)


def cancelled_message(progress: float) -> str:
    """What a cancelled dataset or tokenization says."""
    return f"Cancelled at {progress:.0f} %. Retry goes on from there."


def queue_again(job: Job) -> None:
    """The job waits as if its present try had not begun."""
    job.state = JobState.QUEUED
    job.attempt = max(job.attempt - 1, 0)
    job.owner = job.not_before = None


def end_job(job: Job, state: JobState) -> None:
    """The job is over, in this state."""
    job.state = state
    job.finished_at = utc_now()
    job.not_before = None


async def dataset_changed(session: AsyncSession, held: JobTarget) -> OutgoingEvent:
    """That the dataset of the list is no longer what it was."""
    return changed_event(dataset_response(held.dataset, await active_jobs(session, [held.dataset.id])))


async def job_cancelled(session: AsyncSession, held: JobTarget) -> list[OutgoingEvent]:
    """The job ends because somebody wished it."""
    return await job_failed(session, held, JobCancelled(cancelled_message(held.job.progress)))


async def job_failed(session: AsyncSession, held: JobTarget, error: MiStudioError) -> list[OutgoingEvent]:
    """The job ends with this error, and its target says so."""
    end_job(held.job, JobState.CANCELLED if error.code == "cancelled" else JobState.FAILED)
    held.job.error_code, held.job.error_message = error.code, error.detail
    held.failed(error)
    await session.flush()
    news = [error_event(held, error)]
    if held.scope != "tokenization":
        news.append(await dataset_changed(session, held))
    return news


async def job_died(session: AsyncSession, job: Job, *, backoff_seconds: float) -> list[OutgoingEvent]:
    """Its runner is gone: it is tried again in so many seconds, unless it died too often without getting further."""
    held = await JobTarget.of(session, job)
    if job.progress > job.claimed_progress:
        job.attempt = 0
    died = WorkerDied("The process that did the work ended unexpectedly; what it had done is kept. Retry goes on.")
    if job.attempt >= job.max_attempts and not job.cancel_requested:
        return await job_failed(session, held, died)
    return await again_or_cancelled(session, held, died, backoff_seconds)


async def again_or_cancelled(
    session: AsyncSession, held: JobTarget, error: MiStudioError, delay_seconds: float
) -> list[OutgoingEvent]:
    """A cancel that came while the job was about to be tried again is carried out instead."""
    if held.job.cancel_requested:
        return await job_cancelled(session, held)
    return _postponed(held, error, delay_seconds)


def _postponed(held: JobTarget, error: MiStudioError, delay_seconds: float) -> list[OutgoingEvent]:
    job, until = held.job, utc_now() + timedelta(seconds=delay_seconds)
    job.state = JobState.QUEUED
    job.owner, job.not_before = None, until
    job.error_code, job.error_message = error.code, error.detail
    return [progress_event(held, waiting=Waiting(reason=error.detail, until=until))]

"""The steps of a job: each changes the job and its target within the transaction of ``JobService``.

A step returns the events that report its change; the caller publishes them after the commit.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import JobCancelled, MiStudioError, WorkerDied
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.schemas.job import JobKind
from mistudio.services.jobs.events import OutgoingEvent, Pause, changed_event, error_event, progress_event
from mistudio.services.jobs.targets import JobTarget
from mistudio.services.lookup import active_jobs
from mistudio.services.responses import dataset_response


def new_job(kind: JobKind, dataset_id: str, *, max_attempts: int, tokenization_id: str | None = None) -> Job:
    """Return a new job, queued."""
    return Job(kind=kind, dataset_id=dataset_id, tokenization_id=tokenization_id, max_attempts=max_attempts)


def cancelled_message(progress: float) -> str:
    """Return the error message of a cancelled dataset or tokenization."""
    return f"Cancelled at {progress:.0f} %. Retry continues from there."


def requeue(job: Job) -> None:
    """Queue the job as if its present attempt had not begun."""
    job.state = JobState.QUEUED
    job.attempt = max(job.attempt - 1, 0)
    job.owner = job.not_before = None


def end_job(job: Job, state: JobState) -> None:
    """End the job in this state."""
    job.state = state
    job.finished_at = utc_now()
    job.not_before = None


async def list_event(session: AsyncSession, target: JobTarget) -> OutgoingEvent:
    """Return the event that updates the target's dataset in the list."""
    return changed_event(dataset_response(target.dataset, await active_jobs(session, [target.dataset.id])))


async def cancel_job(session: AsyncSession, target: JobTarget) -> list[OutgoingEvent]:
    """End the job because the user cancelled it."""
    return await fail_job(session, target, JobCancelled(cancelled_message(target.job.progress)))


async def fail_job(session: AsyncSession, target: JobTarget, error: MiStudioError) -> list[OutgoingEvent]:
    """End the job with this error, and record it in the target."""
    end_job(target.job, JobState.CANCELLED if error.code == "cancelled" else JobState.FAILED)
    target.job.error_code, target.job.error_message = error.code, error.detail
    target.record_failure(error)
    await session.flush()
    events = [error_event(target, error)]
    if target.scope != "tokenization":
        events.append(await list_event(session, target))
    return events


async def handle_death(session: AsyncSession, job: Job, *, backoff_seconds: float) -> list[OutgoingEvent]:
    """Postpone a job whose runner is gone, or fail it if its runners died too often without making progress."""
    target = await JobTarget.of(session, job)
    if job.progress > job.claimed_progress:
        job.attempt = 0
    died = WorkerDied("The process that ran the job ended unexpectedly. What it had done is kept: retry to continue.")
    if job.attempt >= job.max_attempts and not job.cancel_requested:
        return await fail_job(session, target, died)
    return await postpone_or_cancel(session, target, died, backoff_seconds)


async def postpone_or_cancel(
    session: AsyncSession, target: JobTarget, error: MiStudioError, delay_seconds: float
) -> list[OutgoingEvent]:
    """Let the job be tried again after a pause; a cancel that was requested meanwhile is carried out instead."""
    if target.job.cancel_requested:
        return await cancel_job(session, target)
    return _postpone(target, error, delay_seconds)


def _postpone(target: JobTarget, error: MiStudioError, delay_seconds: float) -> list[OutgoingEvent]:
    job, until = target.job, utc_now() + timedelta(seconds=delay_seconds)
    job.state = JobState.QUEUED
    job.owner, job.not_before = None, until
    job.error_code, job.error_message = error.code, error.detail
    return [progress_event(target, pause=Pause(reason=error.detail, until=until))]

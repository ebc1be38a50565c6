"""What may happen to a job, and what each of it does to the record that the job works for.

The jobs table is the only truth about work. Every step is one transaction that changes the job and its target together
and takes the number of the event that tells of it; the event goes out after the commit. A runner proves with its
``Claim`` that the job is still its own: whoever lost it (a restart gave it to another) can change nothing any more.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.database import Database
from mistudio.core.errors import MiStudioError, NotFound
from mistudio.core.events import EventBus
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.schemas.job import JobPhase, JobResponse, Unit
from mistudio.services.jobs.events import OutgoingEvent, completed_event, progress_event, publish_all
from mistudio.services.jobs.figures import Figures
from mistudio.services.jobs.targets import JobTarget
from mistudio.services.jobs.transitions import (
    again_or_cancelled,
    dataset_changed,
    end_job,
    job_cancelled,
    job_died,
    job_failed,
    new_job,
    queue_again,
)


@dataclass(frozen=True)
class Claim:
    """A runner's right to a job."""

    job_id: str
    owner: str


class ClaimLost(RuntimeError):
    """The job belongs to somebody else by now, or is gone."""


@dataclass(frozen=True)
class Lease:
    """Who has a running job, and when that runner last said that it lives."""

    job_id: str
    dataset_id: str
    attempt: int
    owner: str | None
    heartbeat_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """How far a job is: ``done`` of ``total`` units of its phase, ``progress`` per cent of its whole way."""

    phase: JobPhase
    done: int
    total: int
    unit: Unit
    progress: float
    rate: float | None = None
    eta_seconds: float | None = None


class JobService:
    """Every step of every job."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    # Questions

    async def get(self, job_id: str) -> JobResponse:
        """One job; NotFound where there is none."""
        if job := await self.find(job_id):
            return job
        raise NotFound(f"There is no job {job_id}.")

    async def find(self, job_id: str) -> JobResponse | None:
        """One job, or None."""
        async with self._database.read() as session:
            job = await session.get(Job, job_id)
            return JobResponse.model_validate(job) if job else None

    async def list_jobs(self, *, dataset_id: str | None = None, limit: int = 100) -> list[JobResponse]:
        """Jobs, newest first."""
        query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
        if dataset_id:
            query = query.where(Job.dataset_id == dataset_id)
        async with self._database.read() as session:
            return [JobResponse.model_validate(job) for job in (await session.scalars(query)).all()]

    async def due(self, now: datetime) -> list[JobResponse]:
        """Jobs that may start, oldest first."""
        ready = or_(Job.not_before.is_(None), Job.not_before <= now)
        query = select(Job).where(Job.state == JobState.QUEUED, ready).order_by(Job.created_at, Job.id)
        async with self._database.read() as session:
            return [JobResponse.model_validate(job) for job in (await session.scalars(query)).all()]

    async def next_due(self, after: datetime) -> datetime | None:
        """When, after this moment, the next job that waits to be tried again may start."""
        query = select(Job.not_before).where(Job.state == JobState.QUEUED, Job.not_before > after)
        async with self._database.read() as session:
            return await session.scalar(query.order_by(Job.not_before).limit(1))

    async def leases(self) -> list[Lease]:
        """Every running job with its runner's last sign of life."""
        query = select(Job.id, Job.dataset_id, Job.attempt, Job.owner, Job.heartbeat_at).where(
            Job.state == JobState.RUNNING
        )
        async with self._database.read() as session:
            return [Lease(*row) for row in (await session.execute(query)).all()]

    async def counts(self) -> list[tuple[str, str, int]]:
        """How many jobs of each kind are in each state."""
        query = select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
        async with self._database.read() as session:
            return [(kind, state.value, count) for kind, state, count in (await session.execute(query)).all()]

    # Steps of a runner

    async def claim(self, job_id: str, owner: str) -> Claim | None:
        """Take a queued job; None where somebody else has it, or it is gone or cancelled."""
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is not None and job.state is JobState.RUNNING and job.owner == owner:
                # The connection was lost after an earlier try had been committed.
                return Claim(job_id, owner)
            if job is None or job.state is not JobState.QUEUED:
                return None
            job.state = JobState.RUNNING
            job.owner, job.attempt, job.not_before = owner, job.attempt + 1, None
            job.claimed_progress = job.progress
            job.started_at = job.heartbeat_at = utc_now()
            return Claim(job_id, owner)

    async def progress(self, claim: Claim, snapshot: Snapshot) -> None:
        """Record and tell how far the job is. Raises ClaimLost."""
        async with self._database.write() as session:
            held = await self._owned(session, claim)
            job, before = held.job, held.status
            job.phase, job.done, job.total, job.unit = snapshot.phase, snapshot.done, snapshot.total, snapshot.unit
            job.progress = max(job.progress, min(snapshot.progress, 100.0))
            job.heartbeat_at = utc_now()
            held.progressed(snapshot.phase)
            news = [progress_event(held, rate=snapshot.rate, eta_seconds=snapshot.eta_seconds)]
            if held.status != before and held.scope != "tokenization":
                news.append(await dataset_changed(session, held))
        await publish_all(self._bus, news)

    async def heartbeat(self, claim: Claim) -> bool:
        """Say that the runner lives; answers whether a cancel was asked for. Raises ClaimLost."""
        async with self._database.write() as session:
            job = (await self._owned(session, claim)).job
            job.heartbeat_at = utc_now()
            return job.cancel_requested

    async def succeed(self, claim: Claim, figures: Figures) -> list[str]:
        """The job did its work; answers the ids of the jobs that follow from it. Raises ClaimLost."""
        async with self._database.write() as session:
            held = await self._owned(session, claim)
            end_job(held.job, JobState.SUCCEEDED)
            await held.succeeded(session, figures)
            following = [
                new_job(kind, held.dataset.id, max_attempts=held.job.max_attempts) for kind in figures.follow_up
            ]
            session.add_all(following)
            await session.flush()
            news = [completed_event(held), await dataset_changed(session, held)]
        await publish_all(self._bus, news)
        return [job.id for job in following]

    async def fail(self, claim: Claim, error: MiStudioError) -> None:
        """The job ended with an error, or was cancelled. Raises ClaimLost."""
        async with self._database.write() as session:
            news = await job_failed(session, await self._owned(session, claim), error)
        await publish_all(self._bus, news)

    async def postpone(self, claim: Claim, error: MiStudioError, delay_seconds: float) -> None:
        """Let the job be tried again after a pause. Raises ClaimLost."""
        async with self._database.write() as session:
            held = await self._owned(session, claim)
            news = await again_or_cancelled(session, held, error, delay_seconds)
        await publish_all(self._bus, news)

    # Steps of those who watch over runners

    async def request_cancel(self, job_id: str) -> bool:
        """Mark a job to be cancelled; one that only waits is ended at once. Answers whether it still runs."""
        news: list[OutgoingEvent] = []
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or not job.is_active:
                return False
            job.cancel_requested = True
            runs = job.state is JobState.RUNNING
            if not runs:
                news = await job_cancelled(session, await JobTarget.of(session, job))
        await publish_all(self._bus, news)
        return runs

    async def release(self, job_id: str, owner: str | None, *, backoff_seconds: float, crashed: bool = False) -> None:
        """The process that ran the job is gone without a word; ``crashed`` that it may not even have claimed the job.

        A cancel that was under way is carried out; else the job is tried again, and a try that got further costs no
        attempt: three deaths in a row without progress fail it with ``worker_died``.
        """
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or not job.is_active:
                return
            if job.state is JobState.QUEUED and crashed:
                job.attempt, job.claimed_progress = job.attempt + 1, job.progress
            elif job.state is JobState.QUEUED or (owner and job.owner != owner):
                return
            news = await job_died(session, job, backoff_seconds=backoff_seconds)
        await publish_all(self._bus, news)

    async def lapse(self, lease: Lease, *, backoff_seconds: float) -> bool:
        """Take a job from a runner of which nothing was heard since ``lease``; see ``release``.

        Answers whether it did: another watcher may have been faster, or the runner may have spoken meanwhile.
        """
        query = select(Job).where(Job.id == lease.job_id).with_for_update(skip_locked=True)
        async with self._database.write() as session:
            job = await session.scalar(query)
            if job is None or job.state is not JobState.RUNNING:
                return False
            if (job.owner, job.heartbeat_at) != (lease.owner, lease.heartbeat_at):
                return False
            news = await job_died(session, job, backoff_seconds=backoff_seconds)
        await publish_all(self._bus, news)
        return True

    async def give_back(self, job_id: str, owner: str) -> bool:
        """The runner is being stopped in order: the job waits for another one, and that costs no attempt."""
        news: list[OutgoingEvent] = []
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or job.state is not JobState.RUNNING or job.owner != owner:
                return False
            if job.cancel_requested:
                news = await job_cancelled(session, await JobTarget.of(session, job))
            else:
                queue_again(job)
        await publish_all(self._bus, news)
        return not news

    async def recover(self) -> list[str]:
        """At start: put back jobs that were running when the server ended; that costs no attempt. Answers their ids."""
        news: list[OutgoingEvent] = []
        resumed = []
        async with self._database.write() as session:
            for job in (await session.scalars(select(Job).where(Job.active()))).all():
                if job.cancel_requested:
                    news += await job_cancelled(session, await JobTarget.of(session, job))
                elif job.state is JobState.RUNNING:
                    queue_again(job)
                    resumed.append(job.id)
        await publish_all(self._bus, news)
        return resumed

    async def _owned(self, session: AsyncSession, claim: Claim) -> JobTarget:
        job = await session.get(Job, claim.job_id, with_for_update=True)
        if job is None or job.state is not JobState.RUNNING or job.owner != claim.owner:
            raise ClaimLost(claim.job_id)
        return await JobTarget.of(session, job)

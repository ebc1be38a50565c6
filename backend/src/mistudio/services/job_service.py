"""The steps of jobs: claims, progress, ends, cancels, deaths and restarts.

The jobs table is the only truth about work. Every step is one transaction that changes the job and its target together
and takes the number of the event that reports it; the event is published after the commit. A runner proves with its
``Claim`` that the job is still its own: a runner that lost it, to another one after a restart, can change nothing.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.database import Database
from mistudio.core.errors import MiStudioError
from mistudio.core.events import EventBus
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.schemas.job import JobPhase, Unit
from mistudio.services.jobs.events import OutgoingEvent, completed_event, progress_event, publish_all
from mistudio.services.jobs.figures import Figures
from mistudio.services.jobs.queries import JobQueries, Lease
from mistudio.services.jobs.targets import JobTarget
from mistudio.services.jobs.transitions import (
    cancel_job,
    end_job,
    fail_job,
    handle_death,
    list_event,
    new_job,
    postpone_or_cancel,
    requeue,
)


@dataclass(frozen=True)
class Claim:
    """A runner's right to a job."""

    job_id: str
    owner: str


class ClaimLost(RuntimeError):
    """Another runner has the job, or it is gone."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The progress of a job: ``done`` of ``total`` units of its phase, ``progress`` per cent of the whole job."""

    phase: JobPhase
    done: int
    total: int
    unit: Unit
    progress: float
    rate: float | None = None
    eta_seconds: float | None = None


class JobService(JobQueries):
    """The steps of jobs, beside the questions about them."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        super().__init__(database)
        self._bus = bus

    # Steps of a runner

    async def claim(self, job_id: str, owner: str) -> Claim | None:
        """Take a queued job; None if another runner has it, or if it is gone or cancelled."""
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is not None and job.state is JobState.RUNNING and job.owner == owner:
                # The connection was lost after an earlier call had been committed.
                return Claim(job_id, owner)
            if job is None or job.state is not JobState.QUEUED:
                return None
            job.state = JobState.RUNNING
            job.owner, job.attempt, job.not_before = owner, job.attempt + 1, None
            job.claimed_progress = job.progress
            job.started_at = job.heartbeat_at = utc_now()
            return Claim(job_id, owner)

    async def record_progress(self, claim: Claim, snapshot: Snapshot) -> None:
        """Record the progress of the job and publish it. Raises ClaimLost."""
        async with self._database.write() as session:
            target = await self._owned(session, claim)
            job, before = target.job, target.status
            job.phase, job.done, job.total, job.unit = snapshot.phase, snapshot.done, snapshot.total, snapshot.unit
            job.progress = max(job.progress, min(snapshot.progress, 100.0))
            job.heartbeat_at = utc_now()
            target.record_progress(snapshot.phase)
            events = [progress_event(target, rate=snapshot.rate, eta_seconds=snapshot.eta_seconds)]
            if target.status != before and target.scope != "tokenization":
                events.append(await list_event(session, target))
        await publish_all(self._bus, events)

    async def record_heartbeat(self, claim: Claim) -> bool:
        """Record that the runner is alive; return whether a cancel was requested. Raises ClaimLost."""
        async with self._database.write() as session:
            job = (await self._owned(session, claim)).job
            job.heartbeat_at = utc_now()
            return job.cancel_requested

    async def succeed(self, claim: Claim, figures: Figures) -> list[str]:
        """End the job with its figures; return the ids of the jobs that follow from it. Raises ClaimLost."""
        async with self._database.write() as session:
            target = await self._owned(session, claim)
            end_job(target.job, JobState.SUCCEEDED)
            await target.record_success(session, figures)
            following = [
                new_job(kind, target.dataset.id, max_attempts=target.job.max_attempts) for kind in figures.follow_up
            ]
            session.add_all(following)
            await session.flush()
            events = [completed_event(target), await list_event(session, target)]
        await publish_all(self._bus, events)
        return [job.id for job in following]

    async def fail(self, claim: Claim, error: MiStudioError) -> None:
        """End the job with an error, or as cancelled. Raises ClaimLost."""
        async with self._database.write() as session:
            events = await fail_job(session, await self._owned(session, claim), error)
        await publish_all(self._bus, events)

    async def postpone(self, claim: Claim, error: MiStudioError, delay_seconds: float) -> None:
        """Let the job be tried again after a pause. Raises ClaimLost."""
        async with self._database.write() as session:
            target = await self._owned(session, claim)
            events = await postpone_or_cancel(session, target, error, delay_seconds)
        await publish_all(self._bus, events)

    # Steps of the queue and the watchdog

    async def request_cancel(self, job_id: str) -> bool:
        """Request a cancel; a queued job ends at once. Return whether the job still runs."""
        events: list[OutgoingEvent] = []
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or not job.is_active:
                return False
            job.cancel_requested = True
            runs = job.state is JobState.RUNNING
            if not runs:
                events = await cancel_job(session, await JobTarget.of(session, job))
        await publish_all(self._bus, events)
        return runs

    async def release(
        self,
        job_id: str,
        owner: str | None,
        *,
        backoff_seconds: float,
        crashed: bool = False,
        reason: MiStudioError | None = None,
    ) -> None:
        """Take the job from a process that died; ``crashed`` means that it may have died before its claim.

        A ``reason`` that would be the same at the next attempt fails the job at once.

        A requested cancel is carried out. Otherwise the job is tried again, and an attempt that made progress does not
        count: three deaths in a row without progress fail the job with ``worker_died``.
        """
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or not job.is_active:
                return
            if job.state is JobState.QUEUED and crashed:
                job.attempt, job.claimed_progress = job.attempt + 1, job.progress
            elif job.state is JobState.QUEUED or (owner and job.owner != owner):
                return
            if reason is not None and not job.cancel_requested:
                events = await fail_job(session, await JobTarget.of(session, job), reason)
            else:
                events = await handle_death(session, job, backoff_seconds=backoff_seconds)
        await publish_all(self._bus, events)

    async def expire(self, lease: Lease, *, backoff_seconds: float) -> bool:
        """Take the job from a runner that sent no heartbeat since ``lease``; see ``release``.

        Return whether it did: another watchdog may have been faster, or the runner may have sent one meanwhile.
        """
        query = select(Job).where(Job.id == lease.job_id).with_for_update(skip_locked=True)
        async with self._database.write() as session:
            job = await session.scalar(query)
            if job is None or job.state is not JobState.RUNNING:
                return False
            if (job.owner, job.heartbeat_at) != (lease.owner, lease.heartbeat_at):
                return False
            events = await handle_death(session, job, backoff_seconds=backoff_seconds)
        await publish_all(self._bus, events)
        return True

    async def give_back(self, job_id: str, owner: str) -> bool:
        """Queue the job again because its runner is being stopped; the attempt does not count."""
        events: list[OutgoingEvent] = []
        async with self._database.write() as session:
            job = await session.get(Job, job_id, with_for_update=True)
            if job is None or job.state is not JobState.RUNNING or job.owner != owner:
                return False
            if job.cancel_requested:
                events = await cancel_job(session, await JobTarget.of(session, job))
            else:
                requeue(job)
        await publish_all(self._bus, events)
        return not events

    async def recover(self) -> list[str]:
        """Queue the jobs again that ran when the server ended, and return their ids; the attempts do not count."""
        events: list[OutgoingEvent] = []
        resumed = []
        async with self._database.write() as session:
            for job in (await session.scalars(select(Job).where(Job.active()))).all():
                if job.cancel_requested:
                    events += await cancel_job(session, await JobTarget.of(session, job))
                elif job.state is JobState.RUNNING:
                    requeue(job)
                    resumed.append(job.id)
        await publish_all(self._bus, events)
        return resumed

    async def _owned(self, session: AsyncSession, claim: Claim) -> JobTarget:
        job = await session.get(Job, claim.job_id, with_for_update=True)
        if job is None or job.state is not JobState.RUNNING or job.owner != claim.owner:
            raise ClaimLost(claim.job_id)
        return await JobTarget.of(session, job)

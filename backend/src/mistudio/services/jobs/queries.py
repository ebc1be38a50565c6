"""Questions about jobs and their runners."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mistudio.core.database import Database
from mistudio.core.errors import NotFound
from mistudio.core.states import JobState
from mistudio.models import Job
from mistudio.schemas.job import JobResponse


@dataclass(frozen=True)
class Lease:
    """The runner of a running job, and its last heartbeat."""

    job_id: str
    dataset_id: str
    attempt: int
    owner: str | None
    heartbeat_at: datetime | None


class JobQueries:
    """Reads the jobs table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, job_id: str) -> JobResponse:
        """Return one job. Raises NotFound."""
        if job := await self.find(job_id):
            return job
        raise NotFound(f"There is no job {job_id}.")

    async def find(self, job_id: str) -> JobResponse | None:
        """Return one job, or None."""
        async with self._database.read() as session:
            job = await session.get(Job, job_id)
            return JobResponse.model_validate(job) if job else None

    async def list_jobs(self, *, dataset_id: str | None = None, limit: int = 100) -> list[JobResponse]:
        """Return jobs, newest first."""
        query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
        if dataset_id:
            query = query.where(Job.dataset_id == dataset_id)
        async with self._database.read() as session:
            return [JobResponse.model_validate(job) for job in (await session.scalars(query)).all()]

    async def list_queued(self) -> list[JobResponse]:
        """Return the queued jobs, oldest first, those that wait for their next attempt too."""
        query = select(Job).where(Job.state == JobState.QUEUED).order_by(Job.created_at, Job.id)
        async with self._database.read() as session:
            return [JobResponse.model_validate(job) for job in (await session.scalars(query)).all()]

    async def list_leases(self) -> list[Lease]:
        """Return the lease of every running job."""
        query = select(Job.id, Job.dataset_id, Job.attempt, Job.owner, Job.heartbeat_at).where(
            Job.state == JobState.RUNNING
        )
        async with self._database.read() as session:
            return [Lease(*row) for row in (await session.execute(query)).all()]

    async def count_jobs(self) -> list[tuple[str, str, int]]:
        """Return how many jobs of each kind are in each state."""
        query = select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
        async with self._database.read() as session:
            return [(kind, state.value, count) for kind, state, count in (await session.execute(query)).all()]

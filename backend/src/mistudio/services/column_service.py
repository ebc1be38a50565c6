"""Column profiles of datasets: read where they are stored, computed by a job on request."""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.database import Database
from mistudio.core.states import JobState
from mistudio.corpus.columns.profile_file import ColumnProfile, read_profiles
from mistudio.models import Job
from mistudio.schemas.columns import ColumnProfileResponse, ColumnsResponse, HistogramBinResponse, TopValueResponse
from mistudio.services.jobs.control import JobControl
from mistudio.services.lookup import active_jobs, get_ready_dataset
from mistudio.services.storage_service import StorageService


class ColumnService:
    """The use cases of column profiles."""

    def __init__(self, database: Database, *, jobs: JobControl, storage: StorageService) -> None:
        self._database = database
        self._jobs = jobs
        self._storage = storage

    async def get(self, dataset_id: str) -> ColumnsResponse:
        """Return the stored profiles, or how far their job is. Raises NotFound, NotReady."""
        async with self._database.read() as session:
            await get_ready_dataset(session, dataset_id)
            job = await _find_newest_job(session, dataset_id)
        profiles = await asyncio.to_thread(read_profiles, self._storage.folder(dataset_id))
        if profiles is not None:
            return ColumnsResponse(state="ready", progress=100.0, data=[_to_response(each) for each in profiles])
        return _describe_job(job)

    async def build(self, dataset_id: str) -> ColumnsResponse:
        """Compute the profiles unless they are stored or being computed. Raises NotFound, NotReady."""
        present = await self.get(dataset_id)
        if present.state == "ready":
            return present
        async with self._database.write() as session:
            await get_ready_dataset(session, dataset_id, action="profiled", for_update=True)
            jobs = [job for job in await active_jobs(session, [dataset_id]) if job.kind == "profile"]
            job = jobs[0] if jobs else await self._jobs.add(session, "profile", dataset_id, progress=0.0)
            response = _describe_job(job)
        if not jobs:
            await self._jobs.enqueue(job.id)
        return response


async def _find_newest_job(session: AsyncSession, dataset_id: str) -> Job | None:
    query = select(Job).where(Job.dataset_id == dataset_id, Job.kind == "profile").order_by(Job.created_at.desc())
    return (await session.scalars(query.limit(1))).first()


def _describe_job(job: Job | None) -> ColumnsResponse:
    if job is None or job.state in (JobState.CANCELLED, JobState.SUCCEEDED):
        # Profiles of a job that succeeded are gone, or of other data.
        return ColumnsResponse(state="none", progress=0.0, data=[])
    if job.state is JobState.FAILED:
        return ColumnsResponse(state="error", progress=0.0, error=job.error_message, data=[])
    return ColumnsResponse(state="building", progress=job.progress, data=[])


def _to_response(profile: ColumnProfile) -> ColumnProfileResponse:
    return ColumnProfileResponse(
        name=profile.name,
        type=profile.type,
        kind=profile.kind,
        rows=profile.rows,
        nulls=profile.nulls,
        distinct=profile.distinct,
        distinct_is_exact=profile.distinct_is_exact,
        measure=profile.measure,
        min=profile.min,
        max=profile.max,
        mean=profile.mean,
        top=[TopValueResponse(value=each.value, count=each.count, is_cut=each.is_cut) for each in profile.top],
        histogram=[
            HistogramBinResponse.model_validate({"from": each.start, "to": each.stop, "count": each.count})
            for each in profile.histogram
        ],
    )

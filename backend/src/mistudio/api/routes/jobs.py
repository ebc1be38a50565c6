"""Routes of jobs: their state, progress and errors."""

from typing import Annotated

from fastapi import APIRouter, Query

from mistudio.api.deps import JobId, ServicesDep
from mistudio.api.problems import refusals
from mistudio.schemas.common import OneLine
from mistudio.schemas.job import JobResponse

router = APIRouter(prefix="/api/jobs", tags=["jobs"])


@router.get("", operation_id="listJobs", responses=refusals(422))
async def list_jobs(
    services: ServicesDep,
    dataset_id: Annotated[OneLine | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[JobResponse]:
    """List jobs, newest first."""
    return await services.jobs.list_jobs(dataset_id=dataset_id, limit=limit)


@router.get("/{job_id}", operation_id="getJob", responses=refusals(404))
async def get_job(job_id: JobId, services: ServicesDep) -> JobResponse:
    """Get one job."""
    return await services.jobs.get(job_id)

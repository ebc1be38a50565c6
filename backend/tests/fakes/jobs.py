"""Jobs that run in this process, by their real handlers."""

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.models import Job
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.workers.jobs.handlers import job_handlers
from mistudio.workers.jobs.runner import Runner


async def run_job(job: Job, settings: Settings, database: Database, jobs: JobService) -> JobResponse:
    """Run the job once, and return it."""
    await Runner(settings, jobs, job_handlers(settings, database)).run_job(job.id, owner="worker")
    return await jobs.get(job.id)

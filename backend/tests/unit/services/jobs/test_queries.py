"""Questions about jobs."""

import pytest

from fakes.records import add_dataset, add_job
from mistudio.core.database import Database
from mistudio.core.errors import HubUnreachable, NotFound
from mistudio.services.job_service import JobService
from mistudio.services.jobs.queries import JobQueries, Lease


async def test_jobs_are_listed_newest_first(async_db: Database) -> None:
    """All, those of one dataset, or the first few."""
    queries, datasets = JobQueries(async_db), [await add_dataset(async_db) for _number in range(3)]
    made = [(await add_job(async_db, dataset)).id for dataset in datasets]
    assert made[::-1] == [job.id for job in await queries.list_jobs()]
    assert made[1:2] == [job.id for job in await queries.list_jobs(dataset_id=datasets[1].id)]
    assert made[:-2:-1] == [job.id for job in await queries.list_jobs(limit=1)]


async def test_one_job_is_found_or_refused(async_db: Database) -> None:
    """``find`` returns None where ``get`` raises."""
    queries = JobQueries(async_db)
    job = await add_job(async_db, await add_dataset(async_db))
    assert job.id == (await queries.get(job.id)).id
    assert await queries.find("job_none") is None
    with pytest.raises(NotFound, match="job_none"):
        await queries.get("job_none")


async def test_leases_and_queued_jobs_follow_the_states(async_db: Database, jobs: JobService) -> None:
    """One job runs, one waits for its next attempt, one may start."""
    running, paused, queued = [await add_job(async_db, await add_dataset(async_db)) for _number in range(3)]
    await jobs.claim(running.id, "worker")
    claim = await jobs.claim(paused.id, "worker")
    assert claim is not None
    await jobs.postpone(claim, HubUnreachable("No answer."), 60.0)
    (lease,) = await jobs.list_leases()
    assert Lease(running.id, running.dataset_id, 1, "worker", lease.heartbeat_at) == lease
    assert [(paused.id, True), (queued.id, False)] == [
        (job.id, job.not_before is not None) for job in await jobs.list_queued()
    ]
    assert {("download", "running", 1), ("download", "queued", 2)} == set(await jobs.count_jobs())

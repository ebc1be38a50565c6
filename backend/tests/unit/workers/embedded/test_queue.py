"""``mistudio.workers.embedded.queue``: tokens in memory, and jobs that no child runs."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job
from fakes.timing import wait_until
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.services.job_service import JobService
from mistudio.workers.embedded.queue import LocalQueue, MemoryTokenVault


@pytest.fixture
def queue(settings: Settings, jobs: JobService, bus: RecordingBus) -> LocalQueue:
    """The queue of a server, not started."""
    return LocalQueue(settings, jobs, bus=bus, vault=MemoryTokenVault())


async def test_a_token_is_kept_until_it_is_dropped() -> None:
    """A second drop does nothing."""
    vault = MemoryTokenVault()
    await vault.put("job_1", "hf_x")
    assert ("hf_x", None) == (await vault.get("job_1"), await vault.get("job_2"))
    await vault.drop("job_1")
    await vault.drop("job_1")
    assert await vault.get("job_1") is None


async def test_a_cancel_ends_a_job_whose_process_is_gone(
    async_db: Database, jobs: JobService, queue: LocalQueue
) -> None:
    """The table still says that it runs."""
    job = await add_job(async_db, await add_dataset(async_db))
    await jobs.claim(job.id, "a process that died")
    await jobs.request_cancel(job.id)
    await queue.cancel(job.id)
    assert JobState.CANCELLED is (await jobs.get(job.id)).state


async def test_a_start_recovers_the_jobs_of_an_earlier_server(
    async_db: Database, jobs: JobService, queue: LocalQueue
) -> None:
    """A running job is queued again, at no cost of an attempt; a postponed one keeps its pause."""
    job = await add_job(async_db, await add_dataset(async_db))
    await jobs.claim(job.id, "a server that died")
    async with async_db.write() as session:
        await session.execute(
            update(Job).where(Job.id == job.id).values(not_before=utc_now() + timedelta(hours=1), attempt=1)
        )
    assert not queue.is_dispatching
    await queue.start()
    await queue.enqueue(job.id)
    await wait_until(lambda: queue.is_dispatching)
    recovered = await jobs.get(job.id)
    assert (JobState.QUEUED, 0) == (recovered.state, recovered.attempt)
    await queue.close()
    assert not queue.is_dispatching


async def test_a_start_after_the_clock_was_set_back_does_not_wait_for_the_jump(
    async_db: Database, jobs: JobService, queue: LocalQueue
) -> None:
    """The end of the pause is an hour away, but no pause is that long."""
    job = await add_job(async_db, await add_dataset(async_db))
    async with async_db.write() as session:
        await session.execute(
            update(Job).where(Job.id == job.id).values(not_before=utc_now() + timedelta(hours=1), attempt=1)
        )
    await queue.start()
    await wait_until(lambda: len(queue.process_ids()) == 1)
    await queue.close()

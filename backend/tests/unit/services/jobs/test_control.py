"""Starting and stopping jobs, and the tokens that they need."""

import pytest
from sqlalchemy.exc import IntegrityError

from fakes.queue import FakeQueue
from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.core.states import JobState
from mistudio.models import Job
from mistudio.services.job_service import JobService
from mistudio.services.jobs.control import JobControl
from mistudio.workers.embedded.queue import MemoryTokenVault


async def add(control: JobControl, database: Database, token: str | None = None) -> Job:
    """A committed download job of a new dataset."""
    dataset = await add_dataset(database, progress=30.0)
    async with database.write() as session:
        job = await control.add(session, "download", dataset.id, progress=dataset.progress)
        await control.hold_token(job, token)
    return job


async def test_a_job_begins_where_the_last_attempt_ended(
    control: JobControl, async_db: Database, jobs: JobService, mock_celery: FakeQueue
) -> None:
    """It is queued in the table, and reaches a worker once it is enqueued."""
    job = await add(control, async_db)
    found = await jobs.get(job.id)
    assert (JobState.QUEUED, 30.0, []) == (found.state, found.progress, mock_celery.enqueued)
    await control.enqueue(job.id)
    assert [job.id] == mock_celery.enqueued


async def test_stopped_jobs_lose_their_tokens(
    control: JobControl, async_db: Database, jobs: JobService, vault: MemoryTokenVault
) -> None:
    """A queued one ends at once, a running one once its worker has stopped."""
    queued, running = [await add(control, async_db, "hf_secret") for _number in range(2)]
    await jobs.claim(running.id, "worker")
    assert "hf_secret" == await vault.get(queued.id)
    await control.stop([queued, running])
    assert {JobState.CANCELLED} == {(await jobs.get(job.id)).state for job in (queued, running)}
    assert [None, None] == [await vault.get(job.id) for job in (queued, running)]


async def test_a_second_active_job_is_refused(control: JobControl, async_db: Database) -> None:
    """By the database, before a token is held for it."""
    job = await add(control, async_db)
    async with async_db.write() as session:
        with pytest.raises(IntegrityError):
            await control.add(session, "download", job.dataset_id, progress=0.0)
        await session.rollback()

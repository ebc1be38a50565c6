"""Child processes and the end of the process that started them."""

import asyncio

import pytest

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.core.states import JobState
from mistudio.services.job_service import JobService
from mistudio.utils.file_utils import ensure_dir
from mistudio.workers.child.pool import Children
from mistudio.workers.embedded.queue import MemoryTokenVault

# What is tested is how they start.
pytestmark = pytest.mark.usefixtures("true_starts")


async def test_a_child_that_stands_too_late_runs_nothing(settings: Settings) -> None:
    """It was being started while all others were ended: its job waits for another process, and no try is counted."""
    ensure_dir(settings.data_dir)
    database, bus = Database(settings.sqlalchemy_url), RecordingBus()
    await upgrade(database)
    jobs = JobService(database, bus)
    job = await add_job(database, await add_dataset(database))

    async def enqueue(_job_id: str) -> None:
        """Nothing follows."""

    children = Children(settings, jobs, bus=bus, vault=MemoryTokenVault(), enqueue=enqueue)
    starting = asyncio.create_task(children.start(await jobs.get(job.id)))
    await asyncio.sleep(0)
    assert [] == await children.close()
    await (await starting)
    after = await jobs.get(job.id)
    assert (JobState.QUEUED, 0, []) == (after.state, after.attempt, children.process_ids())
    await database.close()

"""``mistudio.workers.child.pool``: children that misbehave, and the end of the pool."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.core.states import JobState
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.utils.file_utils import ensure_dir
from mistudio.workers.child.pool import ChildPool
from mistudio.workers.embedded.queue import MemoryTokenVault

# These tests are about how child processes start.
pytestmark = pytest.mark.usefixtures("real_starts")


@dataclass(frozen=True)
class Setup:
    """A pool, and the table of its jobs."""

    database: Database
    jobs: JobService
    pool: ChildPool

    def limited_pool(self, settings: Settings) -> ChildPool:
        """A pool with other settings."""
        return _make_pool(settings, self.jobs)

    async def add_job(self) -> JobResponse:
        """A queued download."""
        return await self.jobs.get((await add_job(self.database, await add_dataset(self.database))).id)


@pytest.fixture
async def setup(settings: Settings) -> AsyncIterator[Setup]:
    """A pool over an embedded database."""
    ensure_dir(settings.data_dir)
    database, bus = Database(settings.sqlalchemy_url), RecordingBus()
    await upgrade(database)
    jobs = JobService(database, bus)

    yield Setup(database, jobs, _make_pool(settings, jobs))
    await database.close()


def _make_pool(settings: Settings, jobs: JobService) -> ChildPool:
    async def enqueue(_job_id: str) -> None:
        """Do nothing."""

    return ChildPool(settings, jobs, bus=RecordingBus(), vault=MemoryTokenVault(), enqueue=enqueue)


async def test_a_child_that_takes_too_much_memory_is_killed(
    settings: Settings, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job fails at once, with a sentence that says so: another attempt would take as much."""
    (tmp_path / "sitecustomize.py").write_text("import time\nheld = b'x' * (300 << 20)\ntime.sleep(300)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    job = await setup.add_job()
    pool = setup.limited_pool(settings.model_copy(update={"job_memory_bytes": 200 << 20}))
    await (await pool.start(job))
    after = await setup.jobs.get(job.id)
    assert (JobState.FAILED, "memory_limit") == (after.state, after.error_code)
    assert "more than 200.0 MB of memory" in str(after.error_message)
    await pool.close()


async def test_a_child_that_started_too_late_runs_nothing(setup: Setup) -> None:
    """Its start overlapped the close of the pool: its job waits for another process, and no attempt is counted."""
    job = await setup.add_job()
    starting = asyncio.create_task(setup.pool.start(job))
    await asyncio.sleep(0)
    assert [] == await setup.pool.close()
    await (await starting)
    after = await setup.jobs.get(job.id)
    assert (JobState.QUEUED, 0, []) == (after.state, after.attempt, setup.pool.process_ids())


@pytest.mark.parametrize(
    "said",
    ['b"garbage" + bytes([10])', 'b"[null, 4]" + bytes([10])', "bytes(20 * 1024**2)"],
    ids=["no JSON", "no message", "a line without end"],
)
async def test_a_child_that_reports_nonsense_is_killed(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """The log says so, and the job counts as crashed: it is tried again, three times at most."""
    (tmp_path / "sitecustomize.py").write_text(f"import os, time\nos.write(1, {said})\ntime.sleep(300)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    job = await setup.add_job()
    with capture_logs() as logged:
        for _attempt in range(job.max_attempts):
            await (await setup.pool.start(job))
    after = await setup.jobs.get(job.id)
    assert (JobState.FAILED, "worker_died") == (after.state, after.error_code)
    assert [job.id] * 3 == [line["job_id"] for line in logged if line["event"] == "child killed: malformed report"]
    assert "garbage" not in str(logged)
    await setup.pool.close()

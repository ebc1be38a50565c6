"""The one place where jobs are run: how each way to end is written down, on both databases."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import HubUnreachable, JobCancelled, NoData, RateLimited
from mistudio.core.states import DatasetStatus, JobState
from mistudio.models import Dataset, Job, utc_now
from mistudio.services.job_service import JobService
from mistudio.services.targets import DatasetFigures
from mistudio.workers.runner import JobContext, Runner

FIGURES = DatasetFigures(
    raw_path="/raw", num_samples=1, size_bytes=1, splits=[], text_column="text", metadata={"characters": 1}
)
Outcome = Callable[[JobContext], DatasetFigures]


def raising(error: Exception) -> Outcome:
    """A handler that ends with ``error``."""

    def run(_context: JobContext) -> DatasetFigures:
        raise error

    return run


async def run(database: Database, jobs: JobService, tmp_path: Path, outcome: Outcome, *, tries: int = 1) -> Job:
    """The job after ``tries`` runs of a handler with this outcome."""

    async def handler(context: JobContext) -> DatasetFigures:
        return outcome(context)

    settings = Settings(data_dir=tmp_path, retry_backoff_seconds=10.0)
    job = await add_job(database, await add_dataset(database))
    for number in range(tries):
        await Runner(settings, jobs, {"download": handler}).run_job(job.id, owner=f"worker-{number}", token="hf_x")
    async with database.read() as session:
        return await session.get_one(Job, job.id)


async def dataset_of(database: Database, job: Job) -> Dataset:
    """The job's dataset as it is now."""
    async with database.read() as session:
        return await session.get_one(Dataset, job.dataset_id)


async def test_a_good_end(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """The handler gets job and token, and its figures make the dataset ready."""
    seen: list[JobContext] = []

    def handler(context: JobContext) -> DatasetFigures:
        seen.append(context)
        return FIGURES

    job = await run(async_db, jobs, tmp_path, handler)
    assert JobState.SUCCEEDED is job.state
    assert [(job.id, "hf_x")] == [(context.job.id, context.token) for context in seen]
    assert DatasetStatus.READY is (await dataset_of(async_db, job)).status


async def test_what_can_pass_is_tried_three_times_with_growing_pauses(
    async_db: Database, jobs: JobService, tmp_path: Path
) -> None:
    """Each try waits about twice as long as the one before; the third failure ends the job."""
    for tries, pause in ((1, 10.0), (2, 20.0)):
        job = await run(async_db, jobs, tmp_path, raising(HubUnreachable("No answer.")), tries=tries)
        assert (JobState.QUEUED, tries) == (job.state, job.attempt)
        assert job.not_before is not None
        assert pause - 1 <= (job.not_before - utc_now()).total_seconds() <= pause * 1.1
    job = await run(async_db, jobs, tmp_path, raising(HubUnreachable("No answer.")), tries=3)
    assert (JobState.FAILED, "hub_unreachable") == (job.state, (await dataset_of(async_db, job)).error_code)


async def test_the_hubs_own_pause_is_obeyed(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """Minutes, where the Hub says minutes."""
    job = await run(async_db, jobs, tmp_path, raising(RateLimited("Wait.", retry_after=300.0)))
    assert job.not_before is not None
    assert 295 <= (job.not_before - utc_now()).total_seconds() <= 300


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoData("Nothing in it."), "no_data"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EIO, "Input/output error"), "internal_error"),
        (ZeroDivisionError("a defect"), "internal_error"),
    ],
)
async def test_what_cannot_pass_ends_at_once(
    async_db: Database, jobs: JobService, *, tmp_path: Path, error: Exception, code: str
) -> None:
    """One try, and the dataset says why; a defect shows where to look and nothing of the inside."""
    job = await run(async_db, jobs, tmp_path, raising(error))
    dataset = await dataset_of(async_db, job)
    assert (JobState.FAILED, 1, code) == (job.state, job.attempt, dataset.error_code)
    assert "a defect" not in (dataset.error_message or "")


async def test_a_cancel_is_no_error(async_db: Database, jobs: JobService, tmp_path: Path, bus: RecordingBus) -> None:
    """The job ends as cancelled and is not tried again."""
    job = await run(async_db, jobs, tmp_path, raising(JobCancelled("Cancelled at 0 %.")))
    assert JobState.CANCELLED is job.state
    assert ["cancelled"] == [event["code"] for event in bus.of_type("error")]


async def test_a_cancel_that_came_before_the_start_is_heard(
    async_db: Database, jobs: JobService, tmp_path: Path
) -> None:
    """The first checkpoint raises."""

    async def handler(context: JobContext) -> DatasetFigures:
        context.work.checkpoint()
        return FIGURES

    job = await add_job(async_db, await add_dataset(async_db))
    runner = Runner(Settings(data_dir=tmp_path), jobs, {"download": handler})
    runner.cancel()
    await runner.run_job(job.id, owner="worker")
    assert JobState.CANCELLED is (await jobs.get(job.id)).state


async def test_a_job_that_another_has_is_left_alone(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """No handler runs, nothing changes."""
    job = await add_job(async_db, await add_dataset(async_db))
    await jobs.claim(job.id, "another")
    runner = Runner(Settings(data_dir=tmp_path), jobs, {})
    await runner.run_job(job.id, owner="worker")
    assert (JobState.RUNNING, 1) == ((now := await jobs.get(job.id)).state, now.attempt)


async def test_a_runner_that_lost_its_job_writes_nothing(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """The server restarted meanwhile: the stale end is dropped."""

    async def handler(context: JobContext) -> DatasetFigures:
        await jobs.recover()
        await jobs.claim(context.job.id, "another")
        return FIGURES

    job = await add_job(async_db, await add_dataset(async_db))
    await Runner(Settings(data_dir=tmp_path), jobs, {"download": handler}).run_job(job.id, owner="worker")
    assert JobState.RUNNING is (await jobs.get(job.id)).state

"""``Runner`` on both databases, and the Celery tasks."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from celery.exceptions import Retry

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job, dataset_figures
from mistudio.core.celery_app import ROUTES, SHARD_ROUTE, Route, StudioCelery, create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import HubUnreachable, JobCancelled, NoData, RateLimited
from mistudio.core.states import DatasetStatus, JobState
from mistudio.models import Dataset, Job, utc_now
from mistudio.services.job_service import JobService
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.workers.dataset_tasks import (
    derive_subset_task,
    download_dataset_task,
    export_rows_task,
    extend_dataset_task,
    import_dataset_task,
    index_dataset_task,
    mix_datasets_task,
    profile_columns_task,
    tokenize_dataset_task,
    update_dataset_task,
)
from mistudio.workers.jobs.reporter import PHASES
from mistudio.workers.jobs.runner import JobContext, Runner

FIGURES = dataset_figures()
Outcome = Callable[[JobContext], DatasetFigures]


def raise_error(error: Exception) -> Outcome:
    """Return a handler that raises ``error``."""

    def run(_context: JobContext) -> DatasetFigures:
        raise error

    return run


async def run(database: Database, jobs: JobService, tmp_path: Path, outcome: Outcome, *, tries: int = 1) -> Job:
    """Run a handler with this outcome ``tries`` times, and return the job."""

    async def handler(context: JobContext) -> DatasetFigures:
        return outcome(context)

    settings = Settings(data_dir=tmp_path, retry_backoff_seconds=10.0)
    job = await add_job(database, await add_dataset(database))
    for number in range(tries):
        await Runner(settings, jobs, {"download": handler}).run_job(job.id, owner=f"worker-{number}", token="hf_x")
    async with database.read() as session:
        return await session.get_one(Job, job.id)


async def dataset_of(database: Database, job: Job) -> Dataset:
    """Return the job's dataset as it is now."""
    async with database.read() as session:
        return await session.get_one(Dataset, job.dataset_id)


async def test_a_job_succeeds(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """The handler gets the job and its token, and its figures make the dataset ready."""
    seen: list[JobContext] = []

    def handler(context: JobContext) -> DatasetFigures:
        seen.append(context)
        return FIGURES

    job = await run(async_db, jobs, tmp_path, handler)
    assert JobState.SUCCEEDED is job.state
    assert [(job.id, "hf_x")] == [(context.job.id, context.token) for context in seen]
    assert DatasetStatus.READY is (await dataset_of(async_db, job)).status


async def test_a_retryable_error_is_tried_three_times_with_growing_pauses(
    async_db: Database, jobs: JobService, tmp_path: Path
) -> None:
    """Each pause is about twice the one before; the third failure ends the job."""
    for tries, pause in ((1, 10.0), (2, 20.0)):
        job = await run(async_db, jobs, tmp_path, raise_error(HubUnreachable("No answer.")), tries=tries)
        assert (JobState.QUEUED, tries) == (job.state, job.attempt)
        assert job.not_before is not None
        assert pause - 1 <= (job.not_before - utc_now()).total_seconds() <= pause * 1.1
    job = await run(async_db, jobs, tmp_path, raise_error(HubUnreachable("No answer.")), tries=3)
    assert (JobState.FAILED, "hub_unreachable") == (job.state, (await dataset_of(async_db, job)).error_code)


async def test_the_pause_that_the_hub_asks_for_is_kept(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """It may be minutes."""
    job = await run(async_db, jobs, tmp_path, raise_error(RateLimited("Wait.", retry_after=300.0)))
    assert job.not_before is not None
    assert 295 <= (job.not_before - utc_now()).total_seconds() <= 300


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoData("Nothing in it."), "no_data"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EIO, "Input/output error"), "disk_error"),
        (ZeroDivisionError("a defect"), "internal_error"),
    ],
)
async def test_any_other_error_ends_the_job(
    async_db: Database, jobs: JobService, *, tmp_path: Path, error: Exception, code: str
) -> None:
    """After one try the dataset has the error; a defect shows its correlation id and no internals."""
    job = await run(async_db, jobs, tmp_path, raise_error(error))
    dataset = await dataset_of(async_db, job)
    assert (JobState.FAILED, 1, code) == (job.state, job.attempt, dataset.error_code)
    assert "a defect" not in (dataset.error_message or "")


async def test_a_cancelled_job_is_not_retried(
    async_db: Database, jobs: JobService, tmp_path: Path, bus: RecordingBus
) -> None:
    """It ends as cancelled."""
    job = await run(async_db, jobs, tmp_path, raise_error(JobCancelled("Cancelled at 0 %.")))
    assert JobState.CANCELLED is job.state
    assert ["cancelled"] == [event["code"] for event in bus.of_type("error")]


async def test_a_cancel_before_the_start_counts(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """The first checkpoint raises."""

    async def handler(context: JobContext) -> DatasetFigures:
        context.monitor.checkpoint()
        return FIGURES

    job = await add_job(async_db, await add_dataset(async_db))
    runner = Runner(Settings(data_dir=tmp_path), jobs, {"download": handler})
    runner.cancel()
    await runner.run_job(job.id, owner="worker")
    assert JobState.CANCELLED is (await jobs.get(job.id)).state


async def test_a_job_of_another_runner_is_not_run(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """No handler runs, and nothing changes."""
    job = await add_job(async_db, await add_dataset(async_db))
    await jobs.claim(job.id, "another")
    runner = Runner(Settings(data_dir=tmp_path), jobs, {})
    await runner.run_job(job.id, owner="worker")
    assert (JobState.RUNNING, 1) == ((now := await jobs.get(job.id)).state, now.attempt)


async def test_a_runner_that_lost_its_job_records_nothing(async_db: Database, jobs: JobService, tmp_path: Path) -> None:
    """The server restarted meanwhile, and another runner has the job."""

    async def handler(context: JobContext) -> DatasetFigures:
        await jobs.recover()
        await jobs.claim(context.job.id, "another")
        return FIGURES

    job = await add_job(async_db, await add_dataset(async_db))
    await Runner(Settings(data_dir=tmp_path), jobs, {"download": handler}).run_job(job.id, owner="worker")
    assert JobState.RUNNING is (await jobs.get(job.id)).state


class Host:
    """Records ids instead of running jobs; each job wants its next try after ``pause`` seconds."""

    def __init__(self, pause: float | None) -> None:
        self.pause = pause
        self.ran: list[str] = []

    def run_job(self, job_id: str) -> float | None:
        """Record the id."""
        self.ran.append(job_id)
        return self.pause

    def help_job(self, job_id: str, shard: int) -> None:
        """Record the id and the number of the shard."""
        self.ran.append(f"{job_id} {shard}")


@pytest.fixture(scope="module")
def celery() -> StudioCelery:
    """A Celery application with a broker in memory."""
    return create_celery(
        Settings(celery_broker_url="memory://", redis_url="redis://none", database_url="postgresql+psycopg://none/none")
    )


TASKS = {
    "download": (download_dataset_task, "downloads"),
    "import": (import_dataset_task, "downloads"),
    "extend": (extend_dataset_task, "downloads"),
    "update": (update_dataset_task, "downloads"),
    "subset": (derive_subset_task, "downloads"),
    "mix": (mix_datasets_task, "downloads"),
    "tokenize": (tokenize_dataset_task, "tokenization"),
    "index": (index_dataset_task, "indexes"),
    "profile": (profile_columns_task, "indexes"),
    "export": (export_rows_task, "indexes"),
}


def test_every_kind_of_job_has_its_task_and_queue(celery: StudioCelery) -> None:
    """Tasks are acknowledged late, fetched one at a time, have no time limit and are retried three times."""
    assert set(PHASES) == set(TASKS) == set(ROUTES)
    for kind, (task, queue) in TASKS.items():
        assert ROUTES[kind] == Route(task.name, queue)
        made = celery.tasks[task.name]
        assert (3, True, None, None) == (made.max_retries, made.acks_late, made.time_limit, made.soft_time_limit)
    assert (1, True) == (celery.conf.worker_prefetch_multiplier, celery.conf.task_acks_late)
    assert (None, None) == (celery.conf.task_time_limit, celery.conf.task_soft_time_limit)


@pytest.mark.parametrize("kind", TASKS)
def test_a_task_runs_its_job_and_retries_after_the_pause(celery: StudioCelery, kind: str) -> None:
    """The runner chooses the pause; after three retries the watchdog takes over."""
    task = celery.tasks[ROUTES[kind].task]
    for pause, retries, is_retried in ((None, 0, False), (20.0, 0, True), (20.0, 2, True), (20.0, 3, False)):
        host = celery.host = Host(pause)
        task.push_request(id="message", args=["job_1"], kwargs={}, retries=retries, called_directly=False)
        try:
            if is_retried:
                with pytest.raises(Retry) as retry:
                    task.run("job_1")
                assert pause == retry.value.when
            else:
                assert task.run("job_1") is None
        finally:
            task.pop_request()
        assert ["job_1"] == host.ran


def test_a_shard_task_gets_its_job_and_number(celery: StudioCelery) -> None:
    """It uses the queue of tokenizations and is never retried, because the job makes every missing shard."""
    host = celery.host = Host(None)
    task = celery.tasks[SHARD_ROUTE.task]
    assert ("tokenization", 0, True) == (SHARD_ROUTE.queue, task.max_retries, task.acks_late)
    task.run("job_1", 3)
    assert ["job_1 3"] == host.ran


def test_a_worker_without_a_host_says_how_to_start_one(celery: StudioCelery) -> None:
    """Celery's own command starts such a worker."""
    celery.host = None
    with pytest.raises(RuntimeError, match="mistudio worker"):
        celery.tasks[ROUTES["download"].task].run("job_1")

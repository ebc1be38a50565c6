"""The steps of jobs: claims, fencing, retries, cancels, deaths, restarts; on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job, dataset_figures
from mistudio.core.database import Database
from mistudio.core.errors import HubUnreachable, JobCancelled, NoData
from mistudio.core.states import DatasetStatus, JobState
from mistudio.models import Dataset, Job, utc_now
from mistudio.schemas.job import JobPhase
from mistudio.services.job_service import Claim, ClaimLost, JobService, Snapshot

FIGURES = dataset_figures()


def halfway(phase: JobPhase = "download", progress: float = 40.0) -> Snapshot:
    """Half of a phase."""
    return Snapshot(phase=phase, done=50, total=100, unit="bytes", progress=progress)


async def reload(database: Database, job: Job) -> tuple[Job, Dataset]:
    """Both records as they are now."""
    async with database.read() as session:
        return await session.get_one(Job, job.id), await session.get_one(Dataset, job.dataset_id)


async def claimed(database: Database, jobs: JobService) -> tuple[Job, Claim]:
    """A running job and the right to it."""
    job = await add_job(database, await add_dataset(database))
    claim = await jobs.claim(job.id, "worker-1")
    assert claim is not None
    return job, claim


async def test_only_one_of_many_claims_succeeds(async_db: Database, jobs: JobService) -> None:
    """Ten runners reach for a job at once; one gets it, and it counts as one attempt."""
    job = await add_job(async_db, await add_dataset(async_db))
    claims = await asyncio.gather(*(jobs.claim(job.id, f"worker-{number}") for number in range(10)))
    assert 1 == len([claim for claim in claims if claim])
    now, _dataset = await reload(async_db, job)
    assert (JobState.RUNNING, 1) == (now.state, now.attempt)


async def test_one_active_job_per_kind_and_target(async_db: Database) -> None:
    """The database itself refuses a second one."""
    dataset = await add_dataset(async_db)
    await add_job(async_db, dataset)
    with pytest.raises(IntegrityError):
        await add_job(async_db, dataset)


async def test_progress_is_recorded_and_published_with_growing_numbers(
    async_db: Database, jobs: JobService, bus: RecordingBus
) -> None:
    """Each report moves job and dataset, and its event carries the next number of the dataset."""
    job, claim = await claimed(async_db, jobs)
    await jobs.record_progress(claim, halfway())
    await jobs.record_progress(claim, halfway("ingest", 90.0))
    now, dataset = await reload(async_db, job)
    assert (90.0, 90.0, DatasetStatus.PROCESSING) == (now.progress, dataset.progress, dataset.status)
    events = bus.of_type("progress")
    assert [1, 2] == [event["seq"] for event in events]
    assert ["downloading", "processing"] == [event["status"] for event in events]
    assert 1 == len(bus.of_type("changed"))
    assert dataset.seq == events[-1]["seq"]


async def test_progress_never_goes_back(async_db: Database, jobs: JobService) -> None:
    """A smaller value than before is ignored."""
    job, claim = await claimed(async_db, jobs)
    await jobs.record_progress(claim, halfway(progress=60.0))
    await jobs.record_progress(claim, halfway(progress=10.0))
    now, dataset = await reload(async_db, job)
    assert (60.0, 60.0) == (now.progress, dataset.progress)


async def test_success_makes_the_dataset_ready(async_db: Database, jobs: JobService, bus: RecordingBus) -> None:
    """Figures, status and event come together."""
    job, claim = await claimed(async_db, jobs)
    await jobs.succeed(claim, FIGURES)
    now, dataset = await reload(async_db, job)
    assert (JobState.SUCCEEDED, DatasetStatus.READY, 100.0) == (now.state, dataset.status, dataset.progress)
    assert (3, 10, "text", "/raw") == (dataset.num_samples, dataset.size_bytes, dataset.text_column, dataset.raw_path)
    assert [("ready", 3)] == [(event["status"], event["num_samples"]) for event in bus.of_type("completed")]


async def test_an_error_ends_job_and_dataset(async_db: Database, jobs: JobService, bus: RecordingBus) -> None:
    """Code and message are in both records and in the event."""
    job, claim = await claimed(async_db, jobs)
    await jobs.fail(claim, NoData("There is nothing in it."))
    now, dataset = await reload(async_db, job)
    assert (JobState.FAILED, DatasetStatus.ERROR) == (now.state, dataset.status)
    assert ("no_data", "There is nothing in it.") == (dataset.error_code, dataset.error_message)
    assert [("no_data", False)] == [(event["code"], event["retryable"]) for event in bus.of_type("error")]


async def test_a_postponed_job_waits_and_keeps_the_dataset_downloading(
    async_db: Database, jobs: JobService, bus: RecordingBus
) -> None:
    """The record has the end of its pause, and the event says until when and why."""
    job, claim = await claimed(async_db, jobs)
    await jobs.postpone(claim, HubUnreachable("The Hub does not answer."), 60.0)
    now, dataset = await reload(async_db, job)
    assert (JobState.QUEUED, DatasetStatus.DOWNLOADING) == (now.state, dataset.status)
    assert now.not_before is not None
    assert timedelta(seconds=50) < now.not_before - utc_now() <= timedelta(seconds=60)
    event = bus.of_type("progress")[-1]
    assert (True, "The Hub does not answer.") == (bool(event["not_before"]), event["waiting_for"])


async def test_a_runner_that_lost_the_job_can_change_nothing(
    async_db: Database, jobs: JobService, bus: RecordingBus
) -> None:
    """After a restart gave the job to another runner, every step of the first one is refused."""
    job, stale = await claimed(async_db, jobs)
    assert [job.id] == await jobs.recover()
    fresh = await jobs.claim(job.id, "worker-2")
    assert fresh is not None
    for step in (
        jobs.record_progress(stale, halfway()),
        jobs.succeed(stale, FIGURES),
        jobs.fail(stale, NoData("x")),
        jobs.postpone(stale, HubUnreachable("x"), 1.0),
        jobs.record_heartbeat(stale),
    ):
        with pytest.raises(ClaimLost):
            await step
    now, dataset = await reload(async_db, job)
    assert ("worker-2", DatasetStatus.DOWNLOADING, []) == (now.owner, dataset.status, bus.events)


async def test_a_restart_consumes_no_attempt(async_db: Database, jobs: JobService) -> None:
    """However often the server restarts, the number of attempts stays the same."""
    job, _claim = await claimed(async_db, jobs)
    for _restart in range(5):
        await jobs.recover()
        await jobs.claim(job.id, "worker")
    now, _dataset = await reload(async_db, job)
    assert (JobState.RUNNING, 1) == (now.state, now.attempt)


@pytest.mark.parametrize("noticed", ["by its parent", "by a watchdog"])
async def test_three_deaths_without_progress_fail_the_job(async_db: Database, jobs: JobService, noticed: str) -> None:
    """The third one ends it with worker_died; an attempt that made progress does not count."""
    job = await add_job(async_db, await add_dataset(async_db))

    async def tried(progress: float) -> JobState:
        claim = await jobs.claim(job.id, "worker")
        assert claim is not None
        await jobs.record_progress(claim, halfway(progress=progress))
        if noticed == "by its parent":
            await jobs.release(job.id, "worker", backoff_seconds=0.0)
        else:
            # The watchdog may see the attempt first after it made progress.
            assert [True] == [await jobs.expire(lease, backoff_seconds=0.0) for lease in await jobs.list_leases()]
        now, _dataset = await reload(async_db, job)
        return now.state

    for progress in (0.0, 0.0, 20.0, 20.0, 10.0):
        assert JobState.QUEUED == await tried(progress)
    assert JobState.FAILED == await tried(20.0)
    _job, dataset = await reload(async_db, job)
    assert "worker_died" == dataset.error_code


async def test_deaths_before_the_claim_count_too(async_db: Database, jobs: JobService) -> None:
    """A process that cannot start is not started for ever."""
    job = await add_job(async_db, await add_dataset(async_db))
    for _death in range(3):
        await jobs.release(job.id, "worker", backoff_seconds=0.0, crashed=True)
    now, dataset = await reload(async_db, job)
    assert (JobState.FAILED, "worker_died") == (now.state, dataset.error_code)


async def test_cancelling_a_waiting_job_ends_it_at_once(
    async_db: Database, jobs: JobService, bus: RecordingBus
) -> None:
    """It needs no worker; the dataset says that it was cancelled."""
    job = await add_job(async_db, await add_dataset(async_db, progress=45.0))
    assert await jobs.request_cancel(job.id) is False
    now, dataset = await reload(async_db, job)
    assert (JobState.CANCELLED, "cancelled") == (now.state, dataset.error_code)
    assert ["cancelled"] == [event["code"] for event in bus.of_type("error")]


async def test_a_running_job_learns_of_its_cancel(async_db: Database, jobs: JobService) -> None:
    """From its heartbeat; what it had is kept for a retry."""
    job, claim = await claimed(async_db, jobs)
    assert await jobs.record_heartbeat(claim) is False
    assert await jobs.request_cancel(job.id) is True
    assert await jobs.record_heartbeat(claim) is True
    await jobs.fail(claim, JobCancelled("Cancelled at 0 %."))
    now, dataset = await reload(async_db, job)
    assert (JobState.CANCELLED, DatasetStatus.ERROR) == (now.state, dataset.status)


async def test_a_cancel_is_not_lost_when_an_attempt_ends_at_the_same_moment(
    async_db: Database, jobs: JobService
) -> None:
    """Whether the job was about to wait, or the server restarts: it ends as cancelled."""
    job, claim = await claimed(async_db, jobs)
    await jobs.request_cancel(job.id)
    await jobs.postpone(claim, HubUnreachable("No answer."), 60.0)
    now, dataset = await reload(async_db, job)
    assert (JobState.CANCELLED, "cancelled") == (now.state, dataset.error_code)
    job, _claim = await claimed(async_db, jobs)
    await jobs.request_cancel(job.id)
    assert [] == await jobs.recover()
    now, dataset = await reload(async_db, job)
    assert (JobState.CANCELLED, "cancelled") == (now.state, dataset.error_code)


async def test_a_death_during_a_cancel_is_a_cancel(async_db: Database, jobs: JobService) -> None:
    """A worker that had to be killed ends as cancelled, not as died."""
    job, _claim = await claimed(async_db, jobs)
    await jobs.request_cancel(job.id)
    await jobs.release(job.id, "worker-1", backoff_seconds=0.0)
    now, dataset = await reload(async_db, job)
    assert (JobState.CANCELLED, "cancelled") == (now.state, dataset.error_code)

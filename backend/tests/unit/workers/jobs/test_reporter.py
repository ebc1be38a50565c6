"""``mistudio.workers.jobs.reporter``: many reports become few events."""

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job
from mistudio.core.database import Database
from mistudio.core.errors import JobCancelled
from mistudio.core.migrations import upgrade
from mistudio.services.job_service import Claim, ClaimLost, JobService
from mistudio.workers.jobs.reporter import Reporter, Speed


@pytest.fixture
async def claim(async_db: Database, jobs: JobService) -> Claim:
    """The claim of a running job."""
    job = await add_job(async_db, await add_dataset(async_db))
    claim = await jobs.claim(job.id, "worker")
    assert claim is not None
    return claim


async def test_many_reports_become_few_events_and_the_last_is_published(
    jobs: JobService, claim: Claim, bus: RecordingBus
) -> None:
    """Ten thousand reports at once make at most ten events a second, and the last value is among them."""
    monitor = Reporter(jobs, claim, "download")
    async with monitor.publish_progress():
        for done in range(10_001):
            monitor.report(done, 10_000, "download")
        await asyncio.sleep(0.35)
        monitor.report(10_000, 10_000, "ingest")
    events = bus.of_type("progress")
    assert len(events) <= 5
    assert ("ingest", 10_000, 99.0) == (events[-1]["phase"], events[-1]["done"], events[-1]["progress"])


async def test_the_first_incomplete_phase_is_shown(jobs: JobService, claim: Claim, bus: RecordingBus) -> None:
    """While files are read and later ones still download, events show the download."""
    monitor = Reporter(jobs, claim, "download")
    async with monitor.publish_progress():
        monitor.report(60, 100, "download")
        monitor.report(30, 100, "ingest")
    assert ("download", 60, round(0.6 * 80 + 0.3 * 19, 2)) == (
        bus.events[-1][1]["phase"],
        bus.events[-1][1]["done"],
        bus.events[-1][1]["progress"],
    )


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["plan", "download", "ingest"])), max_size=30))
def test_progress_never_decreases(reports: list[tuple[int, str]]) -> None:
    """For any reports in any order, progress only grows and stays between 0 and 100."""
    monitor = Reporter(JobService(Database("sqlite+aiosqlite://"), RecordingBus()), Claim("job", "me"), "download")
    seen = [0.0]
    for now, (done, phase) in enumerate(reports):
        monitor.report(done, 100, phase)
        snapshot = monitor.snapshot(float(now))
        assert snapshot is not None
        seen.append(snapshot.progress)
    assert sorted(seen) == seen
    assert 0.0 <= seen[-1] <= 100.0


@given(st.lists(st.tuples(st.floats(0.5, 3.0), st.integers(0, 1000)), min_size=1, max_size=40))
def test_speed_is_the_mean_of_its_window(steps: list[tuple[float, int]]) -> None:
    """For any steps, the rate lies between those of the slowest and the fastest step."""
    speed, now, done = Speed(window_seconds=5.0), 0.0, 0
    speed.mark(now, done)
    rates = []
    for seconds, units in steps:
        now, done = now + seconds, done + units
        rates.append(units / seconds)
        rate = speed.mark(now, done)
        assert rate is not None
        assert min(rates) - 1e-6 <= rate <= max(rates) + 1e-6


def test_speed_restarts_after_a_decrease() -> None:
    """Discarded bytes give no negative rate."""
    speed = Speed()
    speed.mark(0.0, 1000)
    assert speed.mark(1.0, 10) is None
    assert speed.mark(2.0, 20) == 10.0


async def test_a_cancel_is_raised_in_every_thread(jobs: JobService, claim: Claim) -> None:
    """From the cancel on, every checkpoint in every thread raises."""
    monitor = Reporter(jobs, claim, "download")
    monitor.checkpoint()
    monitor.cancel()
    raised: list[bool] = []

    def check() -> None:
        try:
            monitor.checkpoint()
        except JobCancelled:
            raised.append(True)

    threads = [threading.Thread(target=check) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [True] * 4 == raised


async def test_a_lost_claim_stops_the_job(jobs: JobService, claim: Claim) -> None:
    """When another runner has the job, the next checkpoint raises, and nothing more is published."""
    monitor = Reporter(jobs, claim, "download")
    await jobs.recover()
    async with monitor.publish_progress():
        monitor.report(1, 2, "download")
        await asyncio.sleep(0.25)
        with pytest.raises(ClaimLost):
            monitor.checkpoint()


async def test_a_job_that_ends_during_a_write_leaves_no_lock(tmp_path: Path) -> None:
    """Even if the job ends during a transaction of the reporter, the next write does not wait."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await upgrade(database)
    jobs = JobService(database, RecordingBus())
    job = await add_job(database, await add_dataset(database))
    claim = await jobs.claim(job.id, "worker")
    assert claim is not None
    for milliseconds in range(100, 120):
        monitor = Reporter(jobs, claim, "download")
        async with asyncio.timeout(5), monitor.publish_progress():
            monitor.report(milliseconds, 1_000, "download")
            await asyncio.sleep(milliseconds / 1_000)
    assert 119 == (await jobs.get(job.id)).done
    await database.close()

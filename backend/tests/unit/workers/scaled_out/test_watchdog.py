"""``mistudio.workers.scaled_out.watchdog``: lost jobs come back, by a clock that the test sets."""

import asyncio
from collections.abc import Callable

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from fakes.records import add_dataset, add_job
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.states import JobState
from mistudio.models import Job, utc_now
from mistudio.services.job_service import Claim, JobService
from mistudio.workers.embedded.queue import MemoryTokenVault
from mistudio.workers.scaled_out.queue import CeleryQueue
from mistudio.workers.scaled_out.watchdog import Watchdog

LEASE = 3.0


@pytest.fixture
def vault() -> MemoryTokenVault:
    """An empty vault."""
    return MemoryTokenVault()


@pytest.fixture
def make_watchdog(
    scaled_out: Settings, jobs: JobService, queue: CeleryQueue, redis: Redis, vault: MemoryTokenVault
) -> Callable[[], Watchdog]:
    """Makes watchdogs of the same cluster."""
    return lambda: Watchdog(scaled_out, jobs, queue=queue, redis=redis, vault=vault)


async def add_running(database: Database, jobs: JobService, *, max_attempts: int = 3) -> Claim:
    """Add a running job, and return its claim."""
    job = await add_job(database, await add_dataset(database), max_attempts=max_attempts)
    claim = await jobs.claim(job.id, "worker")
    assert claim is not None
    return claim


async def test_a_silent_job_is_taken_after_its_lease(
    async_db: Database, jobs: JobService, queue: CeleryQueue, make_watchdog: Callable[[], Watchdog]
) -> None:
    """Not before, and it is enqueued at once."""
    claim, watchdog = await add_running(async_db, jobs), make_watchdog()
    await watchdog.tick(100.0)
    await watchdog.tick(100.0 + LEASE - 0.1)
    assert JobState.RUNNING is (await jobs.get(claim.job_id)).state
    await watchdog.tick(100.0 + LEASE)
    assert JobState.QUEUED is (await jobs.get(claim.job_id)).state
    assert [claim.job_id] == list(await queue.last_messages([claim.job_id]))


async def test_a_heartbeat_renews_the_lease(
    async_db: Database, jobs: JobService, make_watchdog: Callable[[], Watchdog]
) -> None:
    """The watchdog times it by its own clock, whatever the time of the heartbeat is."""
    claim, watchdog = await add_running(async_db, jobs), make_watchdog()
    await watchdog.tick(0.0)
    await jobs.record_heartbeat(claim)
    await watchdog.tick(LEASE)
    await watchdog.tick(2 * LEASE - 0.1)
    assert JobState.RUNNING is (await jobs.get(claim.job_id)).state
    await watchdog.tick(2 * LEASE)
    assert JobState.QUEUED is (await jobs.get(claim.job_id)).state


async def test_one_watchdog_leads_until_it_is_gone(
    async_db: Database, jobs: JobService, redis: Redis, make_watchdog: Callable[[], Watchdog]
) -> None:
    """Another one starts to time the leases when it becomes the leader."""
    claim, leader, follower = await add_running(async_db, jobs), make_watchdog(), make_watchdog()
    await leader.tick(0.0)
    await follower.tick(0.0)
    await follower.tick(10 * LEASE)
    assert JobState.RUNNING is (await jobs.get(claim.job_id)).state
    await redis.flushdb()
    await follower.tick(20 * LEASE)
    await follower.tick(21 * LEASE - 0.1)
    assert JobState.RUNNING is (await jobs.get(claim.job_id)).state
    await follower.tick(21 * LEASE)
    assert JobState.QUEUED is (await jobs.get(claim.job_id)).state


async def test_a_job_that_died_too_often_loses_its_token(
    async_db: Database, jobs: JobService, vault: MemoryTokenVault, make_watchdog: Callable[[], Watchdog]
) -> None:
    """It has failed and needs none; a job that is tried again keeps its token."""
    watchdog, tokens = make_watchdog(), []
    for attempts in (1, 3):
        claim = await add_running(async_db, jobs, max_attempts=attempts)
        await vault.put(claim.job_id, "hf_x")
        if attempts == 1:
            async with async_db.write() as session:
                await session.execute(update(Job).where(Job.id == claim.job_id).values(attempt=3))
        await watchdog.tick(0.0)
        await watchdog.tick(LEASE)
        tokens.append((str((await jobs.get(claim.job_id)).state), await vault.get(claim.job_id)))
    assert [("failed", None), ("queued", "hf_x")] == tokens


async def test_a_due_job_without_a_message_is_enqueued(
    async_db: Database, jobs: JobService, queue: CeleryQueue, make_watchdog: Callable[[], Watchdog]
) -> None:
    """A job that Redis knows of is left alone, and a postponed one waits."""
    lost, known, postponed = [await add_job(async_db, await add_dataset(async_db)) for _job in range(3)]
    async with async_db.write() as session:
        # The clock was set back: the pause is at most that of a job in its first attempt.
        await session.execute(update(Job).where(Job.id == postponed.id).values(not_before=utc_now().replace(year=2999)))
    await queue.enqueue(known.id)
    watchdog = make_watchdog()
    for _tick in range(2):
        await watchdog.tick(0.0)
    assert 2 == await queue.count_waiting("downloads")
    assert {lost.id, known.id} == set(await queue.last_messages([lost.id, known.id, postponed.id]))
    await watchdog.tick(6.0)
    assert 3 == await queue.count_waiting("downloads")


@pytest.mark.parametrize(
    ("seconds", "others", "is_sent"), [(5.0, 0, False), (11.0, 0, True), (11.0, 1, False), (61.0, 1, True)]
)
async def test_a_message_that_vanished_is_sent_again(
    async_db: Database,
    queue: CeleryQueue,
    redis: Redis,
    make_watchdog: Callable[[], Watchdog],
    *,
    seconds: float,
    others: int,
    is_sent: bool,
) -> None:
    """It counts as lost after ten seconds in an empty queue, or a minute in one with other messages."""
    job = await add_job(async_db, await add_dataset(async_db))
    for _other in range(others):
        await queue.enqueue((await add_job(async_db, await add_dataset(async_db))).id)
    await redis.set(f"mistudio:enqueued:{job.id}", "a message that vanished")
    watchdog = make_watchdog()
    await watchdog.tick(0.0)
    await watchdog.tick(seconds)
    message = (await queue.last_messages([job.id]))[job.id]
    assert is_sent == (message != "a message that vanished")


async def test_it_runs_until_closed(make_watchdog: Callable[[], Watchdog], redis: Redis) -> None:
    """It becomes the leader when it starts."""
    watchdog = make_watchdog()
    states = [watchdog.is_watching]
    watchdog.start()
    async with asyncio.timeout(TIMEOUT):
        while await redis.get("mistudio:watcher") is None:
            await asyncio.sleep(0.01)
    states.append(watchdog.is_watching)
    await watchdog.close()
    assert [False, True, False] == [*states, watchdog.is_watching]

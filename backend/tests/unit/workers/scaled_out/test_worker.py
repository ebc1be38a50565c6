"""``mistudio.workers.scaled_out.worker``: which workers are alive, and what a host does with a job."""

import asyncio

import pytest
from redis.asyncio import Redis

from mistudio.core.celery_app import create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.workers.scaled_out.worker import WORKERS_KEY, WorkerHost, list_workers


async def test_workers_that_were_silent_for_long_do_not_count(redis: Redis) -> None:
    """Redis forgets a worker by itself, so the clocks of workers and servers do not matter."""
    for name, milliseconds in (("alive", 20_000), ("dead", 1)):
        await redis.set(f"{WORKERS_KEY}{name}", "", px=milliseconds)
    await asyncio.sleep(0.05)
    assert ["alive"] == await list_workers(redis)


@pytest.fixture
def settings(scaled_out: Settings, async_db: Database) -> Settings:
    """Settings with the test's database, and without a standby process."""
    return scaled_out.model_copy(update={"database_url": async_db.url, "spare_process": False})


async def test_a_host_reports_itself_and_refuses_jobs_that_are_gone(settings: Settings, redis: Redis) -> None:
    """A message for a job that was deleted, or that another worker runs, does nothing."""
    host = WorkerHost(settings, create_celery(settings))
    await asyncio.to_thread(host.start)
    try:
        (name,) = await list_workers(redis)
        assert 10 < await redis.ttl(f"{WORKERS_KEY}{name}") <= 20
        assert await asyncio.to_thread(host.run_job, "job_unknown") is None
        await asyncio.to_thread(host.help_job, "job_unknown", 1)
        assert [] == host.process_ids()
    finally:
        await asyncio.to_thread(host.close)
    await asyncio.to_thread(host.close)

"""``mistudio.workers.scaled_out.worker``: which workers are alive, and what a host does with a job."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from mistudio.core.celery_app import create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.workers.scaled_out.worker import WORKERS_KEY, WorkerHost, count_workers


async def test_workers_that_were_silent_for_long_do_not_count(redis: Redis) -> None:
    """A worker reports every five seconds, and counts for twenty."""
    now = time.time()
    await redis.zadd(WORKERS_KEY, {"alive": now, "slow": now - 15.0, "dead": now - 25.0})
    assert 2 == await count_workers(redis)
    assert ["slow", "alive"] == await redis.zrange(WORKERS_KEY, 0, -1)


@pytest.fixture
def settings(scaled_out: Settings, async_db: Database) -> Settings:
    """Settings with the test's database, and without a standby process."""
    return scaled_out.model_copy(update={"database_url": async_db.url, "spare_process": False})


async def test_a_host_reports_itself_and_refuses_jobs_that_are_gone(settings: Settings, redis: Redis) -> None:
    """A message for a job that was deleted, or that another worker runs, does nothing."""
    host = WorkerHost(settings, create_celery(settings))
    await asyncio.to_thread(host.start)
    try:
        assert 1 == await count_workers(redis)
        assert await asyncio.to_thread(host.run_job, "job_unknown") is None
        await asyncio.to_thread(host.help_job, "job_unknown", 1)
        assert [] == host.process_ids()
    finally:
        await asyncio.to_thread(host.close)
    await asyncio.to_thread(host.close)

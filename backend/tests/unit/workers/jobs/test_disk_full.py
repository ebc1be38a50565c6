"""Jobs on a full disk, on any machine: with a reserve larger than any disk, and a database that may not grow."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from fakes.bus import RecordingBus
from fakes.records import add_dataset, add_job, content_figures, dataset_figures
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DiskFull, NoData
from mistudio.core.migrations import upgrade
from mistudio.core.reserve import RESERVE_NAME, STEP_BYTES, STEPS, EmergencyReserve
from mistudio.models import Dataset, Job
from mistudio.services.job_service import JobService
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.storage.disk_space import RoomWatch
from mistudio.workers.jobs.runner import JobContext, Runner

NO_MORE_PAGES, MANY_PAGES = 1, 1 << 20


class PageLimit:
    """Limits the pages of the database on every connection; SQLite never goes below the present number."""

    def __init__(self, database: Database) -> None:
        self.pages = MANY_PAGES
        event.listen(database.engine.sync_engine, "checkout", self._limit)

    def _limit(self, connection: DBAPIConnection, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={self.pages}")
        cursor.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An embedded database with the newest schema."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await upgrade(database)
    yield database
    await database.close()


async def test_a_full_database_raises_disk_full(database: Database) -> None:
    """The error says what to do instead of the driver's own words, and the data can still be read."""
    dataset = await add_dataset(database)
    PageLimit(database).pages = NO_MORE_PAGES
    with pytest.raises(DiskFull, match="Free some space"):
        async with database.write() as session:
            await session.execute(text("UPDATE datasets SET name = :name"), {"name": "x" * 100_000})
    async with database.read() as session:
        assert dataset.name == (await session.get_one(Dataset, dataset.id)).name


@pytest.mark.parametrize("is_good", [True, False], ids=["succeeded", "failed"])
async def test_the_end_of_a_job_is_recorded_once_there_is_room(
    database: Database, tmp_path: Path, is_good: bool
) -> None:
    """The runner waits, or the job would seem to run for ever or to have failed."""
    jobs = JobService(database, RecordingBus())
    limit = PageLimit(database)
    job = await add_job(database, await add_dataset(database))

    async def handler(context: JobContext) -> DatasetFigures:
        limit.pages = NO_MORE_PAGES
        if is_good:
            return dataset_figures(content=content_figures("long " * 50_000))
        raise NoData("There is nothing. " * 5_000)

    runner = Runner(Settings(data_dir=tmp_path, disk_reserve_bytes=0), jobs, {"download": handler})
    running = asyncio.create_task(runner.run_job(job.id, owner="worker"))
    await asyncio.sleep(0.5)
    assert "running" == (await jobs.get(job.id)).state
    limit.pages = MANY_PAGES
    await running
    async with database.read() as session:
        ended = await session.get_one(Job, job.id)
        assert (("succeeded", None) if is_good else ("failed", "no_data")) == (ended.state, ended.error_code)


class FullUntilReleased(PageLimit):
    """A database without room until a part of the emergency reserve was released."""

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database)
        self._reserve = folder / RESERVE_NAME
        EmergencyReserve(folder).fill()
        self._whole = self._reserve.stat().st_size
        self.is_full = False

    def _limit(self, connection: DBAPIConnection, record: object, proxy: object) -> None:
        is_full = self.is_full and self._reserve.stat().st_size == self._whole
        self.pages = NO_MORE_PAGES if is_full else MANY_PAGES
        super()._limit(connection, record, proxy)


async def test_the_end_of_a_job_is_recorded_in_the_reserve(database: Database, tmp_path: Path) -> None:
    """At once, though nothing was freed."""
    jobs, limit = JobService(database, RecordingBus()), FullUntilReleased(database, tmp_path)
    job = await add_job(database, await add_dataset(database))

    async def handler(context: JobContext) -> DatasetFigures:
        limit.is_full = True
        raise NoData("There is nothing. " * 5_000)

    await Runner(Settings(data_dir=tmp_path, disk_reserve_bytes=0), jobs, {"download": handler}).run_job(
        job.id, owner="worker"
    )
    assert ("failed", "no_data") == ((await jobs.get(job.id)).state, (await jobs.get(job.id)).error_code)
    assert STEP_BYTES * (STEPS - 1) == (tmp_path / RESERVE_NAME).stat().st_size


async def test_a_disk_that_fails_ends_the_job(database: Database, tmp_path: Path) -> None:
    """With a code of its own, and no internal error."""
    jobs = JobService(database, RecordingBus())
    job = await add_job(database, await add_dataset(database))

    async def handler(context: JobContext) -> DatasetFigures:
        raise OSError(errno.EIO, "Input/output error", "/data/raw")

    await Runner(Settings(data_dir=tmp_path), jobs, {"download": handler}).run_job(job.id, owner="worker")
    ended = await jobs.get(job.id)
    assert ("failed", "disk_error") == (ended.state, ended.error_code)
    assert "at /data/raw: Input/output error" in (ended.error_message or "")


async def test_a_job_ends_before_it_uses_the_reserve(database: Database, tmp_path: Path) -> None:
    """The first checkpoint raises an error that names the free bytes and the reserve."""
    jobs = JobService(database, RecordingBus())
    job = await add_job(database, await add_dataset(database))

    async def handler(context: JobContext) -> DatasetFigures:
        context.monitor.checkpoint()
        raise AssertionError

    settings = Settings(data_dir=tmp_path, disk_reserve_bytes=1 << 62)
    await Runner(settings, jobs, {"download": handler}).run_job(job.id, owner="worker")
    ended = await jobs.get(job.id)
    assert ("failed", "disk_full") == (ended.state, ended.error_code)
    assert "4096.0 PB must stay free" in (ended.error_message or "")


def test_a_disk_with_room_passes_the_check(tmp_path: Path) -> None:
    """A check costs little, because most of them read nothing."""
    room = RoomWatch(tmp_path, 0)
    for _ in range(100_000):
        room.check()

"""``mistudio.workers.jobs.index_handler``: building an index, and the index job after a dataset."""

from typing import cast

import pytest

from fakes.jobs import run_job
from fakes.records import add_job, dataset_figures
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.search.index_builder import has_current_index
from mistudio.models import Dataset, Job
from mistudio.services.job_service import JobService
from mistudio.services.jobs.figures import Figures
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.index_handler import follow_with_index
from mistudio.workers.jobs.runner import JobContext


async def index_job(database: Database, dataset_id: str) -> Job:
    """A queued index job of this dataset."""
    async with database.read() as session:
        dataset = await session.get_one(Dataset, dataset_id)
    return await add_job(database, dataset, kind="index")


async def test_an_index_is_built_once(
    plain: Settings, async_db: Database, *, jobs: JobService, dataset_id: str, storage: StorageService
) -> None:
    """A second job keeps a complete index: it needs no room either."""
    ended = await run_job(await index_job(async_db, dataset_id), plain, async_db, jobs)
    assert "succeeded" == ended.state
    assert has_current_index(storage.folder(dataset_id))
    files = {path: path.stat().st_mtime_ns for path in (storage.folder(dataset_id) / "index").rglob("*")}
    full = plain.model_copy(update={"disk_reserve_bytes": 1 << 60})
    again = await run_job(await index_job(async_db, dataset_id), full, async_db, jobs)
    assert "succeeded" == again.state
    assert files == {path: path.stat().st_mtime_ns for path in (storage.folder(dataset_id) / "index").rglob("*")}


async def test_an_index_without_room_is_not_started(
    plain: Settings, async_db: Database, *, jobs: JobService, dataset_id: str, storage: StorageService
) -> None:
    """The error says how much room is missing."""
    full = plain.model_copy(update={"disk_reserve_bytes": 1 << 60})
    ended = await run_job(await index_job(async_db, dataset_id), full, async_db, jobs)
    assert ("failed", "disk_full") == (ended.state, ended.error_code)
    assert not has_current_index(storage.folder(dataset_id))


@pytest.mark.parametrize(("search_index", "expected"), [("auto", ("index",)), ("off", ())])
async def test_a_dataset_is_followed_by_its_index_if_the_settings_say_so(
    search_index: str, expected: tuple[str, ...]
) -> None:
    """The figures of the dataset stay the same."""

    async def handle(_context: JobContext) -> Figures:
        return dataset_figures()

    settings = Settings.model_validate({"search_index": search_index})
    figures = await follow_with_index(handle, settings)(cast("JobContext", None))
    assert dataset_figures(follow_up=expected) == figures

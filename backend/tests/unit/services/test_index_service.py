"""The use cases of full-text indexes."""

import pytest

from fakes.bus import RecordingBus
from fakes.queue import FakeQueue
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import NotFound, NotReady
from mistudio.core.states import IndexState
from mistudio.models import Dataset
from mistudio.services.index_service import IndexService
from mistudio.services.job_service import JobService
from mistudio.services.storage_service import StorageService


@pytest.fixture
def indexes(
    plain: Settings,
    async_db: Database,
    *,
    bus: RecordingBus,
    mock_celery: FakeQueue,
    jobs: JobService,
    storage: StorageService,
) -> IndexService:
    """The service, which builds missing indexes at start."""
    settings = plain.model_copy(update={"search_index": "auto"})
    return IndexService(settings, async_db, bus=bus, queue=mock_celery, jobs=jobs, storage=storage)


async def state_of(database: Database, dataset_id: str) -> IndexState:
    """The state of the index in the record."""
    async with database.read() as session:
        return (await session.get_one(Dataset, dataset_id)).index_state


async def test_an_index_gets_one_job(indexes: IndexService, dataset_id: str, mock_celery: FakeQueue) -> None:
    """However often it is asked for."""
    for _time in range(2):
        response = await indexes.build(dataset_id)
    assert (1, None) == (len(mock_celery.enqueued), response.job)


async def test_only_ready_datasets_are_indexed(indexes: IndexService, async_db: Database) -> None:
    """Others are refused."""
    loading = await add_dataset(async_db)
    with pytest.raises(NotReady, match="it can be indexed once it is ready"):
        await indexes.build(loading.id)
    with pytest.raises(NotFound):
        await indexes.remove("ds_none")


async def test_a_build_can_be_stopped(
    indexes: IndexService, dataset_id: str, async_db: Database, jobs: JobService
) -> None:
    """The dataset has no index then, and stays ready."""
    await indexes.build(dataset_id)
    response = await indexes.remove(dataset_id)
    assert ("none", "ready") == (response.index.state, response.status)
    assert ["cancelled"] == [job.state for job in await jobs.list_jobs()]


async def test_a_start_corrects_records_and_builds_what_is_missing(
    indexes: IndexService, dataset_id: str, async_db: Database, mock_celery: FakeQueue
) -> None:
    """An index that the record calls ready, but that is gone; and not a second job for it."""
    async with async_db.write() as session:
        (await session.get_one(Dataset, dataset_id)).index_state = IndexState.READY
    for _start in range(2):
        await indexes.refresh()
    assert (IndexState.NONE, 1) == (await state_of(async_db, dataset_id), len(mock_celery.enqueued))


async def test_an_index_that_was_stopped_is_not_built_at_start(
    indexes: IndexService, dataset_id: str, mock_celery: FakeQueue
) -> None:
    """The user did not want it."""
    await indexes.build(dataset_id)
    await indexes.remove(dataset_id)
    await indexes.refresh()
    assert 1 == len(mock_celery.enqueued)


async def test_an_unusable_index_is_built_again(
    indexes: IndexService, dataset_id: str, async_db: Database, mock_celery: FakeQueue
) -> None:
    """Only if its record says that it is ready."""
    await indexes.rebuild_unusable(dataset_id)
    assert [] == mock_celery.enqueued
    async with async_db.write() as session:
        (await session.get_one(Dataset, dataset_id)).index_state = IndexState.READY
    await indexes.rebuild_unusable(dataset_id)
    assert 1 == len(mock_celery.enqueued)

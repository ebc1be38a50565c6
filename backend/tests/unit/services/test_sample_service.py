"""Pages of samples: many datasets and threads at once, and datasets that are deleted meanwhile."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.descriptors import open_files
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, NotFound
from mistudio.core.states import DatasetStatus
from mistudio.models import Dataset
from mistudio.schemas.sample import SampleQuery
from mistudio.services.sample_service import SampleService
from mistudio.services.storage_service import StorageService


@pytest.fixture
async def service(tmp_path: Path, async_db: Database) -> AsyncIterator[SampleService]:
    """The service over folders of the test."""
    settings = Settings(data_dir=tmp_path / "data", disk_reserve_bytes=0)
    storage = StorageService(settings, async_db)
    storage.prepare()
    running = SampleService(settings, async_db, storage)
    yield running
    running.close()


async def add_ready(database: Database, tmp_path: Path, *, files: int = 1) -> str:
    """A ready dataset of one row per file."""
    dataset = await add_dataset(database, text_column="text")
    for status in (DatasetStatus.PROCESSING, DatasetStatus.READY):
        async with database.write() as session:
            (await session.get_one(Dataset, dataset.id)).status = status
    rows = [[{"text": f"{dataset.id} {number}"}] for number in range(files)]
    make_dataset(tmp_path / "data" / "datasets" / dataset.id, {"train": rows})
    return dataset.id


async def test_many_datasets_at_once_keep_few_files_open(
    service: SampleService, async_db: Database, tmp_path: Path
) -> None:
    """More datasets than stay open, each asked from several sides: every page is right, and descriptors are bounded."""
    ids = [await add_ready(async_db, tmp_path, files=3) for _number in range(36)]
    pages = await asyncio.gather(
        *(service.list_samples(dataset_id, SampleQuery(limit=5)) for _turn in range(3) for dataset_id in ids)
    )
    texts = [[sample.text for sample in page.data] for page in pages]
    assert [[f"{dataset_id} {number}" for number in range(3)] for _turn in range(3) for dataset_id in ids] == texts
    assert 32 <= len(open_files(tmp_path / "data")) <= 64
    service.close()
    assert [] == open_files(tmp_path / "data")


async def test_a_forgotten_dataset_has_no_open_file(service: SampleService, async_db: Database, tmp_path: Path) -> None:
    """Neither at once nor after a request that was running opens it again: its bytes leave the disk."""
    gone, kept = [await add_ready(async_db, tmp_path, files=2) for _number in range(2)]
    for dataset_id in (gone, kept):
        await service.list_samples(dataset_id, SampleQuery(limit=5))
    assert 4 == len(open_files(tmp_path / "data"))
    service.forget(gone)
    assert [] == open_files(tmp_path / "data" / "datasets" / gone)
    assert 2 == (await service.list_samples(gone, SampleQuery(limit=5))).pagination.total
    assert [] == open_files(tmp_path / "data" / "datasets" / gone)
    assert 2 == len(open_files(tmp_path / "data"))
    service.forget("ds_unknown")


async def test_a_dataset_that_is_deleted_while_it_is_read(
    service: SampleService, async_db: Database, tmp_path: Path
) -> None:
    """Running requests end with a page or with DataMissing, and nothing stays open."""
    dataset_id = await add_ready(async_db, tmp_path, files=4)
    asked = [asyncio.create_task(service.list_samples(dataset_id, SampleQuery(limit=5))) for _number in range(40)]
    await asyncio.sleep(0.01)
    service.forget(dataset_id)
    shutil.rmtree(tmp_path / "data" / "datasets" / dataset_id)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [] == [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, DataMissing)]
    assert [] == open_files(tmp_path / "data")
    with pytest.raises(NotFound):
        await service.get_sample("ds_unknown", "train", 0)

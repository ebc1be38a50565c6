"""Imports: uploaded files, and the bundled sample."""

import pytest

from fakes.planner import FakePlanner
from fakes.queue import FakeQueue
from mistudio.core.config import Settings
from mistudio.core.errors import AlreadyExists, DiskFull, TooLarge, ValidationFailed
from mistudio.schemas.dataset_requests import DatasetImportFields
from mistudio.services.dataset_service import DatasetService
from mistudio.services.import_service import ImportService
from mistudio.services.storage_service import StorageService


@pytest.fixture
def imports(plain: Settings, storage: StorageService, datasets: DatasetService, planner: FakePlanner) -> ImportService:
    """The service of imports."""
    storage.prepare()
    return ImportService(plain, storage, datasets, planner)


async def send(imports: ImportService, name: str, content: bytes) -> str:
    """The id of the dataset of one uploaded file."""
    async with imports.open_upload(None) as upload:
        upload.begin(name)
        upload.write(memoryview(content))
        upload.end()
        return (await imports.accept(upload, DatasetImportFields())).id


async def test_an_accepted_upload_becomes_a_dataset(
    imports: ImportService, storage: StorageService, mock_celery: FakeQueue, datasets: DatasetService
) -> None:
    """Its file is where the job finds it; the same file again is refused, and leaves nothing."""
    made = await send(imports, "mills.csv", b"text\nx\n")
    dataset = await datasets.get_dataset(made)
    assert dataset.job is not None
    assert (["import"], [dataset.job.id]) == ([job.kind for job in dataset.jobs], mock_celery.enqueued)
    assert b"text\nx\n" == (storage.staging(made) / "source" / "00000").read_bytes()
    with pytest.raises(AlreadyExists):
        await send(imports, "mills.csv", b"text\nx\n")
    await storage.close()
    assert [made] == [path.name for path in storage.staging(made).parent.iterdir()]


async def test_an_upload_that_is_not_accepted_leaves_nothing(imports: ImportService, storage: StorageService) -> None:
    """Nor does one that was refused."""
    async with imports.open_upload(None) as upload:
        upload.begin("mills.csv")
        upload.write(memoryview(b"text\n"))
    with pytest.raises(ValidationFailed):
        await send(imports, "mills.csv", b"")
    await storage.close()
    assert [] == list(storage.staging("x").parent.iterdir())


async def test_an_announced_size_is_checked_first(
    imports: ImportService, plain: Settings, storage: StorageService, datasets: DatasetService, planner: FakePlanner
) -> None:
    """Against the limit, and against the disk."""
    with pytest.raises(TooLarge):
        async with imports.open_upload(plain.max_upload_bytes * 2):
            pass
    full = ImportService(plain.model_copy(update={"disk_reserve_bytes": 2**60}), storage, datasets, planner)
    with pytest.raises(DiskFull):
        async with full.open_upload(1):
            pass


async def test_the_sample_brings_its_tokenizer(imports: ImportService, plain: Settings) -> None:
    """Once; a second one is refused."""
    made = await imports.create_sample()
    assert "Sample stories" == made.name
    assert (plain.tokenizers_dir / "sample-bpe" / "tokenizer.json").is_file()
    with pytest.raises(AlreadyExists):
        await imports.create_sample()

"""Deleting datasets: what is shown before, what is refused, and the order."""

import pytest

from fakes.bus import RecordingBus
from fakes.records import add_job
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import InUse
from mistudio.models import Dataset
from mistudio.schemas.dataset_requests import ReferenceCreate
from mistudio.services.datasets.deletion import DatasetDeletion
from mistudio.services.jobs.control import JobControl
from mistudio.services.reference_service import ReferenceService
from mistudio.services.storage_service import StorageService


@pytest.fixture
def deleted() -> list[str]:
    """The ids that ``on_deleted`` was called with."""
    return []


@pytest.fixture
def deletion(
    async_db: Database, bus: RecordingBus, *, storage: StorageService, control: JobControl, deleted: list[str]
) -> DatasetDeletion:
    """Deletes datasets of the test."""
    return DatasetDeletion(async_db, bus=bus, storage=storage, stop=control.stop, on_deleted=deleted.append)


async def test_a_preview_lists_parts_and_jobs(deletion: DatasetDeletion, async_db: Database, dataset_id: str) -> None:
    """Its bytes are those of its parts."""
    async with async_db.read() as session:
        job = await add_job(async_db, await session.get_one(Dataset, dataset_id), kind="index")
    preview = await deletion.preview(dataset_id)
    assert ("raw", [job.id], True) == (preview.parts[0].part, [found.id for found in preview.jobs], preview.allowed)
    assert preview.freed_bytes == sum(part.size_bytes for part in preview.parts) > 0


async def test_a_dataset_in_use_keeps_its_record_and_its_files(
    deletion: DatasetDeletion,
    async_db: Database,
    plain: Settings,
    *,
    storage: StorageService,
    dataset_id: str,
    deleted: list[str],
) -> None:
    """The refusal lists what uses it, and no mark of a deletion is left."""
    await ReferenceService(async_db, storage.reserve).add(
        dataset_id, ReferenceCreate(kind="training", ref_id="run-1", name="SAE")
    )
    with pytest.raises(InUse) as refused:
        await deletion.delete(dataset_id)
    references = refused.value.extra["references"]
    assert isinstance(references, list)
    assert 1 == len(references)
    assert storage.folder(dataset_id).is_dir()
    assert ([], []) == (deleted, list(plain.trash_dir.iterdir()))


async def test_a_deletion_stops_jobs_and_publishes_the_end(
    deletion: DatasetDeletion,
    async_db: Database,
    bus: RecordingBus,
    *,
    storage: StorageService,
    dataset_id: str,
    deleted: list[str],
) -> None:
    """In this order."""
    async with async_db.read() as session:
        dataset = await session.get_one(Dataset, dataset_id)
    await add_job(async_db, dataset, kind="index")
    await deletion.delete(dataset_id)
    await storage.close()
    (event,) = bus.of_type("deleted")
    assert (dataset_id, [dataset_id]) == (event["dataset_id"], deleted)
    # The events before it: an error of the job's target, and the change of the dataset in the list.
    assert ["error", "changed", "deleted"] == [event["type"] for _channel, event in bus.events]
    assert not storage.folder(dataset_id).exists()

"""The use cases of datasets, on both databases, without processes and without a Hub."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from fakes.bus import RecordingBus
from fakes.planner import FakePlanner, stories_plan
from fakes.queue import FakeQueue
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import AlreadyExists, DiskFull, InUse, InvalidTransition, NotFound
from mistudio.core.reserve import EmergencyReserve
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.models import Dataset
from mistudio.schemas.dataset_requests import DatasetDownloadRequest, ReferenceCreate
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.hub_record import new_record, source_key
from mistudio.services.job_service import JobService
from mistudio.services.jobs.control import JobControl
from mistudio.services.reference_service import ReferenceService
from mistudio.services.storage_service import StorageService
from mistudio.workers.embedded.queue import MemoryTokenVault

REQUEST = DatasetDownloadRequest(repo_id="lab/stories")


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """Settings of a folder, without a Hub."""
    return Settings(data_dir=tmp_path / "data", disk_reserve_bytes=0)


@pytest.fixture
def storage(plain: Settings, async_db: Database) -> StorageService:
    """The folders of the test."""
    storage = StorageService(plain, async_db)
    storage.prepare()
    return storage


@pytest.fixture
def vault() -> MemoryTokenVault:
    """An empty vault."""
    return MemoryTokenVault()


@pytest.fixture
def service(
    plain: Settings,
    async_db: Database,
    *,
    bus: RecordingBus,
    mock_celery: FakeQueue,
    vault: MemoryTokenVault,
    jobs: JobService,
    storage: StorageService,
) -> DatasetService:
    """The service with stand-ins around it; its planner knows one repository."""
    return DatasetService(
        plain,
        async_db,
        bus=bus,
        planner=FakePlanner(stories_plan()),
        jobs=JobControl(plain, queue=mock_celery, vault=vault, jobs=jobs),
        storage=storage,
    )


async def set_status(database: Database, dataset_id: str, *path: str) -> None:
    """Lead a dataset along these statuses."""
    async with database.write() as session:
        dataset = await session.get_one(Dataset, dataset_id)
        for status in path:
            dataset.status = DatasetStatus(status)


async def test_a_request_makes_record_job_and_plan(
    service: DatasetService, mock_celery: FakeQueue, storage: StorageService, bus: RecordingBus
) -> None:
    """Everything that the job will need is there before it is enqueued."""
    dataset = await service.create_dataset_from_hf(REQUEST)
    assert dataset.job is not None
    assert [dataset.job.id] == mock_celery.enqueued
    assert (storage.staging(dataset.id) / "plan.json").is_file()
    assert ["created"] == [event["type"] for _channel, event in bus.events]
    assert [("train", 1)] == [(split.name, split.num_files) for split in dataset.splits]


async def test_many_requests_at_once_make_one_dataset(service: DatasetService, storage: StorageService) -> None:
    """The others get its id, and leave no folder."""
    answers = await asyncio.gather(
        *(service.create_dataset_from_hf(REQUEST) for _number in range(8)), return_exceptions=True
    )
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, AlreadyExists)]
    assert (1, 7) == (len(made), len(refused))
    assert {made[0].id} == {error.extra["dataset_id"] for error in refused}
    assert [made[0].id] == [path.name for path in storage.staging("").iterdir()]


async def test_a_token_is_held_for_the_job_and_nowhere_else(
    service: DatasetService, vault: MemoryTokenVault, storage: StorageService
) -> None:
    """The vault has it under the job's id; the answer and the plan do not."""
    request = DatasetDownloadRequest(repo_id="lab/stories", access_token=SecretStr("hf_secret"))
    dataset = await service.create_dataset_from_hf(request)
    assert dataset.job is not None
    assert "hf_secret" == await vault.get(dataset.job.id)
    assert "hf_secret" not in dataset.model_dump_json()
    assert "hf_secret" not in (storage.staging(dataset.id) / "plan.json").read_text(encoding="utf-8")
    await service.cancel(dataset.id)
    assert await vault.get(dataset.job.id) is None


async def test_no_room_leaves_nothing(
    plain: Settings, async_db: Database, service: DatasetService, storage: StorageService, mock_celery: FakeQueue
) -> None:
    """A plan that cannot fit is refused before anything is written."""
    service._planner = FakePlanner(stories_plan(size=2**60))
    with pytest.raises(DiskFull) as refused:
        await service.create_dataset_from_hf(REQUEST)
    assert refused.value.extra["needed_bytes"] > 2**60  # type: ignore[operator]  # a number in JSON
    assert (0, [], []) == (
        (await service.list_datasets()).pagination.total,
        mock_celery.enqueued,
        list(plain.staging_dir.iterdir()),
    )


async def test_a_request_for_a_failed_download_is_a_retry(service: DatasetService, async_db: Database) -> None:
    """Same id, new job; what is ready is refused."""
    dataset = await service.create_dataset_from_hf(REQUEST)
    await service.cancel(dataset.id)
    again = await service.create_dataset_from_hf(REQUEST)
    assert dataset.id == again.id
    assert (DatasetStatus.DOWNLOADING, None) == (again.status, again.error_code)
    assert again.job is not None
    assert dataset.job != again.job
    await set_status(async_db, dataset.id, "processing", "ready")
    with pytest.raises(AlreadyExists, match="is here already"):
        await service.create_dataset_from_hf(REQUEST)


async def test_only_errors_are_retried(service: DatasetService) -> None:
    """A running or unknown dataset cannot be retried."""
    dataset = await service.create_dataset_from_hf(REQUEST)
    with pytest.raises(InvalidTransition):
        await service.retry(dataset.id)
    with pytest.raises(NotFound):
        await service.retry("ds_none")


async def test_a_local_import_goes_back_to_processing(service: DatasetService, async_db: Database) -> None:
    """It has nothing to download."""
    dataset = await add_dataset(async_db, source="local", status="processing")
    await set_status(async_db, dataset.id, "error")
    retried = await service.retry(dataset.id)
    assert DatasetStatus.PROCESSING is retried.status
    assert retried.job is not None
    assert "import" == retried.job.kind


async def test_delete_takes_record_jobs_and_folders(
    service: DatasetService, *, plain: Settings, jobs: JobService, bus: RecordingBus, storage: StorageService
) -> None:
    """Nothing is left, and the list gets an event."""
    dataset = await service.create_dataset_from_hf(REQUEST)
    await service.delete_dataset(dataset.id)
    await storage.close()
    with pytest.raises(NotFound):
        await service.get_dataset(dataset.id)
    assert [] == await jobs.list_jobs()
    assert [] == [*plain.staging_dir.iterdir(), *plain.trash_dir.iterdir()]
    assert dataset.id == bus.of_type("deleted")[0]["dataset_id"]


async def test_a_dataset_in_use_stays_whole(service: DatasetService, async_db: Database, tmp_path: Path) -> None:
    """A refused delete does not even stop its job."""
    dataset = await service.create_dataset_from_hf(REQUEST)
    references = ReferenceService(async_db, EmergencyReserve(tmp_path))
    await references.add(dataset.id, ReferenceCreate(kind="training", ref_id="run-1", name="SAE"))
    assert ["run-1"] == [reference.ref_id for reference in await service.check_dependencies(dataset.id)]
    with pytest.raises(InUse, match="training “SAE”"):
        await service.delete_dataset(dataset.id)
    assert dataset.job == (await service.get_dataset(dataset.id)).job


def test_the_same_splits_in_any_order_are_the_same_source() -> None:
    """The key depends on what is fetched, not on the order of the request."""

    def key(*splits: str) -> str:
        return source_key(repo_id="lab/stories", revision="c0ffee", config="default", splits=splits)

    assert key("train", "test") == key("test", "train")
    assert key("train", "test") != key("test")


@pytest.mark.parametrize(
    "fields", [{"repo_id": 7}, {"repo_id": "lab/x", "nope": 1}, {"repo_id": "lab/x", "splits": []}]
)
def test_impossible_requests_are_refused(fields: dict[str, object]) -> None:
    """Wrong types, unknown fields and empty choices."""
    with pytest.raises(ValidationError):
        DatasetDownloadRequest.model_validate(fields)


def test_a_file_that_serves_two_splits_is_one_file() -> None:
    """The plan lists it once for each split; it is fetched, and counted, once."""
    files = [
        RemoteFile(path=path, split=split, size=1000) for path, split in (("a", "train"), ("a", "test"), ("b", "test"))
    ]
    record = new_record(replace(stories_plan(), files=tuple(files)), None)
    assert (2, 2000) == (record.meta["source_files"], record.meta["source_bytes"])
    expected = [{"name": "train", "num_files": 1, "num_rows": None}, {"name": "test", "num_files": 2, "num_rows": None}]
    assert expected == record.splits

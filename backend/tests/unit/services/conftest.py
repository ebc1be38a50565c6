"""What the tests of services share: a data folder, a tokenizer in it, and a dataset with a tokenization."""

import asyncio
from pathlib import Path

import pytest

from fakes import tokenizers as small
from fakes.bus import RecordingBus
from fakes.datasets import add_ready
from fakes.planner import FakePlanner, stories_plan
from fakes.queue import FakeQueue
from fakes.studio_data import TEXTS, TOKENIZER, Tokenized
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.models import Dataset
from mistudio.schemas.tokenization import TokenizeRequest
from mistudio.services.dataset_service import DatasetService
from mistudio.services.job_service import JobService
from mistudio.services.jobs.control import JobControl
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenization_service import TokenizationService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.utils.file_utils import ensure_dir
from mistudio.workers.embedded.queue import MemoryTokenVault
from mistudio.workers.jobs.handlers import job_handlers
from mistudio.workers.jobs.runner import Runner


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """Settings of a folder with a tokenizer, without a Hub."""
    settings = Settings(data_dir=tmp_path / "data", disk_reserve_bytes=0, search_index="off")
    folder = ensure_dir(settings.tokenizers_dir / "small")
    for file, content in small.make_files(small.train_byte_level()).items():
        (folder / file).write_bytes(content)
    return settings


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
def planner() -> FakePlanner:
    """A planner that knows one repository."""
    return FakePlanner(stories_plan())


@pytest.fixture
def control(plain: Settings, mock_celery: FakeQueue, vault: MemoryTokenVault, jobs: JobService) -> JobControl:
    """Starts and stops jobs that no worker runs."""
    return JobControl(plain, queue=mock_celery, vault=vault, jobs=jobs)


@pytest.fixture
def datasets(
    plain: Settings,
    async_db: Database,
    *,
    bus: RecordingBus,
    planner: FakePlanner,
    control: JobControl,
    storage: StorageService,
) -> DatasetService:
    """The service of datasets."""
    return DatasetService(plain, async_db, bus=bus, planner=planner, jobs=control, storage=storage)


@pytest.fixture
def tokenizers(plain: Settings, async_db: Database, planner: FakePlanner) -> TokenizerService:
    """The service of tokenizers."""
    return TokenizerService(plain, async_db, planner)


@pytest.fixture
def tokenizations(
    plain: Settings,
    async_db: Database,
    *,
    bus: RecordingBus,
    control: JobControl,
    storage: StorageService,
    tokenizers: TokenizerService,
) -> TokenizationService:
    """The service of tokenizations."""
    return TokenizationService(plain, async_db, bus=bus, jobs=control, storage=storage, tokenizers=tokenizers)


@pytest.fixture
async def dataset_id(async_db: Database, storage: StorageService) -> str:
    """A ready dataset of ``TEXTS``."""
    made = await add_ready(async_db, storage, {"train": [[{"text": text} for text in TEXTS]]})
    async with async_db.write() as session:
        dataset = await session.get_one(Dataset, made)
        dataset.splits = [{"name": "train", "num_files": 1, "num_rows": len(TEXTS)}]
    return made


@pytest.fixture
async def tokenized(
    plain: Settings,
    async_db: Database,
    *,
    jobs: JobService,
    mock_celery: FakeQueue,
    tokenizations: TokenizationService,
    dataset_id: str,
) -> Tokenized:
    """A tokenization of the dataset, made by its job."""
    request = TokenizeRequest(tokenizer=TOKENIZER, max_length=8)
    made = await tokenizations.tokenize_dataset(dataset_id, request)
    runner = Runner(plain, jobs, job_handlers(plain, async_db))
    await asyncio.gather(*(runner.run_job(job_id, owner="test") for job_id in mock_celery.enqueued))
    assert "ready" == (await tokenizations.get_tokenization(made.id)).status
    return Tokenized(dataset_id, made.id)

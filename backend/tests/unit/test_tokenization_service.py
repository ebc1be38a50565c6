"""The use cases of tokenizations, on both databases, without processes and without a Hub."""

import asyncio
import os
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from fakes import tokenizers as small
from fakes.bus import RecordingBus
from fakes.datasets import add_ready
from fakes.planner import FakePlanner, stories_plan
from fakes.queue import FakeQueue
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import (
    AlreadyExists,
    DiskFull,
    InvalidData,
    InvalidTransition,
    NotFound,
    NoTokenizer,
    NotReady,
    UnknownColumn,
)
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer
from mistudio.models import Tokenization
from mistudio.schemas.tokenization import TokenizeRequest
from mistudio.services.job_service import JobService
from mistudio.services.jobs.control import JobControl
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenization_service import TokenizationService
from mistudio.services.tokenizer_service import TokenizerService
from mistudio.utils.file_utils import ensure_dir
from mistudio.workers.embedded.queue import MemoryTokenVault

NAME = "./tokenizers/small"
TEXTS = ["one two", "three", "one two three four", ""]
REQUEST = TokenizeRequest(tokenizer=NAME, max_length=8)


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """Settings of a folder with a tokenizer, without a Hub."""
    settings = Settings(data_dir=tmp_path / "data", disk_reserve_bytes=0)
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
def service(
    plain: Settings,
    async_db: Database,
    *,
    bus: RecordingBus,
    mock_celery: FakeQueue,
    jobs: JobService,
    storage: StorageService,
) -> TokenizationService:
    """The service with stand-ins around it."""
    return TokenizationService(
        plain,
        async_db,
        bus=bus,
        jobs=JobControl(plain, queue=mock_celery, vault=MemoryTokenVault(), jobs=jobs),
        storage=storage,
        tokenizers=TokenizerService(plain, async_db, FakePlanner(stories_plan())),
    )


@pytest.fixture
async def dataset_id(async_db: Database, storage: StorageService) -> str:
    """A ready dataset of ``TEXTS``."""
    return await add_ready(async_db, storage, {"train": [[{"text": text} for text in TEXTS]]})


@pytest.fixture
async def tokenizer(service: TokenizationService) -> LoadedTokenizer:
    """The small tokenizer."""
    return await service.load_tokenizer(NAME)


async def test_a_tokenizer_is_loaded_by_its_path(tokenizer: LoadedTokenizer, service: TokenizationService) -> None:
    """It keeps the name it was asked for by; a folder without one is refused."""
    assert (NAME, None) == (tokenizer.repo, tokenizer.commit)
    with pytest.raises(NoTokenizer):
        await service.load_tokenizer("./tokenizers/none")


async def test_a_batch_has_the_ids_of_the_reference(tokenizer: LoadedTokenizer, service: TokenizationService) -> None:
    """Without special tokens; a null is an empty text."""
    encoded = service.tokenize_batch(tokenizer, pa.array([*TEXTS, None], pa.string()))
    expected = [tokenizer.reference.encode(text, add_special_tokens=False).ids for text in [*TEXTS, ""]]
    assert [len(ids) for ids in expected] == encoded.lengths.tolist()
    assert [number for ids in expected for number in ids] == encoded.ids.tolist()


async def test_a_request_makes_record_model_and_job(
    service: TokenizationService, dataset_id: str, mock_celery: FakeQueue, bus: RecordingBus
) -> None:
    """The record waits for the job that was enqueued."""
    made = await service.tokenize_dataset(dataset_id, REQUEST)
    detail = await service.get_tokenization(made.id)
    assert detail.job is not None
    assert [detail.job.id] == mock_celery.enqueued
    assert (TokenizationStatus.QUEUED, NAME, 8) == (made.status, made.tokenizer, made.settings["max_length"])
    assert made.model_id is not None
    assert [("tokenization", "queued")] == [(event["scope"], event["status"]) for event in bus.of_type("progress")]
    assert [made.id] == [listed.id for listed in await service.list_tokenizations(dataset_id)]


async def test_the_same_settings_again_are_refused_or_retried(service: TokenizationService, dataset_id: str) -> None:
    """Refused while the first one waits, retried under its id once it was cancelled."""
    made = await service.tokenize_dataset(dataset_id, REQUEST)
    with pytest.raises(AlreadyExists) as refused:
        await service.tokenize_dataset(dataset_id, REQUEST)
    assert made.id == refused.value.extra["tokenization_id"]
    with pytest.raises(InvalidTransition):
        await service.retry(made.id)
    assert TokenizationStatus.CANCELLED is (await service.cancel(made.id)).status
    with pytest.raises(InvalidTransition):
        await service.cancel(made.id)
    again = await service.tokenize_dataset(dataset_id, REQUEST)
    assert (made.id, TokenizationStatus.QUEUED) == (again.id, again.status)


async def test_many_requests_at_once_make_one_tokenization(service: TokenizationService, dataset_id: str) -> None:
    """The others get its id."""
    asked = [service.tokenize_dataset(dataset_id, REQUEST) for _number in range(5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, AlreadyExists)]
    made = await service.list_tokenizations(dataset_id)
    assert (1, 4, {made[0].id}) == (len(made), len(refused), {error.extra["tokenization_id"] for error in refused})


async def test_an_impossible_request_is_refused_before_anything_is_made(
    service: TokenizationService, dataset_id: str, async_db: Database, plain: Settings
) -> None:
    """A dataset that is not ready, a column that is not there, no room on the disk."""
    loading = await add_dataset(async_db)
    with pytest.raises(NotReady, match="it can be tokenized once it is ready"):
        await service.tokenize_dataset(loading.id, REQUEST)
    with pytest.raises(UnknownColumn):
        await service.tokenize_dataset(dataset_id, REQUEST.model_copy(update={"text_column": "none"}))
    service._settings = plain.model_copy(update={"disk_reserve_bytes": 2**60})
    with pytest.raises(DiskFull):
        await service.tokenize_dataset(dataset_id, REQUEST)
    assert [] == await service.list_tokenizations(dataset_id)


async def test_saving_gives_the_figures_of_the_record(
    service: TokenizationService, tokenizer: LoadedTokenizer, storage: StorageService, dataset_id: str
) -> None:
    """Rows, tokens, ledger and audit agree with the reference; statistics name each token's text."""
    target = storage.tokenized(dataset_id, "tok_1")
    figures = await asyncio.to_thread(
        service.save_tokenized_dataset,
        storage.folder(dataset_id),
        ensure_dir(storage.staging("tok_1")),
        target,
        settings=TokenizeSettings(tokenizer=NAME, max_length=8),
        tokenizer=tokenizer,
        monitor=NullMonitor(),
    )
    lengths = [len(tokenizer.reference.encode(text, add_special_tokens=False).ids) for text in TEXTS]
    assert (str(target), len(TEXTS)) == (figures.path, figures.num_rows)
    assert (True, sum(lengths)) == (figures.ledger.balances, figures.ledger.source_tokens)
    assert {"losses"} == {check.name for check in figures.audit.checks if check.passed is False}
    statistics = service.calculate_statistics(read_tokenized_manifest(target), tokenizer)
    assert figures.statistics == statistics
    total = statistics.total
    assert (len(TEXTS), sum(lengths), max(lengths)) == (total.samples, total.tokens, total.maximum)
    assert total.most_frequent
    assert all(token.text for token in total.most_frequent)


async def test_a_deleted_tokenization_leaves_nothing(
    service: TokenizationService, dataset_id: str, storage: StorageService, bus: RecordingBus
) -> None:
    """Record, job and files go, and the list hears of it."""
    made = await service.tokenize_dataset(dataset_id, REQUEST)
    ensure_dir(storage.staging(made.id))
    await service.delete_tokenization(made.id)
    await storage.close()
    assert not storage.staging(made.id).exists()
    assert [dataset_id] == [event["dataset_id"] for event in bus.of_type("changed")]
    for step in (service.get_tokenization(made.id), service.delete_tokenization(made.id)):
        with pytest.raises(NotFound):
            await step


async def test_a_manifest_is_read_off_the_event_loop(
    service: TokenizationService, dataset_id: str, async_db: Database, tmp_path: Path
) -> None:
    """A slow disk delays no other client."""
    made = await service.tokenize_dataset(dataset_id, REQUEST)
    os.mkfifo(tmp_path / "manifest.json")
    async with async_db.write() as session:
        (await session.get_one(Tokenization, made.id)).path = str(tmp_path)
    loop, turned, found = asyncio.get_running_loop(), threading.Event(), []

    def answer_slowly() -> None:
        # Opens once the manifest is read.
        with (tmp_path / "manifest.json").open("wb") as manifest:
            loop.call_soon_threadsafe(turned.set)
            found.append(turned.wait(timeout=5.0))
            manifest.write(b"no manifest")

    disk = asyncio.create_task(asyncio.to_thread(answer_slowly))
    with pytest.raises(InvalidData):
        await service.get_tokenization(made.id)
    await disk
    assert [True] == found

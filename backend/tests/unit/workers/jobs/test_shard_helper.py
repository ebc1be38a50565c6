"""``mistudio.workers.jobs.shard_helper``: a helper makes shards of a running job, and ends with the job."""

import asyncio
from functools import partial
from pathlib import Path

from fakes import tokenizers as small
from fakes.bus import RecordingBus
from fakes.datasets import add_ready
from fakes.records import add_dataset, add_job, add_tokenization
from fakes.timing import wait_until
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import JobCancelled
from mistudio.core.migrations import upgrade
from mistudio.core.records import as_json
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenize.shards import ShardPolicy
from mistudio.corpus.tokenizers.tokenizer import load_tokenizer
from mistudio.models import Dataset, Job
from mistudio.services.job_service import JobService
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.run import save_tokenized_dataset
from mistudio.utils.file_utils import ensure_dir
from mistudio.workers.jobs.shard_helper import HelperMonitor, help_tokenization

TEXTS = [f"row {row} of the shards, {'so ' * (row % 9)}it says" for row in range(300)]


async def test_a_helper_makes_the_shards_of_a_running_job(tmp_path: Path) -> None:
    """It makes all that the job does not make itself, and nothing before the job runs or after its end."""
    settings = Settings(data_dir=tmp_path)
    database = Database(settings.sqlalchemy_url)
    await upgrade(database)
    jobs, storage = JobService(database, RecordingBus()), StorageService(settings, database)
    storage.prepare()
    folder = ensure_dir(settings.tokenizers_dir / "tiny")
    small.KINDS["byte-level"]().save(str(folder / "tokenizer.json"))
    tokenizer = load_tokenizer(
        TokenizerSource("./tokenizers/tiny", None), token=None, cache_dir=settings.cache_dir, root=tmp_path
    )
    files = [[{"text": text} for text in TEXTS[start : start + 30]] for start in range(0, 300, 30)]
    dataset_id = await add_ready(database, storage, {"train": files})
    requested = TokenizeSettings(tokenizer="./tokenizers/tiny", max_length=16, packing="concat")
    async with database.read() as session:
        dataset = await session.get_one(Dataset, dataset_id)
    record = await add_tokenization(
        database,
        dataset,
        tokenizer="./tokenizers/tiny",
        fingerprint=tokenizer.fingerprint,
        settings=as_json(requested),
    )
    job = await add_job(database, dataset, kind="tokenize", tokenization=record)

    async def help_job() -> None:
        monitor = HelperMonitor(jobs, job.id)
        await help_tokenization(monitor, settings=settings, database=database, shard=1, token=None)

    await help_job()
    await jobs.claim(job.id, "another")
    loop, made = asyncio.get_running_loop(), []

    def ask(count: int) -> None:
        asyncio.run_coroutine_threadsafe(help_job(), loop).result()
        made.append((count, len(list(storage.staging(record.id).rglob("*.arrow")))))

    figures = await asyncio.to_thread(
        save_tokenized_dataset,
        storage.folder(dataset_id),
        ensure_dir(storage.staging(record.id)),
        storage.tokenized(dataset_id, record.id),
        settings=requested,
        tokenizer=tokenizer,
        monitor=NullMonitor(),
        sharing=ShardPolicy(1_000, ask),
    )
    assert made[0][0] == made[0][1] > 4
    expected = sum(len(tokenizer.reference.encode(text, add_special_tokens=False).ids) for text in TEXTS)
    assert (True, expected) == (figures.ledger.balances, figures.ledger.source_tokens)
    await help_job()
    assert not storage.staging(record.id).exists()
    await database.close()


async def test_a_helper_ends_with_its_job(async_db: Database, jobs: JobService) -> None:
    """When the job is cancelled or no longer runs, the next checkpoint of the helper raises."""
    records = [await add_running(async_db, jobs) for _record in range(2)]
    await jobs.request_cancel(records[0].id)
    await jobs.release(records[1].id, "worker", backoff_seconds=60.0)
    for job in records:
        monitor = HelperMonitor(jobs, job.id)
        async with monitor.watch_job():
            await wait_until(partial(has_ended, monitor))


def has_ended(monitor: HelperMonitor) -> bool:
    """Return whether the next checkpoint raises."""
    try:
        monitor.checkpoint()
    except JobCancelled:
        return True
    return False


async def add_running(database: Database, jobs: JobService) -> Job:
    """Add a running tokenize job."""
    dataset = await add_dataset(database, status="ready")
    job = await add_job(database, dataset, kind="tokenize", tokenization=await add_tokenization(database, dataset))
    await jobs.claim(job.id, "worker")
    return job

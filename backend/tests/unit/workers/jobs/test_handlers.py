"""``mistudio.workers.jobs.handlers``: imports and tokenizations whose files are missing or have changed."""

from pathlib import Path

from fakes.jobs import run_job
from fakes.records import add_dataset, add_job, add_tokenization
from mistudio.core.celery_app import ROUTES
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.records import as_json
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import read_manifest
from mistudio.models import Dataset, Tokenization
from mistudio.services.datasets.manifest_figures import figures_of
from mistudio.services.job_service import JobService
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.handlers import job_handlers


def test_every_kind_of_job_has_a_handler(plain: Settings, tmp_path: Path) -> None:
    """The same kinds have a Celery task."""
    assert ROUTES.keys() == job_handlers(plain, Database(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")).keys()


async def test_an_import_without_its_files_says_what_to_do(
    plain: Settings, async_db: Database, jobs: JobService
) -> None:
    """The staging folder was deleted by hand."""
    dataset = await add_dataset(async_db, source="local", hf_repo_id=None, status="processing")
    ended = await run_job(await add_job(async_db, dataset, kind="import"), plain, async_db, jobs)
    assert ("failed", "data_missing") == (ended.state, ended.error_code)
    assert "import them again" in (ended.error_message or "")


async def test_a_tokenizer_that_has_changed_is_refused(
    plain: Settings, async_db: Database, jobs: JobService, dataset_id: str
) -> None:
    """The record's fingerprint is that of the tokenizer at the request."""
    async with async_db.read() as session:
        dataset = await session.get_one(Dataset, dataset_id)
    requested = TokenizeSettings(tokenizer="./tokenizers/small")
    record = await add_tokenization(
        async_db, dataset, tokenizer=requested.tokenizer, fingerprint="another", settings=as_json(requested)
    )
    job = await add_job(async_db, dataset, kind="tokenize", tokenization=record)
    ended = await run_job(job, plain, async_db, jobs)
    assert ("failed", "source_changed") == (ended.state, ended.error_code)
    async with async_db.read() as session:
        assert "error" == (await session.get_one(Tokenization, record.id)).status


async def test_a_record_gets_the_figures_of_its_manifest(dataset_id: str, storage: StorageService) -> None:
    """Splits, text column and columns, as the dataset's window shows them."""
    folder = storage.folder(dataset_id)
    figures = figures_of(read_manifest(folder), folder)
    assert (str(folder / "raw"), 3, "text", ()) == (
        figures.raw_path,
        figures.num_samples,
        figures.text_column,
        figures.follow_up,
    )
    assert [("train", 1, 3)] == [(split.name, split.num_files, split.num_rows) for split in figures.splits]
    assert sum(split.num_bytes for split in figures.splits) == figures.size_bytes
    assert (16, 0) == (figures.content.characters, figures.content.null_texts)
    assert [("text", "text")] == [(column.name, column.kind) for column in figures.content.columns]

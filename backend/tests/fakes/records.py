"""Records for tests."""

from mistudio.core.database import Database
from mistudio.models import Dataset, Job, Tokenization, new_id
from mistudio.schemas.job import JobKind
from mistudio.services.jobs.transitions import new_job


async def add_dataset(database: Database, **fields: object) -> Dataset:
    """A dataset that is being downloaded, unless ``fields`` say otherwise."""
    dataset = Dataset(
        **{
            "id": new_id("ds"),
            "name": "stories",
            "source": "huggingface",
            "hf_repo_id": "lab/stories",
            "config": "default",
            "revision": "c0ffee",
            "status": "downloading",
            **fields,
        }
    )
    async with database.write() as session:
        session.add(dataset)
    return dataset


async def add_tokenization(database: Database, dataset: Dataset, **fields: object) -> Tokenization:
    """A queued tokenization of ``dataset``, unless ``fields`` say otherwise."""
    tokenization = Tokenization(
        **{
            "id": new_id("tok"),
            "dataset_id": dataset.id,
            "tokenizer": "gpt2",
            "settings": {},
            "settings_hash": new_id("hash"),
            "vocab_size": 50257,
            "progress": 0.0,
            "status": "queued",
            **fields,
        }
    )
    async with database.write() as session:
        session.add(tokenization)
    return tokenization


async def add_job(
    database: Database,
    dataset: Dataset,
    *,
    kind: JobKind = "download",
    tokenization: Tokenization | None = None,
    max_attempts: int = 3,
) -> Job:
    """A queued job of ``dataset``, or of one of its tokenizations."""
    target = tokenization.id if tokenization else None
    job = new_job(kind, dataset.id, max_attempts=max_attempts, tokenization_id=target)
    async with database.write() as session:
        session.add(job)
    return job

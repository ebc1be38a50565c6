"""Records for tests."""

from mistudio.core.database import Database
from mistudio.models import Dataset, Job, new_id
from mistudio.services.job_service import new_job


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


async def add_job(database: Database, dataset: Dataset, *, max_attempts: int = 3) -> Job:
    """A queued download job of ``dataset``."""
    job = new_job("download", dataset.id, max_attempts=max_attempts)
    async with database.write() as session:
        session.add(job)
    return job

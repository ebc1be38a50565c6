"""What the jobs that make a dataset have in common."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.ingest.publish import finish_build
from mistudio.corpus.store.manifest import Manifest
from mistudio.models import Dataset
from mistudio.services.datasets.manifest_figures import figures_of
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.lookup import get_dataset
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import JobContext

Build = Callable[[Dataset, Path, Path], Awaitable[Manifest]]


async def make_dataset(context: JobContext, build: Build, *, settings: Settings, database: Database) -> DatasetFigures:
    """Have ``build`` make the job's dataset in its staging folder, published as its folder, and return its figures.

    Not called if an earlier try ended after the files were complete and before its record said so.
    """
    async with database.read() as session:
        dataset = await get_dataset(session, context.job.dataset_id)
    storage = StorageService(settings, database)
    staging, target = storage.staging(dataset.id), storage.folder(dataset.id)
    manifest = await asyncio.to_thread(finish_build, staging, target, monitor=context.monitor)
    return figures_of(manifest or await build(dataset, staging, target), target)

"""The handler of subsets."""

import asyncio

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing
from mistudio.corpus.ingest.build import finish_build
from mistudio.corpus.store.manifest import Manifest
from mistudio.services.datasets.manifest_figures import figures_of
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.lookup import get_dataset
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import JobContext


async def handle_subset(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Make the subset of the plan in the dataset's staging folder, from where an earlier try stopped."""
    async with database.read() as session:
        dataset = await get_dataset(session, context.job.dataset_id)
    storage = StorageService(settings, database)
    staging, target = storage.staging(dataset.id), storage.folder(dataset.id)
    manifest = await asyncio.to_thread(finish_build, staging, target, monitor=context.monitor)
    if manifest is None:
        manifest = await asyncio.to_thread(_build, dataset.id, context, storage)
    return figures_of(manifest, target)


def _build(dataset_id: str, context: JobContext, storage: StorageService) -> Manifest:
    # Imported by subsets only: the search and the steps take time to load.
    from mistudio.corpus.derive.build import build_subset
    from mistudio.corpus.derive.plan import read_subset_plan

    staging = storage.staging(dataset_id)
    plan = read_subset_plan(staging)
    if plan is None:
        raise DataMissing("The plan of this subset is no longer on disk. Delete the dataset and ask for it again.")
    return build_subset(plan, staging, storage.folder(dataset_id), find_folder=storage.folder, monitor=context.monitor)

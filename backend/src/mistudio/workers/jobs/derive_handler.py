"""The handler of subsets."""

import asyncio
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing
from mistudio.corpus.store.manifest import Manifest
from mistudio.models import Dataset
from mistudio.services.jobs.figures import DatasetFigures
from mistudio.services.storage.plan_file import read_plan
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.dataset_job import make_dataset
from mistudio.workers.jobs.runner import JobContext


async def handle_subset(context: JobContext, *, settings: Settings, database: Database) -> DatasetFigures:
    """Make the subset of the plan in the dataset's staging folder, from where an earlier try stopped."""
    storage = StorageService(settings, database)

    async def build(_dataset: Dataset, staging: Path, target: Path) -> Manifest:
        return await asyncio.to_thread(_build, staging, target, context, storage)

    return await make_dataset(context, build, settings=settings, database=database)


def _build(staging: Path, target: Path, context: JobContext, storage: StorageService) -> Manifest:
    # Imported by subsets only: the search and the steps take time to load.
    from mistudio.corpus.derive.build import build_subset
    from mistudio.corpus.derive.plan import SubsetPlan

    plan = read_plan(SubsetPlan, staging)
    if plan is None:
        raise DataMissing("The plan of this subset is no longer on disk. Delete the dataset and ask for it again.")
    return build_subset(plan, staging, target, find_folder=storage.folder, monitor=context.monitor)

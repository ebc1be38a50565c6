"""The handler of jobs that compute column profiles."""

import asyncio
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.monitor import Monitor
from mistudio.services.jobs.figures import ProfileFigures
from mistudio.services.lookup import get_dataset
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import JobContext


async def handle_profile(context: JobContext, *, settings: Settings, database: Database) -> ProfileFigures:
    """Profile the dataset's columns, from the start if an earlier try was cut off; keep profiles that are current."""
    async with database.read() as session:
        dataset = await get_dataset(session, context.job.dataset_id)
    folder = StorageService(settings, database).folder(dataset.id)
    await asyncio.to_thread(_profile, folder, context.monitor)
    return ProfileFigures()


def _profile(folder: Path, monitor: Monitor) -> None:
    from mistudio.corpus.columns.profile import compute_profiles
    from mistudio.corpus.columns.profile_file import read_profiles, write_profiles
    from mistudio.corpus.store.dataset_store import DatasetStore

    if read_profiles(folder) is None:
        store = DatasetStore(folder)
        try:
            write_profiles(folder, compute_profiles(store, monitor=monitor))
        finally:
            store.close()

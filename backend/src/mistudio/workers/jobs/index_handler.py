"""The handler of index jobs, and the wrapper that makes one follow a finished dataset."""

import asyncio
from dataclasses import replace

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.services.jobs.figures import Figures, IndexFigures
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import Handler, JobContext


async def handle_index(context: JobContext, *, settings: Settings, database: Database) -> IndexFigures:
    """Build the dataset's index, from the start if an earlier build was cut off; keep one that is complete."""
    from mistudio.corpus.search.index_builder import build_index, estimate_index_bytes, has_current_index

    folder = StorageService(settings, database).folder(context.job.dataset_id)
    if not await asyncio.to_thread(has_current_index, folder):
        needed = await asyncio.to_thread(estimate_index_bytes, folder)
        require_room(settings.data_dir, needed, reserve=settings.disk_reserve_bytes)
        await asyncio.to_thread(build_index, folder, monitor=context.monitor, heap_bytes=settings.index_heap_bytes)
    return IndexFigures()


def follow_with_index(handler: Handler, settings: Settings) -> Handler:
    """Wrap a handler that makes datasets: an index job follows if the settings say so."""

    async def handle(context: JobContext) -> Figures:
        figures = await handler(context)
        return replace(figures, follow_up=("index",)) if settings.search_index == "auto" else figures

    return handle

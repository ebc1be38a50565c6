"""The handler of index jobs, and the wrapper that makes one follow a finished dataset."""

import asyncio
from dataclasses import replace
from pathlib import Path

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.text_source import TextSource, make_source
from mistudio.schemas.dataset import DatasetMetadata
from mistudio.services.jobs.figures import Figures, IndexFigures, TextFigures
from mistudio.services.lookup import get_dataset
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.workers.jobs.runner import Handler, JobContext


async def handle_index(context: JobContext, *, settings: Settings, database: Database) -> IndexFigures:
    """Build the dataset's index, from the start if an earlier build was cut off; keep one that is complete.

    The texts of a changed template are counted on the way.
    """
    from mistudio.corpus.search.index_builder import build_index, estimate_index_bytes, has_current_index

    async with database.read() as session:
        dataset = await get_dataset(session, context.job.dataset_id)
    text = make_source(dataset.text_column, dataset.text_template)
    folder, monitor = StorageService(settings, database).folder(dataset.id), context.monitor
    is_counted = DatasetMetadata.model_validate(dataset.meta).null_texts is not None
    counts = None if is_counted else await asyncio.to_thread(_count, folder, text, monitor)
    if not await asyncio.to_thread(has_current_index, folder, text):
        needed = await asyncio.to_thread(estimate_index_bytes, folder, text)
        require_room(settings.data_dir, needed, reserve=settings.disk_reserve_bytes)
        heap = settings.index_heap_bytes
        await asyncio.to_thread(build_index, folder, text=text, monitor=monitor, heap_bytes=heap)
    return IndexFigures(text_column=dataset.text_column, text_template=dataset.text_template, texts=counts)


def _count(folder: Path, text: TextSource | None, monitor: Monitor) -> TextFigures:
    from mistudio.corpus.store.text_counts import count_texts, find_counts

    store = DatasetStore(folder, text=text)
    return TextFigures.of(find_counts(store.manifest, store.text) or count_texts(store, monitor=monitor))


def follow_with_index(handler: Handler, settings: Settings) -> Handler:
    """Wrap a handler that makes datasets: an index job follows if the settings say so."""

    async def handle(context: JobContext) -> Figures:
        figures = await handler(context)
        return replace(figures, follow_up=("index",)) if settings.search_index == "auto" else figures

    return handle

"""The use cases of full-text indexes: build, stop, remove; and the check at start.

An index never changes a dataset's status: search works with and without it.
"""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.events import EventBus, JobQueue
from mistudio.core.states import DatasetStatus, IndexState
from mistudio.corpus.search.index_builder import drop_index, has_current_index
from mistudio.corpus.search.search import open_index
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.text_source import make_source
from mistudio.models import Dataset, Job
from mistudio.schemas.dataset import DatasetMetadata, DatasetResponse
from mistudio.services.job_service import JobService
from mistudio.services.jobs.events import changed_event, next_seq, publish_all
from mistudio.services.jobs.transitions import new_job
from mistudio.services.lookup import active_jobs, get_dataset, get_ready_dataset
from mistudio.services.responses import dataset_response
from mistudio.services.storage_service import StorageService

log = structlog.get_logger(__name__)


class IndexService:
    """The use cases of indexes."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        bus: EventBus,
        queue: JobQueue,
        jobs: JobService,
        storage: StorageService,
    ) -> None:
        self._settings = settings
        self._database = database
        self._bus = bus
        self._queue = queue
        self._jobs = jobs
        self._storage = storage

    async def build(self, dataset_id: str) -> DatasetResponse:
        """Build the index unless it is current or being built. Raises NotFound, NotReady."""
        is_current = await self._has_current_index(dataset_id)
        job_id = None
        async with self._database.write() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="indexed", for_update=True)
            if is_current and _is_counted(dataset):
                _set_state(dataset, IndexState.READY)
            elif not await _index_jobs(session, dataset_id):
                job_id = await self._add_job(session, dataset)
            response = await _next_response(session, dataset)
        await publish_all(self._bus, [changed_event(response)])
        if job_id:
            await self._queue.enqueue(job_id)
        return response

    async def remove(self, dataset_id: str) -> DatasetResponse:
        """Stop the build, or remove the index if none is being built. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            jobs = await _index_jobs(session, dataset_id)
        return await self._storage.reserve.use(lambda: self._stop_or_drop(dataset_id, jobs))

    async def _stop_or_drop(self, dataset_id: str, jobs: Sequence[Job]) -> DatasetResponse:
        for job in jobs:
            if await self._jobs.request_cancel(job.id):
                await self._queue.cancel(job.id)
        if not jobs:
            # The record first: a search that misses a ready index has it built again.
            async with self._database.write() as session:
                _set_state(await get_dataset(session, dataset_id, for_update=True), IndexState.NONE)
            await asyncio.to_thread(drop_index, self._storage.folder(dataset_id))
        return await self._update_record(dataset_id)

    async def _has_current_index(self, dataset_id: str) -> bool:
        """Return whether there is an index of the dataset's present data and text. Raises NotFound."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
        text = make_source(dataset.text_column, dataset.text_template)
        return await asyncio.to_thread(has_current_index, self._storage.folder(dataset_id), text)

    async def _update_record(self, dataset_id: str) -> DatasetResponse:
        """Record whether there is a current index, unless a job does."""
        is_current = await self._has_current_index(dataset_id)
        async with self._database.write() as session:
            dataset = await get_dataset(session, dataset_id, for_update=True)
            if not await _index_jobs(session, dataset_id):
                _set_state(dataset, IndexState.READY if is_current else IndexState.NONE)
            response = await _next_response(session, dataset)
        await publish_all(self._bus, [changed_event(response)])
        return response

    async def refresh(self) -> None:
        """At start: correct the records, and build the indexes that are missing.

        Missing are those that are stale or gone, and those of datasets that never had an index job. An index that a
        user removed or stopped, or that could not be built, is not built again.
        """
        async with self._database.read() as session:
            query = select(Dataset.id, Dataset.index_state).where(Dataset.status == DatasetStatus.READY)
            states = {row.id: row.index_state for row in (await session.execute(query)).all()}
            tried = set((await session.scalars(select(Job.dataset_id).where(Job.kind == "index"))).all())
        for dataset_id, state in states.items():
            await self._repair(dataset_id, state, is_untried=dataset_id not in tried)

    async def rebuild_changed(self, dataset_id: str) -> None:
        """Build the index again after the dataset's text was changed, if the settings say so; counts the texts."""
        await asyncio.to_thread(drop_index, self._storage.folder(dataset_id))
        if self._settings.search_index == "auto":
            await self.build(dataset_id)

    async def rebuild_unusable(self, dataset_id: str) -> None:
        """Build the index again if it is missing, stale or damaged though its record says ready."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
        if dataset.status is not DatasetStatus.READY or dataset.index_state is not IndexState.READY:
            return
        folder = self._storage.folder(dataset_id)
        text = make_source(dataset.text_column, dataset.text_template)
        if await asyncio.to_thread(open_index, folder, text) is None:
            await asyncio.to_thread(drop_index, folder)
            await self._repair(dataset_id, IndexState.READY, is_untried=False)

    async def _repair(self, dataset_id: str, state: IndexState, *, is_untried: bool) -> None:
        is_current = await self._has_current_index(dataset_id)
        was_ready = state is IndexState.READY
        if is_current != was_ready:
            log.info("index differs from its record", dataset_id=dataset_id, is_current=is_current)
            await self._update_record(dataset_id)
        if is_current or self._settings.search_index != "auto" or not (was_ready or is_untried):
            return
        # Without the dataset's files the job would fail at each start.
        if await asyncio.to_thread(DatasetLayout(self._storage.folder(dataset_id)).manifest.is_file):
            await self.build(dataset_id)

    async def _add_job(self, session: AsyncSession, dataset: Dataset) -> str:
        job = new_job("index", dataset.id, max_attempts=self._settings.max_attempts)
        session.add(job)
        await session.flush()
        return job.id


async def _index_jobs(session: AsyncSession, dataset_id: str) -> list[Job]:
    return [job for job in await active_jobs(session, [dataset_id]) if job.kind == "index"]


async def _next_response(session: AsyncSession, dataset: Dataset) -> DatasetResponse:
    """Return the dataset as its next event shows it."""
    next_seq(dataset)
    await session.flush()
    return dataset_response(dataset, await active_jobs(session, [dataset.id]))


def _is_counted(dataset: Dataset) -> bool:
    """Return whether the figures of the dataset's texts are known: a changed template's are not."""
    return DatasetMetadata.model_validate(dataset.meta).null_texts is not None


def _set_state(dataset: Dataset, state: IndexState) -> None:
    dataset.index_state = state
    dataset.index_progress = 100.0 if state is IndexState.READY else 0.0

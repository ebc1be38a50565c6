"""Full-text indexes as a user handles them: have one built, stop that, remove it; and what a start sees to.

An index never changes a dataset's status: search works with it and without.
"""

import asyncio

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
from mistudio.models import Dataset, Job
from mistudio.schemas.dataset import DatasetResponse
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
        """Have the index built where there is none that is current and none under way. Raises NotFound, NotReady."""
        is_current = await asyncio.to_thread(has_current_index, self._storage.folder(dataset_id))
        job_id = None
        async with self._database.write() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="indexed", for_update=True)
            if is_current:
                _set(dataset, IndexState.READY)
            elif not await _index_jobs(session, dataset_id):
                job_id = await self._add_job(session, dataset)
            response = await _announce(session, dataset)
        await publish_all(self._bus, [changed_event(response)])
        if job_id:
            await self._queue.enqueue(job_id)
        return response

    async def remove(self, dataset_id: str) -> DatasetResponse:
        """Stop the build that is under way, or else remove the index. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            jobs = await _index_jobs(session, dataset_id)
        for job in jobs:
            if await self._jobs.request_cancel(job.id):
                await self._queue.cancel(job.id)
        if not jobs:
            # The record first: a search that finds no index where one is said to be has it built anew.
            async with self._database.write() as session:
                _set(await get_dataset(session, dataset_id, for_update=True), IndexState.NONE)
            await asyncio.to_thread(drop_index, self._storage.folder(dataset_id))
        return await self._record(dataset_id)

    async def _record(self, dataset_id: str) -> DatasetResponse:
        """Let the record say what is there, unless a job is about to."""
        is_current = await asyncio.to_thread(has_current_index, self._storage.folder(dataset_id))
        async with self._database.write() as session:
            dataset = await get_dataset(session, dataset_id, for_update=True)
            if not await _index_jobs(session, dataset_id):
                _set(dataset, IndexState.READY if is_current else IndexState.NONE)
            response = await _announce(session, dataset)
        await publish_all(self._bus, [changed_event(response)])
        return response

    async def refresh(self) -> None:
        """At start: records say what is there, and what ought to have an index and has none gets one.

        That is a dataset whose index is stale or gone, and one that was made before there were indexes; not one whose
        index a person removed or stopped, nor one that could not be built.
        """
        async with self._database.read() as session:
            query = select(Dataset.id, Dataset.index_state).where(Dataset.status == DatasetStatus.READY)
            states = {row.id: row.index_state for row in (await session.execute(query)).all()}
            tried = set((await session.scalars(select(Job.dataset_id).where(Job.kind == "index"))).all())
        for dataset_id, state in states.items():
            await self._see_to(dataset_id, state, is_untried=dataset_id not in tried)

    async def found_unusable(self, dataset_id: str) -> None:
        """A search could not use the index that is said to be ready: if it is gone, stale or damaged, build it anew."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
        if dataset.status is not DatasetStatus.READY or dataset.index_state is not IndexState.READY:
            return
        folder = self._storage.folder(dataset_id)
        if await asyncio.to_thread(open_index, folder) is None:
            await asyncio.to_thread(drop_index, folder)
            await self._see_to(dataset_id, IndexState.READY, is_untried=False)

    async def _see_to(self, dataset_id: str, state: IndexState, *, is_untried: bool) -> None:
        is_current = await asyncio.to_thread(has_current_index, self._storage.folder(dataset_id))
        was_ready = state is IndexState.READY
        if is_current != was_ready:
            log.info("index is not what its record says", dataset_id=dataset_id, is_current=is_current)
            await self._record(dataset_id)
        if is_current or self._settings.search_index != "auto" or not (was_ready or is_untried):
            return
        # Of files that somebody removed no index can be made; the job would say so each time the server starts.
        if await asyncio.to_thread(DatasetLayout(self._storage.folder(dataset_id)).manifest.is_file):
            await self.build(dataset_id)

    async def _add_job(self, session: AsyncSession, dataset: Dataset) -> str:
        job = new_job("index", dataset.id, max_attempts=self._settings.max_attempts)
        session.add(job)
        await session.flush()
        return job.id


async def _index_jobs(session: AsyncSession, dataset_id: str) -> list[Job]:
    return [job for job in await active_jobs(session, [dataset_id]) if job.kind == "index"]


async def _announce(session: AsyncSession, dataset: Dataset) -> DatasetResponse:
    """The dataset as its next event shows it."""
    next_seq(dataset)
    await session.flush()
    return dataset_response(dataset, await active_jobs(session, [dataset.id]))


def _set(dataset: Dataset, state: IndexState) -> None:
    dataset.index_state = state
    dataset.index_progress = 100.0 if state is IndexState.READY else 0.0

"""Deletes a tokenization: its job, its record, its files, in this order."""

import asyncio
from collections.abc import Callable
from functools import partial

from sqlalchemy import select

from mistudio.core.database import Database
from mistudio.core.errors import StateError
from mistudio.core.events import EventBus
from mistudio.models import Job
from mistudio.services.jobs.control import JobControl
from mistudio.services.jobs.events import OutgoingEvent, changed_event, next_seq, publish_all
from mistudio.services.jobs.targets import copy_newest_figures
from mistudio.services.lookup import active_jobs, get_dataset, get_tokenization, list_tokenization_jobs
from mistudio.services.responses import dataset_response
from mistudio.services.storage_service import StorageService


class TokenizationDeletion:
    """Deletes tokenizations; ``on_deleted`` is called with the id of each one whose folder is gone."""

    def __init__(
        self,
        database: Database,
        *,
        bus: EventBus,
        storage: StorageService,
        jobs: JobControl,
        on_deleted: Callable[[str], None],
    ) -> None:
        self._database = database
        self._bus = bus
        self._storage = storage
        self._jobs = jobs
        self._on_deleted = on_deleted

    async def delete(self, tokenization_id: str) -> None:
        """Delete one tokenization. Raises NotFound.

        A kill before the files are gone leaves a mark, by which the next start finishes the deletion.
        """
        async with self._database.read() as session:
            dataset_id = (await get_tokenization(session, tokenization_id)).dataset_id
        reserve = self._storage.reserve
        await reserve.use(lambda: asyncio.to_thread(self._storage.mark_deleted, tokenization_id))
        try:
            event, exports = await reserve.use(lambda: self._remove_record(tokenization_id))
        except StateError:
            await asyncio.to_thread(self._storage.unmark, tokenization_id)
            raise
        await publish_all(self._bus, [event])
        await reserve.use(lambda: asyncio.to_thread(self._storage.discard, tokenization_id))
        for job_id in exports:
            await reserve.use(partial(asyncio.to_thread, self._storage.discard_export, dataset_id, job_id))
        self._on_deleted(tokenization_id)
        self._storage.empty_soon()

    async def _remove_record(self, tokenization_id: str) -> tuple[OutgoingEvent, list[str]]:
        """Remove the record once no job of it is active: a retry between the stop and the removal is stopped, too.

        Return the event that reports it, and the ids of the exports that are removed with it.
        """
        while True:
            async with self._database.read() as session:
                jobs = await list_tokenization_jobs(session, tokenization_id)
            await self._jobs.stop(jobs)
            async with self._database.write() as session:
                record = await get_tokenization(session, tokenization_id, for_update=True)
                if await list_tokenization_jobs(session, tokenization_id):
                    continue
                dataset = await get_dataset(session, record.dataset_id, for_update=True)
                query = select(Job.id).where(Job.tokenization_id == tokenization_id, Job.kind == "export")
                exports = list(await session.scalars(query))
                await session.delete(record)
                await session.flush()
                await copy_newest_figures(session, dataset)
                next_seq(dataset)
                event = changed_event(dataset_response(dataset, await active_jobs(session, [dataset.id])))
                return event, exports

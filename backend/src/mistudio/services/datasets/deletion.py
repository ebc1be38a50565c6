"""Deletes a dataset: its jobs, its record, its files, in this order; first shows what goes and what blocks it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

from sqlalchemy import select

from mistudio.core.database import Database
from mistudio.core.errors import InUse, StateError
from mistudio.core.events import EventBus
from mistudio.models import Job, Tokenization
from mistudio.schemas.dataset import DeletePreview, ReferenceResponse
from mistudio.schemas.job import JobResponse
from mistudio.services.jobs.events import deleted_event, next_seq, publish_all
from mistudio.services.lookup import active_jobs, get_dataset, list_tokenizations
from mistudio.services.reference_service import list_references
from mistudio.services.responses import tokenization_response
from mistudio.services.storage.names import tokenized_label
from mistudio.services.storage_service import StorageService

StopJobs: TypeAlias = Callable[[Sequence[Job]], Awaitable[None]]


class DatasetDeletion:
    """Deletes datasets; ``stop`` ends jobs and waits, ``on_deleted`` is called with the id of each one that is gone."""

    def __init__(
        self,
        database: Database,
        *,
        bus: EventBus,
        storage: StorageService,
        stop: StopJobs,
        on_deleted: Callable[[str], None],
    ) -> None:
        self._database = database
        self._bus = bus
        self._storage = storage
        self._stop = stop
        self._on_deleted = on_deleted

    async def references(self, dataset_id: str) -> list[ReferenceResponse]:
        """Return what uses this dataset, which blocks its deletion. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            return await list_references(session, dataset_id)

    async def preview(self, dataset_id: str) -> DeletePreview:
        """Return what a deletion would remove. Raises NotFound."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
            jobs = [JobResponse.model_validate(job) for job in await active_jobs(session, [dataset_id])]
            records = await list_tokenizations(session, dataset_id)
            references = await list_references(session, dataset_id)
        tokenized_as = {record.id: tokenized_label(record.tokenizer, record.settings) for record in records}
        parts = await asyncio.to_thread(self._storage.parts, dataset_id, tokenized_as)
        return DeletePreview(
            dataset_id=dataset_id,
            name=dataset.name,
            freed_bytes=sum(part.size_bytes for part in parts),
            parts=parts,
            jobs=jobs,
            tokenizations=[tokenization_response(record) for record in records],
            references=references,
            allowed=not references,
        )

    async def delete(self, dataset_id: str) -> None:
        """Delete one dataset. Raises NotFound, InUse.

        Without its record nothing can start work on the files. A kill before the files are gone leaves a mark, by which
        the next start finishes the deletion.
        """
        if references := await self.references(dataset_id):
            raise _in_use(references)
        reserve = self._storage.reserve
        await reserve.use(lambda: asyncio.to_thread(self._storage.mark_deleted, dataset_id))
        try:
            seq, tokenizations = await reserve.use(lambda: self._remove_record(dataset_id))
        except StateError:
            await asyncio.to_thread(self._storage.unmark, dataset_id)
            raise
        await publish_all(self._bus, [deleted_event(dataset_id, seq)])
        for record_id in (dataset_id, *tokenizations):
            await reserve.use(partial(asyncio.to_thread, self._storage.discard, record_id))
        # Once its files cannot be opened any more, so that a page that is being read keeps none of them open.
        self._on_deleted(dataset_id)
        self._storage.empty_soon()

    async def _remove_record(self, dataset_id: str) -> tuple[int, list[str]]:
        """Remove the record once none of its jobs is active: a retry between stop and removal is stopped, too.

        Return the number of the event that reports it, and the ids of the tokenizations that were removed with it.
        """
        while True:
            async with self._database.read() as session:
                jobs = await active_jobs(session, [dataset_id])
            await self._stop(jobs)
            async with self._database.write() as session:
                dataset = await get_dataset(session, dataset_id, for_update=True)
                if references := await list_references(session, dataset_id):
                    raise _in_use(references)
                if not await active_jobs(session, [dataset_id]):
                    seq = next_seq(dataset)
                    query = select(Tokenization.id).where(Tokenization.dataset_id == dataset_id)
                    tokenizations = list(await session.scalars(query))
                    await session.delete(dataset)
                    return seq, tokenizations


def _in_use(references: Sequence[ReferenceResponse]) -> InUse:
    names = ", ".join(f"{reference.kind} “{reference.name}”" for reference in references[:3])
    more = f" and {len(references) - 3} more" if len(references) > 3 else ""
    return InUse(
        f"Not deleted: it is used by {names}{more}. Remove what uses it first.",
        extra={"references": [reference.model_dump(mode="json") for reference in references]},
    )

"""The use cases of datasets: list, look, download, import, retry, cancel, delete."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import InvalidTransition
from mistudio.core.events import EventBus
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.ingest.part_base import link_base
from mistudio.models import Dataset
from mistudio.schemas.common import reveal
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetListResponse,
    DatasetResponse,
    DatasetSort,
    DatasetSource,
    DeletePreview,
    ReferenceResponse,
)
from mistudio.schemas.dataset_requests import DatasetDownloadRequest
from mistudio.schemas.job import DATASET_JOBS
from mistudio.schemas.part import ExtendRequest
from mistudio.services.datasets.deletion import DatasetDeletion
from mistudio.services.datasets.filters import filter_datasets, list_page
from mistudio.services.datasets.hub_plan import plan_download, plan_extension
from mistudio.services.datasets.hub_record import already_exists, new_record
from mistudio.services.datasets.local_record import already_imported
from mistudio.services.datasets.part_record import get_job_kind
from mistudio.services.datasets.progress import update_progress
from mistudio.services.jobs.control import JobControl
from mistudio.services.jobs.events import changed_event, created_event, next_seq, publish_all
from mistudio.services.lookup import (
    active_jobs,
    get_dataset,
    get_ready_dataset,
    list_tokenizations,
)
from mistudio.services.responses import dataset_detail, dataset_response
from mistudio.services.storage.disk_space import known_sizes, needed_bytes, require_room
from mistudio.services.storage.plan_file import write_plan
from mistudio.services.storage_service import StorageService
from mistudio.utils.single_flight import SingleFlight

Link = Callable[[Path], None]


class DatasetService:
    """The use cases of datasets. Events are published after the commit that they report."""

    # A job's process calls the function itself: it has no service.
    update_progress = staticmethod(update_progress)

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        bus: EventBus,
        planner: Planning,
        jobs: JobControl,
        storage: StorageService,
        on_deleted: Callable[[str], None] = lambda _dataset_id: None,
    ) -> None:
        """``on_deleted`` is called with the id of each dataset that was deleted."""
        self._settings = settings
        self._database = database
        self._bus = bus
        self._planner = planner
        self._storage = storage
        self._jobs = jobs
        self._deletion = DatasetDeletion(database, bus=bus, storage=storage, stop=jobs.stop, on_deleted=on_deleted)
        self._lists: SingleFlight[DatasetListResponse] = SingleFlight()

    async def list_datasets(
        self,
        *,
        status: DatasetStatus | None = None,
        source: DatasetSource | None = None,
        search: str | None = None,
        sort: DatasetSort = "-created_at",
        page: int = 1,
        limit: int = 50,
    ) -> DatasetListResponse:
        """Return one page of the datasets that match all filters; ``search`` looks in names and repository ids."""
        query = filter_datasets(select(Dataset), status=status, source=source, search=search)
        read = partial(list_page, query=query, sort=sort, page=page, limit=limit)
        key = (status, source, search, sort, page, limit)
        return await self._lists.run(key, lambda: self._database.ask(read))

    async def get_dataset(self, dataset_id: str) -> DatasetDetail:
        """Return one dataset in full. Raises NotFound."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
            jobs = await active_jobs(session, [dataset_id])
            tokenizations = await list_tokenizations(session, dataset_id)
        return dataset_detail(dataset, jobs, tokenizations)

    async def create_dataset_from_hf(self, request: DatasetDownloadRequest) -> DatasetResponse:
        """Plan a download, then create the record and its job.

        The same repository, commit, config, splits and part again raise AlreadyExists with the id, or retry the
        download that failed. Raises what planning raises, and DiskFull.
        """
        token = reveal(request.access_token)
        plan = await plan_download(self._planner, request)
        dataset = new_record(plan, request.text_column, request.text_template)
        return await self.create_once(dataset, plan, needed=needed_bytes(known_sizes(plan)), token=token)

    async def extend(self, dataset_id: str, request: ExtendRequest) -> DatasetResponse:
        """Create a larger part as a new dataset, which shares what is here and fetches the rest.

        Raises NotFound, NotReady, ValidationFailed, AlreadyExists, DataMissing, and what planning raises.
        """
        async with self._database.read() as session:
            base = await get_ready_dataset(session, dataset_id, action="extended")
        plan = await plan_extension(self._planner, base, request)
        dataset = new_record(plan, base.text_column, base.text_template, extends=base.id)
        link, needed = partial(link_base, self._storage.folder(base.id)), needed_bytes(known_sizes(plan))
        return await self.create_once(dataset, plan, needed=needed, token=reveal(request.access_token), link=link)

    async def create_once(
        self, dataset: Dataset, plan: object, *, needed: int, token: str | None = None, link: Link | None = None
    ) -> DatasetResponse:
        """Create the record and its job, or retry the dataset with the same source that failed.

        Raises AlreadyExists, and DiskFull if there is no room for ``needed`` bytes.

        Args:
            dataset: The record.
            plan: What the job follows at every attempt.
            needed: An upper estimate of the bytes that the job writes.
            token: That of the Hub, if the job needs one.
            link: Links files that the new dataset shares with another one into its staging folder.
        """
        if same := await self._find_same(dataset):
            if same.status is not DatasetStatus.ERROR:
                raise already_exists(same)
            return await self.retry(same.id, token, wanted=dataset)
        await asyncio.to_thread(self._prepare, self._storage.staging(dataset.id), plan, needed, link)
        try:
            return await self._create(dataset, token)
        except IntegrityError as error:
            await asyncio.to_thread(self._storage.discard, dataset.id)
            self._storage.empty_soon()
            if same := await self._find_same(dataset):
                raise already_exists(same) from error
            raise

    def _prepare(self, staging: Path, plan: object, needed: int, link: Link | None) -> None:
        """Check the disk, and write what the job needs where it finds it."""
        require_room(self._settings.data_dir, needed, reserve=self._settings.disk_reserve_bytes)
        write_plan(staging, plan)
        if link:
            link(staging)

    async def create_dataset_from_files(self, dataset: Dataset) -> DatasetResponse:
        """Create the record of an import, whose files are in its staging folder, and its job.

        The same files again raise AlreadyExists with the id, or retry the import that failed: then the response is that
        dataset, and the new files are not needed.
        """
        try:
            return await self._create(dataset, None)
        except IntegrityError as error:
            same = await self._find_same(dataset)
            if same is None:
                raise
            if same.status is not DatasetStatus.ERROR:
                raise already_imported(same) from error
            return await self.retry(same.id)

    async def _find_same(self, dataset: Dataset) -> Dataset | None:
        """Return the record with the same source, if there is one."""
        async with self._database.read() as session:
            return await session.scalar(select(Dataset).where(Dataset.source_key == dataset.source_key))

    async def _create(self, dataset: Dataset, token: str | None) -> DatasetResponse:
        async with self._database.write() as session:
            session.add(dataset)
            await session.flush()
            response = await self._add_job(session, dataset, token)
        await publish_all(self._bus, [created_event(response)])
        return await self._start(response)

    async def _add_job(self, session: AsyncSession, dataset: Dataset, token: str | None) -> DatasetResponse:
        kind = get_job_kind(dataset)
        job = await self._jobs.add(session, kind, dataset.id, progress=dataset.progress)
        next_seq(dataset)
        await session.flush()
        await self._jobs.hold_token(job, token)
        return dataset_response(dataset, [job])

    async def _start(self, response: DatasetResponse) -> DatasetResponse:
        if response.job:
            await self._jobs.enqueue(response.job.id)
        return response

    async def retry(
        self, dataset_id: str, token: str | None = None, *, wanted: Dataset | None = None
    ) -> DatasetResponse:
        """Continue a failed download or import, with ``wanted``'s text column. Raises NotFound, InvalidTransition."""
        async with self._database.write() as session:
            dataset = await get_dataset(session, dataset_id, for_update=True)
            if dataset.status is not DatasetStatus.ERROR:
                raise InvalidTransition(f"“{dataset.name}” is {dataset.status.value}; only what failed can be retried.")
            dataset.status = DatasetStatus.DOWNLOADING if dataset.is_downloaded else DatasetStatus.PROCESSING
            dataset.error_code = dataset.error_message = None
            if wanted:
                dataset.text_column, dataset.text_template = wanted.text_column, wanted.text_template
            response = await self._add_job(session, dataset, token)
        await publish_all(self._bus, [changed_event(response)])
        return await self._start(response)

    async def cancel(self, dataset_id: str) -> DatasetResponse:
        """Stop the download or import and keep what it has. Raises NotFound, InvalidTransition."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
            jobs = [job for job in await active_jobs(session, [dataset_id]) if job.kind in DATASET_JOBS]
        if not jobs:
            raise InvalidTransition(f"“{dataset.name}” is {dataset.status.value}; there is nothing to cancel.")
        await self._jobs.stop(jobs)
        async with self._database.read() as session:
            return dataset_response(await get_dataset(session, dataset_id), await active_jobs(session, [dataset_id]))

    async def check_dependencies(self, dataset_id: str) -> list[ReferenceResponse]:
        """Return what uses this dataset, which blocks its deletion. Raises NotFound."""
        return await self._deletion.references(dataset_id)

    async def preview_delete(self, dataset_id: str) -> DeletePreview:
        """Return what a deletion would remove. Raises NotFound."""
        return await self._deletion.preview(dataset_id)

    async def delete_dataset(self, dataset_id: str) -> None:
        """Stop its jobs, remove the record, then the files. Raises NotFound, InUse."""
        await self._deletion.delete(dataset_id)

"""Datasets as a user handles them: list, look, get from the Hub, retry, cancel, delete."""

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import InvalidTransition, UnknownColumn
from mistudio.core.events import EventBus, JobQueue, TokenVault
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.hub.planning import Planning
from mistudio.models import Dataset, Job
from mistudio.schemas.common import Pagination
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetDownloadRequest,
    DatasetListResponse,
    DatasetResponse,
    DatasetSort,
    DatasetSource,
    DeletePreview,
    ReferenceResponse,
)
from mistudio.schemas.job import JobKind
from mistudio.services.datasets.deletion import DatasetDeletion
from mistudio.services.datasets.hub_record import already_exists, key_of, new_record, plan_request, token_of
from mistudio.services.datasets.local_record import imported_already
from mistudio.services.job_service import Claim, JobService, Snapshot
from mistudio.services.jobs.events import changed_event, created_event, next_seq, publish_all
from mistudio.services.jobs.transitions import new_job
from mistudio.services.lookup import active_jobs, active_jobs_by_dataset, get_dataset, list_tokenizations
from mistudio.services.responses import dataset_detail, dataset_response
from mistudio.services.storage.disk_space import needed_bytes, require_room
from mistudio.services.storage.plan_file import write_plan
from mistudio.services.storage_service import StorageService
from mistudio.utils.single_flight import SingleFlight


class DatasetService:
    """The use cases of datasets. Events go out after the commit that they tell of."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        bus: EventBus,
        queue: JobQueue,
        vault: TokenVault,
        planner: Planning,
        jobs: JobService,
        storage: StorageService,
        on_deleted: Callable[[str], None] = lambda _dataset_id: None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._bus = bus
        self._queue = queue
        self._vault = vault
        self._planner = planner
        self._jobs = jobs
        self._storage = storage
        self._deletion = DatasetDeletion(database, bus=bus, storage=storage, stop=self._stop, on_deleted=on_deleted)
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
        """One page of the datasets that match all filters; ``search`` looks in names and repository ids."""
        query = _filtered(select(Dataset), status=status, source=source, search=search)
        column = getattr(Dataset, sort.removeprefix("-"))
        order = column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()

        def listed(session: Session) -> DatasetListResponse:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            shown = query.order_by(order, Dataset.id).offset((page - 1) * limit).limit(limit)
            datasets = session.scalars(shown).all()
            jobs = active_jobs_by_dataset(session, [dataset.id for dataset in datasets])
            data = [dataset_response(dataset, jobs.get(dataset.id, ())) for dataset in datasets]
            return DatasetListResponse(data=data, pagination=Pagination.of(page=page, limit=limit, total=total))

        asked = (status, source, search, sort, page, limit)
        return await self._lists.answer(asked, lambda: self._database.ask(listed))

    async def get_dataset(self, dataset_id: str) -> DatasetDetail:
        """One dataset with everything about it. Raises NotFound."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
            jobs = await active_jobs(session, [dataset_id])
            tokenizations = await list_tokenizations(session, dataset_id)
        return dataset_detail(dataset, jobs, tokenizations)

    async def create_dataset_from_hf(self, request: DatasetDownloadRequest) -> DatasetResponse:
        """Check the Hub and the disk, make the record and its job, and let it start.

        The same repository, commit, config and splits again is AlreadyExists with the id, or a retry where that one
        is in error. Raises what planning raises, and DiskFull.
        """
        token = token_of(request)
        plan = await self._planner.plan(plan_request(request, config=request.config, revision=request.revision))
        if request.text_column:
            await self._require_column(request, plan)
        if same := await self._same_source(plan):
            return await self._again(same, request, token)
        needed = needed_bytes(plan.sizes)
        require_room(self._settings.data_dir, needed, reserve=self._settings.disk_reserve_bytes)
        dataset = new_record(plan, request.text_column)
        await asyncio.to_thread(write_plan, self._storage.staging(dataset.id), plan)
        try:
            return await self._insert(dataset, "download", token)
        except IntegrityError as error:
            await asyncio.to_thread(self._storage.discard, dataset.id)
            self._storage.empty_soon()
            if same := await self._same_source(plan):
                raise already_exists(same) from error
            raise

    async def create_dataset_from_files(self, dataset: Dataset) -> DatasetResponse:
        """Make the record of an import, whose files lie in its staging folder, and its job, and let it start.

        The same files again are AlreadyExists with the id, or a retry where that import is in error: then the answer
        is that dataset, and the files that came now are not needed.
        """
        try:
            return await self._insert(dataset, "import", None)
        except IntegrityError as error:
            same = await self._with_key(dataset.source_key)
            if same is None:
                raise
            if same.status is not DatasetStatus.ERROR:
                raise imported_already(same) from error
            return await self.retry(same.id)

    async def _insert(self, dataset: Dataset, kind: JobKind, token: str | None) -> DatasetResponse:
        async with self._database.write() as session:
            session.add(dataset)
            await session.flush()
            response = await self._add_job(session, dataset, kind, token)
        await publish_all(self._bus, [created_event(response)])
        return await self._started(response)

    async def _add_job(
        self, session: AsyncSession, dataset: Dataset, kind: JobKind, token: str | None
    ) -> DatasetResponse:
        """Give the dataset a job in this transaction, the last thing that may fail in it."""
        job = new_job(kind, dataset.id, max_attempts=self._settings.max_attempts)
        job.progress = dataset.progress
        session.add(job)
        next_seq(dataset)
        await session.flush()
        if token:
            # The dispatcher may see the job as soon as this transaction ends.
            await self._vault.put(job.id, token)
        return dataset_response(dataset, [job])

    async def _started(self, response: DatasetResponse) -> DatasetResponse:
        if response.job:
            await self._queue.enqueue(response.job.id)
        return response

    async def _same_source(self, plan: DownloadPlan) -> Dataset | None:
        return await self._with_key(key_of(plan))

    async def _with_key(self, source_key: str | None) -> Dataset | None:
        async with self._database.read() as session:
            found = await session.scalars(select(Dataset).where(Dataset.source_key == source_key))
            return found.one_or_none()

    async def _again(self, same: Dataset, request: DatasetDownloadRequest, token: str | None) -> DatasetResponse:
        """What is in error is retried, with the text column that is asked for now."""
        if same.status is not DatasetStatus.ERROR:
            raise already_exists(same)
        return await self.retry(same.id, token, request=request)

    async def _require_column(self, request: DatasetDownloadRequest, plan: DownloadPlan) -> None:
        """Refuse a text column that the card rules out; where the card declares none, the data itself will tell."""
        asked = plan_request(request, config=plan.config, revision=plan.revision)
        declared = [column.name for column in (await self._planner.inspect(asked)).columns]
        if declared and request.text_column not in declared:
            raise UnknownColumn(
                f"There is no column “{request.text_column}”. Columns: {', '.join(declared)}.",
                extra={"choices": [*declared]},
            )

    async def retry(
        self, dataset_id: str, token: str | None = None, *, request: DatasetDownloadRequest | None = None
    ) -> DatasetResponse:
        """Let a dataset in error go on from what it has, with the text column of ``request`` if it was asked for anew.

        Raises NotFound, InvalidTransition.
        """
        async with self._database.write() as session:
            dataset = await get_dataset(session, dataset_id, for_update=True)
            if dataset.status is not DatasetStatus.ERROR:
                raise InvalidTransition(f"“{dataset.name}” is {dataset.status.value}; only what failed can be retried.")
            dataset.status = DatasetStatus.PROCESSING if dataset.is_local else DatasetStatus.DOWNLOADING
            dataset.error_code = dataset.error_message = None
            if request:
                dataset.text_column = request.text_column
            response = await self._add_job(session, dataset, "import" if dataset.is_local else "download", token)
        await publish_all(self._bus, [changed_event(response)])
        return await self._started(response)

    async def update_progress(self, claim: Claim, snapshot: Snapshot) -> None:
        """Record and tell how far a job of a dataset is; see ``JobService.progress``."""
        await self._jobs.progress(claim, snapshot)

    async def cancel(self, dataset_id: str) -> DatasetResponse:
        """Stop the download or import; what it has is kept. Raises NotFound, InvalidTransition."""
        async with self._database.read() as session:
            dataset = await get_dataset(session, dataset_id)
            jobs = [job for job in await active_jobs(session, [dataset_id]) if job.kind in {"download", "import"}]
        if not jobs:
            raise InvalidTransition(f"“{dataset.name}” is {dataset.status.value}; there is nothing to cancel.")
        await self._stop(jobs)
        return await self.get_response(dataset_id)

    async def get_response(self, dataset_id: str) -> DatasetResponse:
        """One dataset as lists show it. Raises NotFound."""
        async with self._database.read() as session:
            return dataset_response(await get_dataset(session, dataset_id), await active_jobs(session, [dataset_id]))

    async def _stop(self, jobs: Sequence[Job]) -> None:
        running = [job.id for job in jobs if await self._jobs.request_cancel(job.id)]
        await asyncio.gather(*(self._queue.cancel(job_id) for job_id in running))
        for job in jobs:
            await self._vault.drop(job.id)

    async def check_dependencies(self, dataset_id: str) -> list[ReferenceResponse]:
        """What uses this dataset and so keeps it from being deleted. Raises NotFound."""
        return await self._deletion.references(dataset_id)

    async def preview_delete(self, dataset_id: str) -> DeletePreview:
        """What a delete would take with it. Raises NotFound."""
        return await self._deletion.preview(dataset_id)

    async def delete_dataset(self, dataset_id: str) -> None:
        """Stop its jobs, remove the record, then the files. Raises NotFound, InUse."""
        await self._deletion.delete(dataset_id)


def _filtered(
    query: Select[Dataset], *, status: DatasetStatus | None, source: DatasetSource | None, search: str | None
) -> Select[Dataset]:
    if status:
        query = query.where(Dataset.status == status)
    if source:
        query = query.where(Dataset.source == source)
    if search:
        query = query.where(
            or_(Dataset.name.icontains(search, autoescape=True), Dataset.hf_repo_id.icontains(search, autoescape=True))
        )
    return query

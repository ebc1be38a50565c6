"""The use cases of imports: files that a user uploads, and the bundled sample."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mistudio.core.config import Settings
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.bundled import SAMPLE_NAME, ensure_sample_tokenizer, write_sample
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.ingest.file_names import normalize_file_name, suggest_dataset_name
from mistudio.corpus.ingest.import_plan import plan_import
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.models import new_id
from mistudio.schemas.dataset import DatasetResponse
from mistudio.schemas.dataset_requests import DatasetImportFields
from mistudio.schemas.import_plan import ImportPlanRequest, ImportPlanResponse
from mistudio.services.dataset_service import DatasetService
from mistudio.services.datasets.import_files import (
    choose_text_column,
    make_local_plan,
    offer_announced,
    offer_received,
    parse_entries,
    to_import_file,
)
from mistudio.services.datasets.local_record import new_local_record
from mistudio.services.storage.disk_space import RoomWatch, require_room
from mistudio.services.storage.plan_file import write_plan
from mistudio.services.storage.upload import Upload, too_large
from mistudio.services.storage_service import StorageService

# The uploaded files, and the Parquet made of plain text beside the last of them.
_ROOM_RATIO = 1.7
_FRAMING_BYTES = 1 << 20


class ImportService:
    """Receives files, and creates the record and the job of their dataset."""

    def __init__(
        self, settings: Settings, storage: StorageService, datasets: DatasetService, planner: Planning
    ) -> None:
        self._settings = settings
        self._storage = storage
        self._datasets = datasets
        self._planner = planner

    async def plan(self, request: ImportPlanRequest) -> ImportPlanResponse:
        """Return what an import of these files would be. Raises ValidationFailed, and what ``plan_import`` raises."""
        names = [normalize_file_name(file.file) for file in request.files]
        if len(set(names)) < len(names):
            raise ValidationFailed("Two files have the same name. Give each a name of its own.", field="files")
        plan = await plan_import(self._planner, offer_announced(request.files), request.config)
        return ImportPlanResponse(
            name=suggest_dataset_name([entry.file for entry in plan.entries if not entry.skipped] or names),
            config=plan.config,
            configs=list(plan.configs),
            files=[to_import_file(entry) for entry in plan.entries],
        )

    @asynccontextmanager
    async def open_upload(self, announced_bytes: int | None) -> AsyncIterator[Upload]:
        """Open an upload; its files are removed again unless ``accept`` was called.

        ``announced_bytes`` is the size of the request. Raises TooLarge, DiskFull before any file is received.
        """
        settings = self._settings
        if announced_bytes is not None:
            if announced_bytes > settings.max_upload_bytes + _FRAMING_BYTES:
                raise too_large(settings.max_upload_bytes)
            needed = int(announced_bytes * _ROOM_RATIO)
            require_room(settings.data_dir, needed, reserve=settings.disk_reserve_bytes)
        dataset_id = new_id("ds")
        upload = await asyncio.to_thread(self._open, dataset_id)
        try:
            yield upload
        finally:
            if not await asyncio.to_thread(upload.close):
                await asyncio.to_thread(self._storage.discard, dataset_id)
                self._storage.empty_soon()

    def _open(self, dataset_id: str) -> Upload:
        settings = self._settings
        return Upload(
            self._storage.staging(dataset_id),
            limit_bytes=settings.max_upload_bytes,
            room=RoomWatch(settings.data_dir, settings.disk_reserve_bytes),
        )

    async def accept(self, upload: Upload, fields: DatasetImportFields) -> DatasetResponse:
        """Create the record of the received files and its job.

        Without a plan they are planned now. Raises ValidationFailed, AlreadyExists, and what ``plan_import`` raises.
        """
        received = await asyncio.to_thread(upload.finish)
        if fields.plan is not None:
            entries = parse_entries(fields.plan)
            chosen = fields.model_copy(update={"text_column": choose_text_column(entries, fields)})
        else:
            offered = await asyncio.to_thread(offer_received, received, upload.folder)
            plan = await plan_import(self._planner, offered, fields.config)
            entries = [to_import_file(entry) for entry in plan.entries]
            chosen = fields.model_copy(update={"config": plan.config})
        local_plan = await asyncio.to_thread(make_local_plan, received, upload.folder, entries, chosen)
        return await self._create(upload, local_plan, chosen)

    async def create_sample(self) -> DatasetResponse:
        """Create the bundled sample and its tokenizer. Raises AlreadyExists, DiskFull."""
        async with self.open_upload(None) as upload:
            plan = await asyncio.to_thread(write_sample, DatasetLayout(upload.staging).source)
            await asyncio.to_thread(ensure_sample_tokenizer, self._settings.tokenizers_dir)
            return await self._create(upload, plan, DatasetImportFields(name=SAMPLE_NAME))

    async def _create(self, upload: Upload, plan: LocalPlan, fields: DatasetImportFields) -> DatasetResponse:
        await asyncio.to_thread(write_plan, upload.staging, plan)
        record = new_local_record(upload.staging.name, plan, fields)
        response = await self._datasets.create_dataset_from_files(record)
        if response.id == record.id:
            await asyncio.to_thread(upload.accept)
        return response

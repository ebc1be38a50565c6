"""The use cases of exports: estimate, start, look, read the files, delete. An export is its job and its folder."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import AlreadyExists, DataMissing, NotFound, NotReady, UnknownSplit
from mistudio.core.records import read_record, write_record
from mistudio.core.states import JobState
from mistudio.corpus.export.build import ExportEstimate, choose_columns, estimate_export
from mistudio.corpus.export.plan import ExportFormat, ExportLayout, ExportPlan, ExportRecord
from mistudio.corpus.export.sources import DatasetSource, ExportSource, TokenSource
from mistudio.models import Job
from mistudio.schemas.export import ExportedFileResponse, ExportEstimateResponse, ExportResponse
from mistudio.services.jobs.control import JobControl
from mistudio.services.lookup import active_jobs, get_ready_dataset, get_ready_tokenization
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.utils.file_utils import ensure_dir


@dataclass(frozen=True)
class _Target:
    """What is exported."""

    dataset_id: str
    tokenization_id: str | None
    source: ExportSource
    vocab_size: int


class ExportService:
    """Exports of datasets and tokenizations."""

    def __init__(self, settings: Settings, database: Database, *, storage: StorageService, jobs: JobControl) -> None:
        self._settings = settings
        self._database = database
        self._storage = storage
        self._jobs = jobs

    async def estimate(
        self, target_id: str, format_: ExportFormat, columns: Sequence[str] | None, splits: Sequence[str] | None
    ) -> ExportEstimateResponse:
        """Return what an export would write. Raises what ``start`` raises, except AlreadyExists."""
        target = await self._find(target_id)
        plan = await asyncio.to_thread(_make_plan, target.source, format_, columns, splits)
        found = await asyncio.to_thread(self._estimate, target, plan)
        return ExportEstimateResponse(
            rows=found.rows,
            bytes=found.bytes,
            is_exact=found.is_exact,
            columns=list(found.columns),
            left_out=list(found.left_out),
        )

    def _estimate(self, target: _Target, plan: ExportPlan) -> ExportEstimate:
        scratch = self._settings.staging_dir / f"estimate-{uuid4().hex}"
        with translate_disk_errors():
            return estimate_export(target.source, scratch, plan, vocab_size=target.vocab_size)

    async def start(
        self, target_id: str, format_: ExportFormat, columns: Sequence[str] | None, splits: Sequence[str] | None
    ) -> ExportResponse:
        """Start the export of a dataset or a tokenization.

        Raises NotFound, NotReady, AlreadyExists while one is running, UnknownSplit, UnknownColumn, ValidationFailed,
        DataMissing, InvalidData, DiskFull.
        """
        target = await self._find(target_id)
        plan = await asyncio.to_thread(_make_plan, target.source, format_, columns, splits)
        size = (await asyncio.to_thread(self._estimate, target, plan)).bytes
        require_room(self._settings.data_dir, size, reserve=self._settings.disk_reserve_bytes)
        job = await self._add_job(target, plan)
        await self._jobs.enqueue(job.id)
        return await self.get(job.id)

    async def _add_job(self, target: _Target, plan: ExportPlan) -> Job:
        async with self._database.write() as session:
            await _require_ready(session, target)
            await _require_none_active(session, target)
            job = await self._jobs.add(
                session, "export", target.dataset_id, progress=0.0, tokenization_id=target.tokenization_id
            )
            layout = ExportLayout(self._storage.export(target.dataset_id, job.id))
            await asyncio.to_thread(_write_plan, layout, plan)
            return job

    async def list_exports(self, dataset_id: str) -> list[ExportResponse]:
        """Return the exports of a dataset and of its tokenizations, newest first. Raises NotFound, NotReady."""
        async with self._database.read() as session:
            await get_ready_dataset(session, dataset_id, action="exported")
            query = select(Job).where(Job.dataset_id == dataset_id, Job.kind == "export")
            jobs = (await session.scalars(query.order_by(Job.created_at.desc()).limit(100))).all()
        found = await asyncio.gather(*(asyncio.to_thread(self._describe, job) for job in jobs))
        return [each for each in found if each is not None]

    async def get(self, export_id: str) -> ExportResponse:
        """Return one export. Raises NotFound."""
        job = await self._find_job(export_id)
        found = await asyncio.to_thread(self._describe, job)
        if found is None:
            raise _not_found(export_id)
        return found

    async def find_file(self, export_id: str, path: str) -> Path:
        """Return where a file is that the export's record lists. Raises NotFound, NotReady, DataMissing."""
        job = await self._find_job(export_id)
        if job.state is not JobState.SUCCEEDED:
            raise NotReady(f"This export is {job.state.value}; its files can be read once it has succeeded.")
        layout = ExportLayout(self._storage.export(job.dataset_id, job.id))
        record = await asyncio.to_thread(read_record, ExportRecord, layout.record)
        if record is None:
            raise DataMissing("The files of this export are no longer on disk. Export again.")
        if path not in {file.path for file in record.files}:
            raise NotFound(f"This export has no file “{path}”.")
        if not await asyncio.to_thread((layout.files / path).is_file):
            raise DataMissing(f"The file {path} is no longer on disk. Export again.")
        return layout.files / path

    async def delete(self, export_id: str) -> None:
        """Stop an export, and remove its record and its files. Raises NotFound."""
        job = await self._find_job(export_id)
        await self._jobs.stop([job] if job.is_active else [])
        reserve = self._storage.reserve
        await reserve.use(lambda: self._remove_record(export_id))
        await reserve.use(lambda: asyncio.to_thread(self._storage.discard_export, job.dataset_id, export_id))
        self._storage.empty_soon()

    async def _remove_record(self, export_id: str) -> None:
        async with self._database.write() as session:
            if (job := await session.get(Job, export_id, with_for_update=True)) is not None:
                await session.delete(job)

    async def _find_job(self, export_id: str) -> Job:
        async with self._database.read() as session:
            job = await session.get(Job, export_id)
        if job is None or job.kind != "export":
            raise _not_found(export_id)
        return job

    async def _find(self, target_id: str) -> _Target:
        async with self._database.read() as session:
            if not target_id.startswith("tok_"):
                dataset = await get_ready_dataset(session, target_id, action="exported")
                rows = await asyncio.to_thread(DatasetSource, self._storage.folder(dataset.id))
                return _Target(dataset.id, None, rows, 0)
            record = await get_ready_tokenization(session, target_id)
        source = await asyncio.to_thread(TokenSource, self._storage.tokenized(record.dataset_id, record.id))
        return _Target(record.dataset_id, record.id, source, source.manifest.tokenizer.vocab_size)

    def _describe(self, job: Job) -> ExportResponse | None:
        layout = ExportLayout(self._storage.export(job.dataset_id, job.id))
        plan = read_record(ExportPlan, layout.plan)
        if plan is None:
            return None
        record = read_record(ExportRecord, layout.record) if job.state is JobState.SUCCEEDED else None
        files = record.files if record else ()
        return ExportResponse(
            id=job.id,
            dataset_id=job.dataset_id,
            tokenization_id=job.tokenization_id,
            format=plan.format,
            columns=None if plan.columns is None else list(plan.columns),
            splits=list(plan.splits),
            state=job.state,
            progress=job.progress,
            error_code=job.error_code,
            error_message=job.error_message,
            path=str(layout.files) if record else None,
            files=[ExportedFileResponse(path=file.path, bytes=file.bytes, sha256=file.sha256) for file in files],
            bytes=sum(file.bytes for file in files),
            rows=record.rows if record else None,
            notes=list(record.notes) if record else [],
            created_at=job.created_at,
            finished_at=job.finished_at,
        )


def _make_plan(
    source: ExportSource, format_: ExportFormat, columns: Sequence[str] | None, splits: Sequence[str] | None
) -> ExportPlan:
    present = source.list_splits()
    _check_splits(present, splits or ())
    plan = ExportPlan(
        format=format_,
        splits=tuple(present if splits is None else dict.fromkeys(splits)),
        columns=None if columns is None else tuple(dict.fromkeys(columns)),
    )
    for split in plan.splits:
        choose_columns(source.read_schema(split), plan)
    return plan


def _check_splits(present: Sequence[str], wanted: Sequence[str]) -> None:
    for split in wanted:
        if split not in present:
            raise UnknownSplit(
                f"There is no split “{split}”. Splits: {', '.join(present)}.",
                field="splits",
                extra={"choices": [*present]},
            )


def _write_plan(layout: ExportLayout, plan: ExportPlan) -> None:
    with translate_disk_errors():
        try:
            ensure_dir(layout.folder)
            write_record(layout.plan, plan)
        except OSError:
            shutil.rmtree(layout.folder, ignore_errors=True)
            raise


async def _require_ready(session: AsyncSession, target: _Target) -> None:
    await get_ready_dataset(session, target.dataset_id, action="exported", for_update=True)
    if target.tokenization_id:
        await get_ready_tokenization(session, target.tokenization_id)


async def _require_none_active(session: AsyncSession, target: _Target) -> None:
    for job in await active_jobs(session, [target.dataset_id]):
        if job.kind == "export" and job.tokenization_id == target.tokenization_id:
            raise AlreadyExists(
                "An export of this is running. Wait until it has ended, or cancel it.", extra={"id": job.id}
            )


def _not_found(export_id: str) -> NotFound:
    return NotFound(f"There is no export {export_id}; it may have been deleted.")

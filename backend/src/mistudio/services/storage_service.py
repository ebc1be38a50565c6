"""The folders of DATA_DIR: where things are, what they use, and how they are deleted."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import select

from mistudio.core.child_environment import temporary_dir
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.reserve import EmergencyReserve
from mistudio.core.states import JobState
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.dataset import StoragePart
from mistudio.schemas.system import DatasetStorage, StorageResponse
from mistudio.services.storage.names import (
    is_dataset_id,
    is_discarded,
    is_job_id,
    is_tokenization_id,
    tokenized_label,
)
from mistudio.services.storage.plan_file import PLAN_NAME
from mistudio.services.storage.upload import MARK_NAME, is_abandoned
from mistudio.utils.file_utils import delete_directory, ensure_dir, get_directory_size

log = structlog.get_logger(__name__)

_MARK = ".deleted"
_SETTLED_SECONDS = 3600.0
_FILL_SECONDS = 10.0


class StorageService:
    """The folders of DATA_DIR; paths are built from ids, never from what a user wrote."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self.reserve = EmergencyReserve(settings.data_dir)
        self._emptying: set[asyncio.Task[None]] = set()

    def staging(self, record_id: str) -> Path:
        """Return the folder in which a dataset or a tokenization is being made."""
        return self._settings.staging_dir / record_id

    def folder(self, dataset_id: str) -> Path:
        """Return the folder of a finished dataset."""
        return self._settings.datasets_dir / dataset_id

    def tokenized(self, dataset_id: str, tokenization_id: str) -> Path:
        """Return the folder of a finished tokenization."""
        return DatasetLayout(self.folder(dataset_id)).tokenized(tokenization_id)

    def export(self, dataset_id: str, job_id: str) -> Path:
        """Return the folder of an export of the dataset or of one of its tokenizations."""
        return DatasetLayout(self.folder(dataset_id)).exports / job_id

    def prepare(self) -> None:
        """Create the folders that the server expects, and remove temporary files that a killed process left."""
        settings = self._settings
        for folder in (settings.datasets_dir, settings.staging_dir, settings.trash_dir):
            ensure_dir(folder)
        # Another server of the same DATA_DIR may use temporary files at this moment.
        if settings.is_embedded:
            shutil.rmtree(temporary_dir(settings), ignore_errors=True)
        ensure_dir(temporary_dir(settings))

    def parts(self, dataset_id: str, tokenized_as: Mapping[str, str]) -> list[StoragePart]:
        """Measure what each part of one dataset uses; ``tokenized_as`` has the labels of tokenizations. Blocks."""
        layout = DatasetLayout(self.folder(dataset_id))
        parts = [
            StoragePart(part="raw", label="Data", size_bytes=get_directory_size(layout.raw)),
            StoragePart(part="index", label="Search index", size_bytes=get_directory_size(layout.index)),
            StoragePart(
                part="staging", label="Unfinished files", size_bytes=get_directory_size(self.staging(dataset_id))
            ),
        ]
        parts += [
            StoragePart(
                part="tokenization",
                tokenization_id=path.name,
                label=f"Tokenized by {tokenized_as.get(path.name, path.name)}",
                size_bytes=get_directory_size(path),
            )
            for path in (sorted(layout.tokenizations.iterdir()) if layout.tokenizations.is_dir() else [])
        ]
        if exported := get_directory_size(layout.exports):
            parts.append(StoragePart(part="exports", label="Exports", size_bytes=exported))
        other = get_directory_size(layout.folder) - sum(part.size_bytes for part in parts if part.part != "staging")
        parts.append(StoragePart(part="other", label="Manifest", size_bytes=max(other, 0)))
        return [part for part in parts if part.size_bytes]

    async def keep_reserve(self) -> None:
        """Fill the reserve now and whenever there is room again, until cancelled."""
        while True:
            await asyncio.to_thread(self.reserve.fill)
            await asyncio.sleep(_FILL_SECONDS)

    async def storage(self) -> StorageResponse:
        """Return the disk's size, and what each dataset uses of it."""
        async with self._database.read() as session:
            query = select(Dataset.id, Dataset.name).order_by(Dataset.created_at.desc())
            names = {row.id: row.name for row in (await session.execute(query)).all()}
            columns = (Tokenization.id, Tokenization.tokenizer, Tokenization.settings)
            made = (await session.execute(select(*columns))).all()
            tokenized_as = {row.id: tokenized_label(row.tokenizer, row.settings) for row in made}
        return await asyncio.to_thread(self._measure, names, tokenized_as)

    def _measure(self, names: Mapping[str, str], tokenized_as: Mapping[str, str]) -> StorageResponse:
        datasets = []
        for dataset_id, name in names.items():
            parts = self.parts(dataset_id, tokenized_as)
            size = sum(part.size_bytes for part in parts)
            datasets.append(DatasetStorage(dataset_id=dataset_id, name=name, size_bytes=size, parts=parts))
        settings = self._settings
        disk = shutil.disk_usage(settings.data_dir)
        cache, trash = get_directory_size(settings.cache_dir), get_directory_size(settings.trash_dir)
        database = sum(path.stat().st_size for path in settings.data_dir.glob("mistudio.db*"))
        return StorageResponse(
            path=str(settings.data_dir),
            total_bytes=disk.total,
            free_bytes=disk.free,
            used_bytes=sum(dataset.size_bytes for dataset in datasets) + cache + trash + database,
            datasets=datasets,
            cache_bytes=cache,
            trash_bytes=trash,
            database_bytes=database,
        )

    # A deletion writes a mark, removes the record, renames the folders into the trash, and removes them there. After a
    # kill, the next start finishes the deletions whose marks are left.

    def mark_deleted(self, record_id: str) -> None:
        """Mark a dataset or tokenization as deleted; call it before its record is removed."""
        self._mark(record_id).touch()

    def unmark(self, record_id: str) -> None:
        """Remove the mark: the deletion is finished, or was refused."""
        self._mark(record_id).unlink(missing_ok=True)

    def discard(self, record_id: str) -> None:
        """Move the folders of a dataset or tokenization into the trash, by one rename each."""
        finished = (
            [self.folder(record_id)]
            if is_dataset_id(record_id)
            else [DatasetLayout(folder).tokenized(record_id) for folder in self._settings.datasets_dir.glob("*/")]
        )
        for folder in (*finished, self.staging(record_id)):
            self._move_to_trash(folder)
        self.unmark(record_id)

    def discard_export(self, dataset_id: str, job_id: str) -> None:
        """Move the folder of an export into the trash."""
        self._move_to_trash(self.export(dataset_id, job_id))

    def _move_to_trash(self, folder: Path) -> None:
        target = self._settings.trash_dir / f"{folder.parent.name}-{folder.name}-{uuid4().hex}"
        with contextlib.suppress(FileNotFoundError):
            folder.rename(target)

    def empty_soon(self) -> None:
        """Empty the trash in the background."""
        task = asyncio.create_task(asyncio.to_thread(self._empty))
        self._emptying.add(task)
        task.add_done_callback(self._emptying.discard)

    async def close(self) -> None:
        """Wait until the trash is empty."""
        await asyncio.gather(*self._emptying)

    async def sweep(self) -> None:
        """At start: finish interrupted deletions, and remove what an interrupted request left without a record.

        Finished datasets and downloads in progress without a record are kept: the database may have been replaced. A
        tokenization or an export without a record is removed: it can be made again. Other folders are never touched.
        """
        async with self._database.read() as session:
            known = set((await session.scalars(select(Dataset.id))).all())
            known.update((await session.scalars(select(Tokenization.id))).all())
            exports = select(Job.id).where(
                Job.kind == "export", Job.state.not_in((JobState.FAILED, JobState.CANCELLED))
            )
            known.update((await session.scalars(exports)).all())
        await asyncio.to_thread(self._sweep, known)
        self.empty_soon()

    def _sweep(self, known: set[str]) -> None:
        self._finish_deletions(known)
        for folder in (*self._settings.datasets_dir.iterdir(), *self._settings.staging_dir.iterdir()):
            if folder.name in known or not self._is_settled(folder):
                continue
            if is_tokenization_id(folder.name):
                self.discard(folder.name)
                log.info("swept", id=folder.name, reason="this tokenization has no record")
            elif is_dataset_id(folder.name):
                self._sweep_dataset(folder)
        for folder in self._settings.datasets_dir.glob("*/exports/*/"):
            if folder.name not in known and is_job_id(folder.name) and self._is_settled(folder):
                self._move_to_trash(folder)
                log.info("swept", id=folder.name, reason="this export has no record, or did not end well")

    def _finish_deletions(self, known: set[str]) -> None:
        for mark in self._settings.trash_dir.glob(f"*{_MARK}"):
            if not self._is_settled(mark):
                continue
            if mark.stem in known:
                mark.unlink(missing_ok=True)
            elif is_dataset_id(mark.stem) or is_tokenization_id(mark.stem):
                self.discard(mark.stem)
                log.info("swept", id=mark.stem, reason="its deletion was interrupted")

    def _sweep_dataset(self, folder: Path) -> None:
        if {path.name for path in folder.iterdir()} <= {PLAN_NAME} or is_abandoned(folder):
            self.discard(folder.name)
            log.info("swept", dataset_id=folder.name, reason="its request was interrupted")
        elif not (folder / MARK_NAME).exists():
            log.warning("kept", path=str(folder), reason="this dataset has no record")

    def _is_settled(self, path: Path) -> bool:
        """Whether no other server is likely to be writing or removing its record at this moment."""
        with contextlib.suppress(FileNotFoundError):
            return self._settings.is_embedded or time.time() - path.stat().st_mtime > _SETTLED_SECONDS
        return False

    def _empty(self) -> None:
        for folder in self._settings.trash_dir.iterdir():
            if not is_discarded(folder.name):
                continue
            try:
                delete_directory(folder, root=self._settings.trash_dir)
            except (OSError, ValueError) as error:
                log.warning("not deleted", path=str(folder), error=str(error))

    def _mark(self, record_id: str) -> Path:
        return self._settings.trash_dir / f"{record_id}{_MARK}"

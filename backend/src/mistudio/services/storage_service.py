"""What uses the disk, and what becomes of it when a dataset goes."""

import asyncio
import shutil
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import select

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.models import Dataset
from mistudio.schemas.dataset import StoragePart
from mistudio.schemas.system import DatasetStorage, StorageResponse
from mistudio.utils.file_utils import delete_directory, ensure_dir, get_directory_size

log = structlog.get_logger(__name__)


class StorageService:
    """Knows the folders of DATA_DIR; paths come from ids, never from users."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def staging(self, dataset_id: str) -> Path:
        """Where a dataset is being made."""
        return self._settings.staging_dir / dataset_id

    def folder(self, dataset_id: str) -> Path:
        """Where a finished dataset lies."""
        return self._settings.datasets_dir / dataset_id

    def prepare(self) -> None:
        """Make the folders that everything else expects."""
        for folder in (self._settings.datasets_dir, self._settings.staging_dir, self._settings.trash_dir):
            ensure_dir(folder)

    def parts(self, dataset_id: str) -> list[StoragePart]:
        """What one dataset uses, part by part, walked from the tree; blocking."""
        folder = self.folder(dataset_id)
        parts = [
            StoragePart(part="raw", label="Data", size_bytes=get_directory_size(folder / "raw")),
            StoragePart(part="index", label="Search index", size_bytes=get_directory_size(folder / "index")),
            StoragePart(
                part="staging", label="Download under way", size_bytes=get_directory_size(self.staging(dataset_id))
            ),
        ]
        tokenized = folder / "tokenized"
        parts += [
            StoragePart(
                part="tokenization", tokenization_id=path.name, label=path.name, size_bytes=get_directory_size(path)
            )
            for path in (sorted(tokenized.iterdir()) if tokenized.is_dir() else [])
        ]
        other = get_directory_size(folder) - sum(part.size_bytes for part in parts if part.part != "staging")
        parts.append(StoragePart(part="other", label="Manifest", size_bytes=max(other, 0)))
        return [part for part in parts if part.size_bytes]

    async def storage(self) -> StorageResponse:
        """The disk and everything of ours on it."""
        async with self._database.read() as session:
            query = select(Dataset.id, Dataset.name).order_by(Dataset.created_at.desc())
            names = {row.id: row.name for row in (await session.execute(query)).all()}
        return await asyncio.to_thread(self._measure, names)

    def _measure(self, names: dict[str, str]) -> StorageResponse:
        datasets = []
        for dataset_id, name in names.items():
            parts = self.parts(dataset_id)
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

    def discard(self, dataset_id: str) -> list[Path]:
        """Take a dataset's folders out of sight, in one rename each; answers what ``empty`` is to delete."""
        trash = []
        for folder in (self.folder(dataset_id), self.staging(dataset_id)):
            target = self._settings.trash_dir / f"{folder.parent.name}-{dataset_id}-{uuid4().hex}"
            try:
                folder.rename(target)
            except FileNotFoundError:
                continue
            trash.append(target)
        return trash

    def empty(self, trash: list[Path] | None = None) -> None:
        """Delete what was discarded, or all of the trash; blocking."""
        for folder in trash if trash is not None else list(self._settings.trash_dir.iterdir()):
            delete_directory(folder, root=self._settings.trash_dir)

    async def sweep(self) -> None:
        """At start: discard folders that no record knows, left behind by a kill in the middle of a step; say so."""
        async with self._database.read() as session:
            known = set((await session.scalars(select(Dataset.id))).all())
        roots = (self._settings.datasets_dir, self._settings.staging_dir)
        orphans = {path.name for root in roots for path in root.iterdir()} - known
        for dataset_id in sorted(orphans):
            await asyncio.to_thread(self.discard, dataset_id)
            log.info("swept", dataset_id=dataset_id, reason="no record knows this folder")
        await asyncio.to_thread(self.empty)

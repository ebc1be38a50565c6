"""Describes datasets in Croissant, the metadata format of MLCommons."""

import asyncio
from pathlib import Path
from typing import cast

import pyarrow.parquet as pq

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, Json
from mistudio.corpus.arrow_errors import translate_arrow_errors
from mistudio.corpus.croissant import Description, make_croissant
from mistudio.corpus.store.manifest import read_manifest
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetMetadata
from mistudio.services.lookup import get_ready_dataset
from mistudio.services.storage_service import StorageService


class CroissantService:
    """Makes documents from records and manifests; of the data it reads one footer."""

    def __init__(self, settings: Settings, database: Database, storage: StorageService) -> None:
        self._settings = settings
        self._database = database
        self._storage = storage

    async def describe(self, dataset_id: str) -> dict[str, Json]:
        """Return the Croissant document of a ready dataset. Raises NotFound, NotReady, DataMissing, InvalidData."""
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="described")
        return await asyncio.to_thread(_make_document, self._storage.folder(dataset.id), self._describe(dataset))

    def _describe(self, dataset: Dataset) -> Description:
        metadata = DatasetMetadata.model_validate(dataset.meta)
        endpoint = str(self._settings.hf_endpoint).rstrip("/")
        return Description(
            name=dataset.name,
            text=metadata.description,
            license=metadata.license,
            tags=cast("list[str]", dataset.tags or []),
            repository_url=f"{endpoint}/datasets/{dataset.hf_repo_id}" if dataset.hf_repo_id else None,
        )


def _make_document(folder: Path, described: Description) -> dict[str, Json]:
    manifest = read_manifest(folder)
    path = folder / next(file.path for split in manifest.splits for file in split.files)
    try:
        with translate_arrow_errors(lambda _reason: f"A file of the dataset is damaged ({path.name}). Get a new copy."):
            schema = pq.read_schema(path)
    except FileNotFoundError as error:
        raise DataMissing(f"A file of the dataset is missing on disk ({path.name}). Delete the dataset.") from error
    return make_croissant(manifest, schema, described)

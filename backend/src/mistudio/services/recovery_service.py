"""Rebuilds the records of finished datasets and tokenizations from the manifests in ``datasets/``.

Some facts are in records only: the name of an import and of a config, description, licence and access of a repository,
by which request an import is recognized, references, jobs, and the exact times. Those are lost.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import DataMissing, Json, MiStudioError, UnsupportedFile
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus, IndexState, TokenizationStatus
from mistudio.corpus.hub.part_types import EVERYTHING
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.ingest.file_names import detect_format, suggest_dataset_name
from mistudio.corpus.spec import equivalence_key
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, manifest_sha256, read_manifest
from mistudio.corpus.tokenized.manifest import TokenizedManifest, read_tokenized_manifest
from mistudio.corpus.tokenizers import LoadedTokenizer, load_tokenizer
from mistudio.models import Dataset, Tokenization
from mistudio.services.datasets.hub_record import name_part, source_key
from mistudio.services.datasets.manifest_figures import figures_of
from mistudio.services.datasets.mix_record import describe_mixture, name_mixture
from mistudio.services.datasets.part_record import recorded_fields
from mistudio.services.datasets.subset_record import describe_subset, name_subset
from mistudio.services.jobs.targets import copy_newest_figures, finish_dataset, finish_tokenization
from mistudio.services.storage.names import is_dataset_id, is_tokenization_id
from mistudio.services.tokenizations.run import figures_of_tokenization
from mistudio.services.tokenizer_service import remember_model

NOT_IN_MANIFESTS: Final = (
    "the name that an import or a config was given",
    "description, licence and access of a Hub repository",
    "by which request an import is recognized",
    "references, jobs and unfinished downloads",
)


@dataclass(frozen=True)
class RecoveredRecord:
    """A dataset or tokenization that was found; ``problem`` says why it could not be restored."""

    kind: Literal["dataset", "tokenization"]
    id: str
    name: str
    problem: str | None = None


class RecoveryService:
    """Adds the records of what is on disk to an empty database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    async def recover(self) -> list[RecoveredRecord]:
        """Add a record for each finished dataset and tokenization; one that cannot be read is only reported."""
        found = []
        with translate_disk_errors(is_kept=False, is_start=True):
            folders = await asyncio.to_thread(lambda: sorted(_list_folders(self._settings.datasets_dir)))
            for folder in folders:
                found += await self._recover_dataset(folder)
        return found

    async def _recover_dataset(self, folder: Path) -> list[RecoveredRecord]:
        try:
            manifest = await asyncio.to_thread(_read_whole_manifest, folder)
        except MiStudioError as error:
            return [RecoveredRecord("dataset", folder.name, folder.name, error.detail)]
        record = _to_dataset(manifest, folder)
        async with self._database.write() as session:
            session.add(record)
            await session.flush()
            finish_dataset(record, figures_of(manifest, folder))
        found = [RecoveredRecord("dataset", record.id, record.name)]
        made = [path for path in _list_folders(DatasetLayout(folder).tokenizations) if is_tokenization_id(path.name)]
        return found + [await self._recover_tokenization(manifest, folder, path) for path in sorted(made)]

    async def _recover_tokenization(self, dataset: Manifest, folder: Path, made: Path) -> RecoveredRecord:
        name = made.name
        try:
            manifest = await asyncio.to_thread(read_tokenized_manifest, made)
            name = manifest.tokenizer.name
            tokenizer = await asyncio.to_thread(self._load_tokenizer, manifest)
            record = await asyncio.to_thread(_to_tokenization, manifest, dataset, folder, made, tokenizer)
        except MiStudioError as error:
            return RecoveredRecord("tokenization", made.name, name, error.detail)
        async with self._database.write() as session:
            await _add_tokenization(session, record, tokenizer)
        return RecoveredRecord("tokenization", record.id, name)

    def _load_tokenizer(self, manifest: TokenizedManifest) -> LoadedTokenizer:
        """Load the tokenizer, usually from the cache: the record has the texts of its most frequent tokens."""
        source = TokenizerSource(manifest.tokenizer.repo or manifest.tokenizer.name, manifest.tokenizer.commit)
        settings = self._settings
        tokenizer = load_tokenizer(source, token=None, cache_dir=settings.cache_dir, root=settings.data_dir)
        if tokenizer.fingerprint != manifest.tokenizer.fingerprint:
            raise DataMissing(f"Its tokenizer {manifest.tokenizer.name} has changed since. Tokenize again.")
        return tokenizer


def _list_folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if path.is_dir())


def _read_whole_manifest(folder: Path) -> Manifest:
    """Read the manifest of a dataset whose files are there. Raises DataMissing, InvalidData, UnsupportedVersion."""
    if not is_dataset_id(folder.name):
        raise DataMissing(f"The name of the folder {folder.name} is not the id of a dataset. Rename or remove it.")
    manifest = read_manifest(folder)
    for file in (file for split in manifest.splits for file in split.files):
        path = folder / file.path
        if not path.is_file() or path.stat().st_size != file.bytes:
            raise DataMissing(f"{file.path} is missing or incomplete. Restore it, or get the dataset again.")
    return manifest


def _to_dataset(manifest: Manifest, folder: Path) -> Dataset:
    """Return the record as its request made it, as far as the manifest says."""
    created_at = datetime.fromisoformat(manifest.created_at)
    return Dataset(
        id=folder.name,
        name=_choose_name(manifest),
        source=manifest.source,
        hf_repo_id=manifest.repo,
        config=manifest.config,
        revision=manifest.commit,
        source_key=_find_source_key(manifest) if manifest.source == "huggingface" else None,
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        # The next start finds out whether there is one.
        index_state=IndexState.NONE,
        index_progress=0.0,
        meta=_to_metadata(manifest),
        created_at=created_at,
    )


def _choose_name(manifest: Manifest) -> str:
    if manifest.repo:
        name = manifest.repo.rpartition("/")[2]
        return name_part(name, manifest.part.asked) if manifest.part else name
    if manifest.mixture:
        return name_mixture(part.label for part in manifest.mixture.parts)
    if manifest.subset:
        return name_subset(manifest.subset.parents[0].name, manifest.subset.request)
    return suggest_dataset_name([source.path for source in manifest.sources])[:255]


def _find_source_key(manifest: Manifest) -> str:
    part = manifest.part
    return source_key(
        repo_id=manifest.repo or "",
        revision=manifest.commit or "",
        config=manifest.config or "",
        splits=part.splits if part else [split.name for split in manifest.splits],
        part=part.asked if part else EVERYTHING,
    )


def _to_metadata(manifest: Manifest) -> dict[str, Json]:
    if manifest.mixture:
        return describe_mixture(manifest.mixture)
    if manifest.subset:
        return describe_subset(manifest.subset)
    names = [source.path for source in manifest.sources]
    return {
        **_find_formats(names),
        "source_bytes": sum(source.size for source in manifest.sources),
        "source_files": len(names),
        **(recorded_fields(manifest.part) if manifest.part else {}),
    }


def _find_formats(names: list[str]) -> dict[str, Json]:
    try:
        return {"format": ", ".join(sorted({detect_format(name) for name in names}))}
    except UnsupportedFile:
        return {}


def _to_tokenization(
    manifest: TokenizedManifest, dataset: Manifest, folder: Path, made: Path, tokenizer: LoadedTokenizer
) -> Tokenization:
    created_at = datetime.fromisoformat(manifest.created_at)
    record = Tokenization(
        id=made.name,
        dataset_id=folder.name,
        tokenizer=tokenizer.repo,
        tokenizer_revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        settings=as_json(manifest.settings),
        settings_hash=equivalence_key(
            manifest.settings, tokenizer, dataset=dataset, dataset_hash=manifest_sha256(folder)
        ),
        status=TokenizationStatus.PROCESSING,
        progress=0.0,
        vocab_size=tokenizer.vocab_size,
        created_at=created_at,
    )
    finish_tokenization(record, figures_of_tokenization(manifest, made, tokenizer))
    record.completed_at = created_at
    return record


async def _add_tokenization(session: AsyncSession, record: Tokenization, tokenizer: LoadedTokenizer) -> None:
    record.model_id = (await remember_model(session, tokenizer)).id
    session.add(record)
    await session.flush()
    await copy_newest_figures(session, await session.get_one(Dataset, record.dataset_id))

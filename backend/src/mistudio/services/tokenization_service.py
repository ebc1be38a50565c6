"""The use cases of tokenizations: create, look, cancel, retry, delete.

A dataset has any number of tokenizations, each with its own folder, settings and life. A request is resolved before its
job starts, so that a mistake is reported at once.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, HubError, InvalidTransition, TokenizerError
from mistudio.core.events import EventBus
from mistudio.core.records import from_json
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.text_source import TextSource, describe_source, make_source
from mistudio.corpus.tokenized.manifest import TokenizedManifest, read_tokenized_manifest
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.common import reveal
from mistudio.schemas.sample import SampleDetail, SampleResponse
from mistudio.schemas.tokenization import TokenizationDetail, TokenizationResponse, TokenizeRequest
from mistudio.services.jobs.control import JobControl
from mistudio.services.jobs.events import OutgoingEvent, progress_event, publish_all
from mistudio.services.jobs.targets import JobTarget
from mistudio.services.lookup import (
    find_tokenization_job,
    get_dataset,
    get_ready_dataset,
    get_tokenization,
    list_tokenizations,
)
from mistudio.services.responses import tokenization_detail, tokenization_response
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.deletion import TokenizationDeletion
from mistudio.services.tokenizations.request import already_exists, resolve_request
from mistudio.services.tokenizations.run import calculate_statistics, save_tokenized_dataset, tokenize_batch
from mistudio.services.tokenizations.token_views import show_tokens
from mistudio.services.tokenizer_service import TokenizerService, remember_model

_RETRIABLE: Final = (TokenizationStatus.ERROR, TokenizationStatus.CANCELLED)


class TokenizationService:
    """The use cases of tokenizations. Events are published after the commit that they report."""

    # A job's process calls these without a service.
    tokenize_batch = staticmethod(tokenize_batch)
    calculate_statistics = staticmethod(calculate_statistics)
    save_tokenized_dataset = staticmethod(save_tokenized_dataset)

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        bus: EventBus,
        jobs: JobControl,
        storage: StorageService,
        tokenizers: TokenizerService,
        on_deleted: Callable[[str], None] = lambda _tokenization_id: None,
    ) -> None:
        """``on_deleted`` is called, on the event loop, with the id of each tokenization whose folder is gone."""
        self._settings = settings
        self._database = database
        self._bus = bus
        self._storage = storage
        self._tokenizers = tokenizers
        self._jobs = jobs
        self._deletion = TokenizationDeletion(database, bus=bus, storage=storage, jobs=jobs, on_deleted=on_deleted)

    async def load_tokenizer(
        self, name: str, revision: str | None = None, *, token: str | None = None, fresh: bool = False
    ) -> LoadedTokenizer:
        """Load a tokenizer by repository id or path; see ``TokenizerService.load`` for ``fresh`` and the errors."""
        return await self._tokenizers.load(name, revision, token=token, fresh=fresh)

    async def sample_detail(self, sample: SampleResponse, tokenization_id: str | None) -> SampleDetail:
        """Return ``sample`` with its tokens by this tokenization's tokenizer, without added ones.

        A note says if not all of them are shown, or why none can be. Raises NotFound.
        """
        detail = SampleDetail(**sample.model_dump(), tokenization_id=tokenization_id)
        if tokenization_id is None:
            return detail
        async with self._database.read() as session:
            record = await get_tokenization(session, tokenization_id)
            dataset = await get_dataset(session, record.dataset_id)
        if note := _explain_other_text(record, dataset):
            return detail.model_copy(update={"tokens_note": note})
        try:
            tokenizer = await self.load_tokenizer(record.tokenizer, record.tokenizer_revision)
            tokens, note = await asyncio.to_thread(show_tokens, tokenizer, sample.text)
        except (HubError, TokenizerError) as error:
            return detail.model_copy(update={"tokens_note": f"Its tokens cannot be shown. {error.detail}"})
        return detail.model_copy(update={"tokens": tokens, "tokens_note": note})

    async def list_tokenizations(self, dataset_id: str) -> list[TokenizationResponse]:
        """Return the tokenizations of one dataset, newest first. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            records = await list_tokenizations(session, dataset_id)
        return [tokenization_response(record) for record in records]

    async def get_tokenization(self, tokenization_id: str) -> TokenizationDetail:
        """Return one tokenization in full. Raises NotFound."""
        async with self._database.read() as session:
            record = await get_tokenization(session, tokenization_id)
            job = await find_tokenization_job(session, tokenization_id)
        manifest = await asyncio.to_thread(_find_manifest, record.path)
        return tokenization_detail(record, job, manifest)

    async def tokenize_dataset(self, dataset_id: str, request: TokenizeRequest) -> TokenizationResponse:
        """Resolve the request, then create the record and its job.

        The same settings again raise AlreadyExists with the id, or retry the tokenization that failed or was cancelled.
        Raises NotFound, NotReady, what loading the tokenizer and resolving the settings raise, and DiskFull.
        """
        token = reveal(request.access_token)
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id, action="tokenized")
        tokenizer = await self._load_for_job(request, token)
        folder, text = self._storage.folder(dataset_id), make_source(dataset.text_column, dataset.text_template)
        resolved = await asyncio.to_thread(resolve_request, request, tokenizer, folder, text=text)
        if same := await self._find_same(dataset_id, resolved.key):
            if same.status not in _RETRIABLE:
                raise already_exists(same)
            return await self.retry(same.id, token)
        require_room(self._settings.data_dir, resolved.needed_bytes, reserve=self._settings.disk_reserve_bytes)
        try:
            return await self._create(resolved.new_record(dataset_id), tokenizer, token)
        except IntegrityError as error:
            if same := await self._find_same(dataset_id, resolved.key):
                raise already_exists(same) from error
            raise

    async def _load_for_job(self, request: TokenizeRequest, token: str | None) -> LoadedTokenizer:
        """Load the tokenizer here, while the standby process loads it for the job."""
        source = await self._tokenizers.pin(request.tokenizer, request.revision, token=token, fresh=True)
        await self._jobs.preload(source.name, source.revision)
        return await self._tokenizers.load_pinned(source)

    async def _find_same(self, dataset_id: str, key: str) -> Tokenization | None:
        query = select(Tokenization).where(Tokenization.dataset_id == dataset_id, Tokenization.settings_hash == key)
        async with self._database.read() as session:
            return await session.scalar(query)

    async def _create(
        self, record: Tokenization, tokenizer: LoadedTokenizer, token: str | None
    ) -> TokenizationResponse:
        async with self._database.write() as session:
            dataset = await get_dataset(session, record.dataset_id, for_update=True)
            record.model_id = (await remember_model(session, tokenizer)).id
            session.add(record)
            await session.flush()
            job, event = await self._add_job(session, dataset, record, token)
            response = tokenization_response(record)
        return await self._start(response, job, event)

    async def _add_job(
        self, session: AsyncSession, dataset: Dataset, record: Tokenization, token: str | None
    ) -> tuple[Job, OutgoingEvent]:
        job = await self._jobs.add(session, "tokenize", dataset.id, progress=record.progress, tokenization_id=record.id)
        event = progress_event(JobTarget(job=job, dataset=dataset, tokenization=record))
        await session.flush()
        await self._jobs.hold_token(job, token)
        return job, event

    async def _start(self, response: TokenizationResponse, job: Job, event: OutgoingEvent) -> TokenizationResponse:
        await publish_all(self._bus, [event])
        await self._jobs.enqueue(job.id)
        return response

    async def retry(self, tokenization_id: str, token: str | None = None) -> TokenizationResponse:
        """Continue one that failed or was cancelled, from what it has. Raises NotFound, InvalidTransition."""
        async with self._database.write() as session:
            record = await get_tokenization(session, tokenization_id, for_update=True)
            if record.status not in _RETRIABLE:
                raise InvalidTransition(f"It is {record.status.value}; only what failed or was cancelled is retried.")
            dataset = await get_dataset(session, record.dataset_id, for_update=True)
            record.status = TokenizationStatus.QUEUED
            record.error_code = record.error_message = None
            job, event = await self._add_job(session, dataset, record, token)
            response = tokenization_response(record)
        return await self._start(response, job, event)

    async def cancel(self, tokenization_id: str) -> TokenizationResponse:
        """Stop it, and keep what it has for a retry. Raises NotFound, InvalidTransition."""
        async with self._database.read() as session:
            record = await get_tokenization(session, tokenization_id)
            job = await find_tokenization_job(session, tokenization_id)
        if job is None:
            raise InvalidTransition(f"It is {record.status.value}; there is nothing to cancel.")
        await self._jobs.stop([job])
        async with self._database.read() as session:
            return tokenization_response(await get_tokenization(session, tokenization_id))

    async def delete_tokenization(self, tokenization_id: str) -> None:
        """Stop it, remove its record, then its files. Raises NotFound."""
        await self._deletion.delete(tokenization_id)


def _find_manifest(path: str | None) -> TokenizedManifest | None:
    """Return the manifest in the folder ``path``, or None while it is not there. Blocks."""
    if path is None:
        return None
    try:
        return read_tokenized_manifest(Path(path))
    except DataMissing:
        return None


def _explain_other_text(record: Tokenization, dataset: Dataset) -> str | None:
    """Return why a sample's text is not the text that was tokenized, None if it is."""
    settings = from_json(TokenizeSettings, record.settings)
    if settings.apply_chat_template:
        return "This tokenization reads conversations through the tokenizer's chat template: see its own rows."
    present = make_source(dataset.text_column, dataset.text_template)
    tokenized = make_source(settings.text_column, settings.text_template) or _read_resolved_source(record) or present
    if tokenized is not None and tokenized != present:
        return f"This tokenization is of {describe_source(tokenized)}: see its own rows."
    return None


def _read_resolved_source(record: Tokenization) -> TextSource | None:
    """Return what the texts were read from, if the settings leave it to the dataset, as older ones do."""
    resolved = (record.statistics or {}).get("resolved")
    column = resolved.get("text_column") if isinstance(resolved, dict) else None
    return column if isinstance(column, str) else None

"""Tokenizations as a user handles them: ask for one, look at it, cancel, retry, delete.

A dataset has any number of them, each with its own folder, settings and life. What a request comes to is worked out
before anything is started, so that a mistake is said at once; the work itself is a job.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, HubError, InvalidTransition, StateError, TokenizerError
from mistudio.core.events import EventBus, JobQueue, TokenVault
from mistudio.core.records import from_json
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.spec import TokenizeSettings, equivalence_key, resolve_settings
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest
from mistudio.corpus.tokenized.manifest import TokenizedManifest, read_tokenized_manifest
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.sample import SampleDetail, SampleResponse
from mistudio.schemas.tokenization import TokenizationDetail, TokenizationResponse, TokenizeRequest
from mistudio.services.job_service import JobService
from mistudio.services.jobs.events import OutgoingEvent, changed_event, next_seq, progress_event, publish_all
from mistudio.services.jobs.targets import JobTarget, follow_newest
from mistudio.services.jobs.transitions import new_job
from mistudio.services.lookup import (
    active_jobs,
    find_tokenization_job,
    get_dataset,
    get_ready_dataset,
    get_tokenization,
    list_tokenizations,
)
from mistudio.services.responses import dataset_response, tokenization_detail, tokenization_response
from mistudio.services.storage.disk_space import require_room
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.request import already_exists, needed_for_tokens, new_record, settings_of
from mistudio.services.tokenizations.run import calculate_statistics, save_tokenized_dataset, tokenize_batch
from mistudio.services.tokenizations.token_views import token_spans
from mistudio.services.tokenizer_service import TokenizerService, remembered

_RETRIABLE = (TokenizationStatus.ERROR, TokenizationStatus.CANCELLED)


class TokenizationService:
    """The use cases of tokenizations. Events go out after the commit that they tell of."""

    # What a job does and a service offers, too; jobs' processes start faster without the rest of this module.
    tokenize_batch = staticmethod(tokenize_batch)
    calculate_statistics = staticmethod(calculate_statistics)
    save_tokenized_dataset = staticmethod(save_tokenized_dataset)

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        bus: EventBus,
        queue: JobQueue,
        vault: TokenVault,
        jobs: JobService,
        storage: StorageService,
        tokenizers: TokenizerService,
        on_deleted: Callable[[str], None] = lambda _tokenization_id: None,
    ) -> None:
        """``on_deleted`` is called, on the event loop, with the id of a tokenization whose folder has just gone."""
        self._settings = settings
        self._database = database
        self._bus = bus
        self._queue = queue
        self._vault = vault
        self._jobs = jobs
        self._storage = storage
        self._tokenizers = tokenizers
        self._on_deleted = on_deleted

    async def load_tokenizer(
        self, name: str, revision: str | None = None, *, token: str | None = None, fresh: bool = False
    ) -> LoadedTokenizer:
        """A tokenizer by repository id or path; see ``TokenizerService.load`` for ``fresh`` and the errors."""
        return await self._tokenizers.load(name, revision, token=token, fresh=fresh)

    async def sample_detail(self, sample: SampleResponse, tokenization_id: str | None) -> SampleDetail:
        """``sample`` with its tokens as this tokenization's tokenizer reads them, without added ones.

        Where the tokenizer cannot be had, the sample comes without them, and says why. Raises NotFound.
        """
        detail = SampleDetail(**sample.model_dump(), tokenization_id=tokenization_id)
        if tokenization_id is None:
            return detail
        async with self._database.read() as session:
            record = await get_tokenization(session, tokenization_id)
            dataset = await get_dataset(session, record.dataset_id)
        if note := _other_text(record, dataset):
            return detail.model_copy(update={"tokens_note": note})
        try:
            tokenizer = await self.load_tokenizer(record.tokenizer, record.tokenizer_revision)
        except (HubError, TokenizerError) as error:
            return detail.model_copy(update={"tokens_note": f"Its tokens cannot be shown. {error.detail}"})
        return detail.model_copy(update={"tokens": await asyncio.to_thread(token_spans, tokenizer, sample.text)})

    async def list_tokenizations(self, dataset_id: str) -> list[TokenizationResponse]:
        """The tokenizations of one dataset, newest first. Raises NotFound."""
        async with self._database.read() as session:
            await get_dataset(session, dataset_id)
            records = await list_tokenizations(session, dataset_id)
        return [tokenization_response(record) for record in records]

    async def get_tokenization(self, tokenization_id: str) -> TokenizationDetail:
        """One tokenization with its books. Raises NotFound."""
        async with self._database.read() as session:
            record = await get_tokenization(session, tokenization_id)
            job = await find_tokenization_job(session, tokenization_id)
        manifest = await asyncio.to_thread(_find_manifest, record.path)
        return tokenization_detail(record, job, manifest)

    async def tokenize_dataset(self, dataset_id: str, request: TokenizeRequest) -> TokenizationResponse:
        """Work out what is asked, make the record and its job, and let it start.

        The same settings again are AlreadyExists with the id, or a retry where that one failed or was cancelled. Raises
        NotFound, NotReady, what loading the tokenizer and resolving the settings raise, and DiskFull.
        """
        token = request.access_token.get_secret_value() if request.access_token else None
        async with self._database.read() as session:
            await get_ready_dataset(session, dataset_id, action="tokenized")
        source = await self._tokenizers.pin(request.tokenizer, request.revision, token=token, fresh=True)
        await self._queue.preload(source.name, source.revision)
        tokenizer = await self._tokenizers.load_pinned(source)
        folder = self._storage.folder(dataset_id)
        manifest = await asyncio.to_thread(read_manifest, folder)
        settings = settings_of(request)
        resolved = resolve_settings(settings, tokenizer, dataset=manifest)
        content = await asyncio.to_thread(manifest_sha256, folder)
        key = equivalence_key(settings, tokenizer, dataset=manifest, dataset_hash=content)
        if same := await self._same(dataset_id, key):
            return await self._again(same, token)
        require_room(
            self._settings.data_dir,
            needed_for_tokens(manifest, settings, resolved),
            reserve=self._settings.disk_reserve_bytes,
        )
        record = new_record(dataset_id, settings, key=key, tokenizer=tokenizer)
        try:
            return await self._insert(record, tokenizer, token)
        except IntegrityError as error:
            if same := await self._same(dataset_id, key):
                raise already_exists(same) from error
            raise

    async def _same(self, dataset_id: str, key: str) -> Tokenization | None:
        query = select(Tokenization).where(Tokenization.dataset_id == dataset_id, Tokenization.settings_hash == key)
        async with self._database.read() as session:
            return (await session.scalars(query)).one_or_none()

    async def _again(self, same: Tokenization, token: str | None) -> TokenizationResponse:
        if same.status not in _RETRIABLE:
            raise already_exists(same)
        return await self.retry(same.id, token)

    async def _insert(
        self, record: Tokenization, tokenizer: LoadedTokenizer, token: str | None
    ) -> TokenizationResponse:
        async with self._database.write() as session:
            dataset = await get_dataset(session, record.dataset_id, for_update=True)
            record.model_id = (await remembered(session, tokenizer)).id
            session.add(record)
            await session.flush()
            job, news = await self._add_job(session, dataset, record, token)
            response = tokenization_response(record)
        return await self._started(response, job, news)

    async def _add_job(
        self, session: AsyncSession, dataset: Dataset, record: Tokenization, token: str | None
    ) -> tuple[Job, OutgoingEvent]:
        """Give the tokenization a job in this transaction, the last thing that may fail in it."""
        job = new_job(
            "tokenize", record.dataset_id, max_attempts=self._settings.max_attempts, tokenization_id=record.id
        )
        job.progress = record.progress
        session.add(job)
        await session.flush()
        news = progress_event(JobTarget(job=job, dataset=dataset, tokenization=record))
        await session.flush()
        if token:
            # The dispatcher may see the job as soon as this transaction ends.
            await self._vault.put(job.id, token)
        return job, news

    async def _started(self, response: TokenizationResponse, job: Job, news: OutgoingEvent) -> TokenizationResponse:
        await publish_all(self._bus, [news])
        await self._queue.enqueue(job.id)
        return response

    async def retry(self, tokenization_id: str, token: str | None = None) -> TokenizationResponse:
        """Let one that failed or was cancelled go on from what it has. Raises NotFound, InvalidTransition."""
        async with self._database.write() as session:
            record = await get_tokenization(session, tokenization_id, for_update=True)
            if record.status not in _RETRIABLE:
                raise InvalidTransition(f"It is {record.status.value}; only what failed or was cancelled is retried.")
            dataset = await get_dataset(session, record.dataset_id, for_update=True)
            record.status = TokenizationStatus.QUEUED
            record.error_code = record.error_message = None
            job, news = await self._add_job(session, dataset, record, token)
            response = tokenization_response(record)
        return await self._started(response, job, news)

    async def cancel(self, tokenization_id: str) -> TokenizationResponse:
        """Stop it; what it has is kept for a retry. Raises NotFound, InvalidTransition."""
        if not await self._stop(tokenization_id):
            record = await self.get_tokenization(tokenization_id)
            raise InvalidTransition(f"It is {record.status.value}; there is nothing to cancel.")
        async with self._database.read() as session:
            return tokenization_response(await get_tokenization(session, tokenization_id))

    async def _stop(self, tokenization_id: str) -> bool:
        """End its active job; answers whether there was one."""
        async with self._database.read() as session:
            query = select(Job).where(Job.tokenization_id == tokenization_id, Job.active())
            jobs = (await session.scalars(query)).all()
        for job in jobs:
            if await self._jobs.request_cancel(job.id):
                await self._queue.cancel(job.id)
            await self._vault.drop(job.id)
        return bool(jobs)

    async def delete_tokenization(self, tokenization_id: str) -> None:
        """Stop it, remove its record, then its files. Raises NotFound.

        A kill before the files are gone leaves a mark, by which the next start finishes the deletion.
        """
        async with self._database.read() as session:
            await get_tokenization(session, tokenization_id)
        await asyncio.to_thread(self._storage.mark_deleted, tokenization_id)
        try:
            news = await self._remove_record(tokenization_id)
        except StateError:
            await asyncio.to_thread(self._storage.unmark, tokenization_id)
            raise
        await publish_all(self._bus, [news])
        await asyncio.to_thread(self._storage.discard, tokenization_id)
        self._on_deleted(tokenization_id)
        self._storage.empty_soon()

    async def _remove_record(self, tokenization_id: str) -> OutgoingEvent:
        """A retry may slip in between the stop of its job and the removal: then that is stopped again."""
        while True:
            await self._stop(tokenization_id)
            async with self._database.write() as session:
                record = await get_tokenization(session, tokenization_id, for_update=True)
                query = select(Job.id).where(Job.tokenization_id == tokenization_id, Job.active()).limit(1)
                if await session.scalar(query):
                    continue
                dataset = await get_dataset(session, record.dataset_id, for_update=True)
                await session.delete(record)
                await session.flush()
                await follow_newest(session, dataset)
                next_seq(dataset)
                return changed_event(dataset_response(dataset, await active_jobs(session, [dataset.id])))


def _find_manifest(path: str | None) -> TokenizedManifest | None:
    """Return the manifest in the folder ``path``, or None while it is not there. Blocks."""
    if path is None:
        return None
    try:
        return read_tokenized_manifest(Path(path))
    except DataMissing:
        return None


def _other_text(record: Tokenization, dataset: Dataset) -> str | None:
    """Why the text of a sample is not the one that was tokenized, if so."""
    settings = from_json(TokenizeSettings, record.settings)
    if settings.apply_chat_template:
        return "This tokenization reads conversations through the tokenizer's chat template: see its own rows."
    if settings.text_column not in (None, dataset.text_column):
        return f"This tokenization is of column “{settings.text_column}”: see its own rows."
    return None

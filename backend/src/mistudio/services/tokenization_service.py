"""Tokenizations as a user handles them: ask for one, look at it, cancel, retry, delete.

A dataset has any number of them, each with its own folder, settings and life. What a request comes to is worked out
before anything is started, so that a mistake is said at once; the work itself is a job.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import AlreadyExists, InvalidTransition, NotReady, StateError
from mistudio.core.events import EventBus, JobQueue, TokenVault
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.corpus.manifest import Manifest, manifest_sha256, read_manifest
from mistudio.corpus.tokenize_settings import Resolved, TokenizeSettings, resolve, settings_hash
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Dataset, Job, Tokenization, new_id
from mistudio.schemas.tokenization import TokenizationDetail, TokenizationResponse, TokenizeRequest, TokenSpan
from mistudio.services.disk import require_room
from mistudio.services.job_service import JobService, new_job
from mistudio.services.news import News, changed_news, next_seq, progress_news, publish_all
from mistudio.services.storage_service import StorageService
from mistudio.services.targets import Held, follow_newest
from mistudio.services.token_views import token_spans
from mistudio.services.tokenizer_service import TokenizerService, remembered
from mistudio.services.views import (
    active_jobs,
    dataset_or_404,
    dataset_response,
    tokenization_detail,
    tokenization_or_404,
    tokenization_responses,
)

_BYTES_PER_ID, _BYTES_PER_MASK = 4, 1
# Bytes of text per token, on the safe side: real text has 3 to 5, text that a tokenizer does not know has 1 to 2.
_TEXT_BYTES_PER_TOKEN = 1.5
_RETRIABLE = (TokenizationStatus.ERROR, TokenizationStatus.CANCELLED)


class TokenizationService:
    """The use cases of tokenizations. Events go out after the commit that they tell of."""

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
    ) -> None:
        self._settings = settings
        self._database = database
        self._bus = bus
        self._queue = queue
        self._vault = vault
        self._jobs = jobs
        self._storage = storage
        self._tokenizers = tokenizers

    async def load_tokenizer(
        self, name: str, revision: str | None = None, *, token: str | None = None
    ) -> LoadedTokenizer:
        """A tokenizer by repository id or path; see ``TokenizerService.load`` for the errors."""
        return await self._tokenizers.load(name, revision, token=token)

    async def tokens_of(self, tokenization_id: str, text: str) -> list[TokenSpan]:
        """The tokens of a text as this tokenization's tokenizer reads it, without added ones. Raises NotFound."""
        async with self._database.read() as session:
            record = await tokenization_or_404(session, tokenization_id)
        tokenizer = await self._tokenizers.load(record.tokenizer, record.tokenizer_revision)
        return await asyncio.to_thread(token_spans, tokenizer, text)

    async def list_tokenizations(self, dataset_id: str) -> list[TokenizationResponse]:
        """The tokenizations of one dataset, newest first. Raises NotFound."""
        async with self._database.read() as session:
            await dataset_or_404(session, dataset_id)
            return await tokenization_responses(session, dataset_id)

    async def get_tokenization(self, tokenization_id: str) -> TokenizationDetail:
        """One tokenization with its books. Raises NotFound."""
        async with self._database.read() as session:
            return await tokenization_detail(session, await tokenization_or_404(session, tokenization_id))

    async def tokenize_dataset(self, dataset_id: str, request: TokenizeRequest) -> TokenizationResponse:
        """Work out what is asked, make the record and its job, and let it start.

        The same settings again are AlreadyExists with the id, or a retry where that one failed or was cancelled. Raises
        NotFound, NotReady, what loading the tokenizer and resolving the settings raise, and DiskFull.
        """
        token = request.access_token.get_secret_value() if request.access_token else None
        await self._require_ready(dataset_id)
        tokenizer = await self._tokenizers.load(request.tokenizer, request.revision, token=token, fresh=True)
        folder = self._storage.folder(dataset_id)
        manifest = await asyncio.to_thread(read_manifest, folder)
        settings = settings_of(request)
        resolved = resolve(settings, tokenizer, dataset=manifest)
        content = await asyncio.to_thread(manifest_sha256, folder)
        key = settings_hash(settings, resolved, fingerprint=tokenizer.fingerprint, dataset_hash=content)
        if same := await self._same(dataset_id, key):
            return await self._again(same, token)
        require_room(
            self._settings.data_dir,
            needed_for_tokens(manifest, settings, resolved),
            reserve=self._settings.disk_reserve_bytes,
        )
        record = _new_record(dataset_id, settings, key=key, tokenizer=tokenizer)
        try:
            return await self._insert(record, tokenizer, token)
        except IntegrityError as error:
            if same := await self._same(dataset_id, key):
                raise _already_exists(same) from error
            raise

    async def _require_ready(self, dataset_id: str) -> None:
        async with self._database.read() as session:
            dataset = await dataset_or_404(session, dataset_id)
        if dataset.status is not DatasetStatus.READY:
            raise NotReady(f"“{dataset.name}” is {dataset.status.value}; it can be tokenized once it is ready.")

    async def _same(self, dataset_id: str, key: str) -> Tokenization | None:
        query = select(Tokenization).where(Tokenization.dataset_id == dataset_id, Tokenization.settings_hash == key)
        async with self._database.read() as session:
            return (await session.scalars(query)).one_or_none()

    async def _again(self, same: Tokenization, token: str | None) -> TokenizationResponse:
        if same.status not in _RETRIABLE:
            raise _already_exists(same)
        return await self.retry(same.id, token)

    async def _insert(
        self, record: Tokenization, tokenizer: LoadedTokenizer, token: str | None
    ) -> TokenizationResponse:
        async with self._database.write() as session:
            dataset = await dataset_or_404(session, record.dataset_id, for_update=True)
            record.model_id = (await remembered(session, tokenizer)).id
            session.add(record)
            await session.flush()
            job, news = await self._add_job(session, dataset, record, token)
            response = TokenizationResponse.model_validate(record)
        return await self._started(response, job, news)

    async def _add_job(
        self, session: AsyncSession, dataset: Dataset, record: Tokenization, token: str | None
    ) -> tuple[Job, News]:
        """Give the tokenization a job in this transaction, the last thing that may fail in it."""
        job = new_job(
            "tokenize", record.dataset_id, max_attempts=self._settings.max_attempts, tokenization_id=record.id
        )
        job.progress = record.progress
        session.add(job)
        await session.flush()
        news = progress_news(Held(job=job, dataset=dataset, tokenization=record))
        await session.flush()
        if token:
            # The dispatcher may see the job as soon as this transaction ends.
            await self._vault.put(job.id, token)
        return job, news

    async def _started(self, response: TokenizationResponse, job: Job, news: News) -> TokenizationResponse:
        await publish_all(self._bus, [news])
        await self._queue.enqueue(job.id)
        return response

    async def retry(self, tokenization_id: str, token: str | None = None) -> TokenizationResponse:
        """Let one that failed or was cancelled go on from what it has. Raises NotFound, InvalidTransition."""
        async with self._database.write() as session:
            record = await tokenization_or_404(session, tokenization_id, for_update=True)
            if record.status not in _RETRIABLE:
                raise InvalidTransition(f"It is {record.status.value}; only what failed or was cancelled is retried.")
            dataset = await dataset_or_404(session, record.dataset_id, for_update=True)
            record.status = TokenizationStatus.QUEUED
            record.error_code = record.error_message = None
            job, news = await self._add_job(session, dataset, record, token)
            response = TokenizationResponse.model_validate(record)
        return await self._started(response, job, news)

    async def cancel(self, tokenization_id: str) -> TokenizationResponse:
        """Stop it; what it has is kept for a retry. Raises NotFound, InvalidTransition."""
        if not await self._stop(tokenization_id):
            record = await self.get_tokenization(tokenization_id)
            raise InvalidTransition(f"It is {record.status.value}; there is nothing to cancel.")
        async with self._database.read() as session:
            return TokenizationResponse.model_validate(await tokenization_or_404(session, tokenization_id))

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
            await tokenization_or_404(session, tokenization_id)
        await asyncio.to_thread(self._storage.mark_deleted, tokenization_id)
        try:
            news = await self._remove_record(tokenization_id)
        except StateError:
            await asyncio.to_thread(self._storage.unmark, tokenization_id)
            raise
        await publish_all(self._bus, [news])
        await asyncio.to_thread(self._storage.discard, tokenization_id)
        self._storage.empty_soon()

    async def _remove_record(self, tokenization_id: str) -> News:
        """A retry may slip in between the stop of its job and the removal: then that is stopped again."""
        while True:
            await self._stop(tokenization_id)
            async with self._database.write() as session:
                record = await tokenization_or_404(session, tokenization_id, for_update=True)
                query = select(Job.id).where(Job.tokenization_id == tokenization_id, Job.active()).limit(1)
                if await session.scalar(query):
                    continue
                dataset = await dataset_or_404(session, record.dataset_id, for_update=True)
                await session.delete(record)
                await session.flush()
                await follow_newest(session, dataset)
                next_seq(dataset)
                return changed_news(dataset_response(dataset, await active_jobs(session, [dataset.id])))


def settings_of(request: TokenizeRequest) -> TokenizeSettings:
    """The settings of the request, which never hold the token."""
    fields = request.model_dump(exclude={"access_token"})
    return TokenizeSettings(**{**fields, "splits": tuple(request.splits) if request.splits else None})


def needed_for_tokens(manifest: Manifest, settings: TokenizeSettings, resolved: Resolved) -> int:
    """An upper estimate, in bytes, of the room that the rows will take."""
    share = sum(split.rows for split in manifest.splits if split.name in resolved.splits) / max(manifest.rows, 1)
    tokens = (manifest.text.utf8_bytes or 0) * share / _TEXT_BYTES_PER_TOKEN
    if settings.padding == "do_not_pad":
        return int(tokens * _BYTES_PER_ID)
    rows = manifest.rows * share
    return int(rows * resolved.max_length * (_BYTES_PER_ID + _BYTES_PER_MASK))


def _new_record(dataset_id: str, settings: TokenizeSettings, *, key: str, tokenizer: LoadedTokenizer) -> Tokenization:
    return Tokenization(
        id=new_id("tok"),
        dataset_id=dataset_id,
        tokenizer=tokenizer.repo,
        tokenizer_revision=tokenizer.commit,
        fingerprint=tokenizer.fingerprint,
        settings=settings.to_json(),
        settings_hash=key,
        status=TokenizationStatus.QUEUED,
        progress=0.0,
        vocab_size=tokenizer.vocab_size,
    )


def _already_exists(same: Tokenization) -> AlreadyExists:
    what = "is here already" if same.status is TokenizationStatus.READY else f"is {same.status.value} already"
    return AlreadyExists(
        f"A tokenization by {same.tokenizer} with these settings {what}.",
        extra={"tokenization_id": same.id, "dataset_id": same.dataset_id, "status": same.status.value},
    )

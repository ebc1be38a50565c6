"""Samples of a dataset, read off the event loop from its store."""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import (
    DataMissing,
    FieldError,
    NotFound,
    UnknownSplit,
    ValidationFailed,
)
from mistudio.core.states import IndexState
from mistudio.corpus.search.highlights import Highlighter
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.file_pool import FilePool
from mistudio.corpus.store.sample import Sample, make_sample
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.schemas.common import Pagination
from mistudio.schemas.sample import SampleListResponse, SampleQuery, SampleResponse, SearchInfo
from mistudio.services.lookup import ready_dataset, ready_tokenization
from mistudio.services.samples.query import (
    asks_for_lengths,
    is_search,
    note_on,
    offset_of,
    request_of,
)
from mistudio.services.samples.search import Asked, Gone, SearchService, until_cancelled
from mistudio.services.storage_service import StorageService

Result = TypeVar("Result")
UnusableIndex: TypeAlias = Callable[[str], Awaitable[object]]

_OPEN_STORES = 32
_READERS = 4


async def _ignored(_dataset_id: str) -> None:
    """Nobody sees to indexes."""


@dataclass(frozen=True)
class _Readable:
    text_column: str
    tokenization_id: str | None
    tokenization: Path | None
    is_indexed: bool


class SampleService:
    """Pages and single samples; a bounded pool of threads reads them, and recently used stores stay open.

    All stores together keep a bounded number of files open. ``on_unusable_index`` is told of a dataset whose index is
    said to be ready, but was found to be gone, damaged, or of other data.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: StorageService,
        *,
        on_unusable_index: UnusableIndex = _ignored,
    ) -> None:
        self._database = database
        self._storage = storage
        self._on_unusable_index = on_unusable_index
        self._stores: OrderedDict[str, DatasetStore] = OrderedDict()
        self._files = FilePool()
        self._forgotten: set[str] = set()
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="samples")
        self.searches = SearchService(settings, self._store)

    async def list_samples(
        self, dataset_id: str, query: SampleQuery, *, gone: Gone = until_cancelled
    ) -> SampleListResponse:
        """One page, in the data's order unless asked otherwise, empty beyond the end.

        ``gone`` returns when nobody waits for it any more. Raises NotFound, NotReady, UnknownSplit,
        InvalidPattern, ValidationFailed, DataMissing.
        """
        began = time.perf_counter()
        readable = await self._readable(dataset_id, query)
        if is_search(query):
            page = await self._found(dataset_id, query, readable, gone)
        else:
            page = await self._read(lambda: self._listed(dataset_id, query, readable))
        page.search.took_ms = round((time.perf_counter() - began) * 1000, 2)
        return page

    def _listed(self, dataset_id: str, query: SampleQuery, readable: _Readable) -> SampleListResponse:
        store = self._store(dataset_id)
        _require_split(store, query.split)
        rows = store.page(query.split, offset=offset_of(query), limit=query.limit)
        total = store.num_rows(query.split)
        return SampleListResponse(
            data=_responses(rows, readable, store),
            pagination=Pagination.of(page=query.page, limit=query.limit, total=total),
            search=SearchInfo(mode=None, took_ms=0.0, exact_total=True, tokenization_id=readable.tokenization_id),
        )

    async def _found(self, dataset_id: str, query: SampleQuery, readable: _Readable, gone: Gone) -> SampleListResponse:
        if query.split is not None:
            await self._read(lambda: _require_split(self._store(dataset_id), query.split))
        request = request_of(query)
        asked = Asked(dataset_id, request, readable.tokenization, offset_of(query), query.limit)
        found = await self.searches.find(asked, gone=gone)
        if readable.is_indexed and not found.has_index:
            await self._on_unusable_index(dataset_id)
        data = await self._read(lambda: _responses(found.rows, readable, self._store(dataset_id), found.highlighter))
        info = SearchInfo(
            mode=request.mode,
            took_ms=0.0,
            exact_total=found.page.is_exact,
            case=request.case,
            sort=found.search.sort,
            index=found.search.uses_index,
            partial=found.page.is_partial,
            tokenization_id=readable.tokenization_id,
            note=None if found.page.total else note_on(query),
        )
        pagination = Pagination.of(page=query.page, limit=query.limit, total=found.page.total)
        return SampleListResponse(data=data, pagination=pagination, search=info)

    async def get_sample(
        self, dataset_id: str, split: str, row: int, *, tokenization: str | None = None
    ) -> SampleResponse:
        """One sample whole. Raises NotFound, of the split and the row too, NotReady, DataMissing."""
        readable = await self._readable(dataset_id, SampleQuery(tokenization=tokenization))

        def read() -> SampleResponse:
            store = self._store(dataset_id)
            _require_split(store, split, missing=NotFound)
            if row >= store.num_rows(split):
                raise NotFound(
                    f"Split “{split}” has {store.num_rows(split):,} rows, counted from 0; there is no row {row}."
                )
            return _responses([store.row(split, row)], readable, store, whole=True)[0]

        return await self._read(read)

    async def _readable(self, dataset_id: str, query: SampleQuery) -> _Readable:
        """What a dataset that can be read is read with."""
        async with self._database.read() as session:
            dataset = await ready_dataset(session, dataset_id)
            tokenization = await ready_tokenization(session, dataset_id, query.tokenization)
        tokenization_id = tokenization.id if tokenization else None
        if tokenization_id is None and asks_for_lengths(query):
            field = "max_tokens" if query.min_tokens is None else "min_tokens"
            detail = "Nothing can be told of token counts before the dataset is tokenized: tokenize it first."
            raise ValidationFailed(detail, fields=[FieldError(field, detail)])
        folder = self._storage.tokenized(dataset_id, tokenization_id) if tokenization_id else None
        # A dataset that is ready has a text column.
        text_column, is_indexed = dataset.text_column or "", dataset.index_state is IndexState.READY
        return _Readable(text_column, tokenization_id, folder, is_indexed=is_indexed)

    async def _read(self, read: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def _store(self, dataset_id: str) -> DatasetStore:
        with self._lock:
            if store := self._stores.get(dataset_id):
                self._stores.move_to_end(dataset_id)
                return store
        # Reading a manifest takes a while: not under the lock, for which the event loop may wait.
        opened = DatasetStore(Path(self._storage.folder(dataset_id)), files=self._files)
        with self._lock:
            if dataset_id in self._forgotten:
                opened.close()
                return opened
            store = self._stores.setdefault(dataset_id, opened)
            self._stores.move_to_end(dataset_id)
            while len(self._stores) > _OPEN_STORES:
                self._stores.popitem(last=False)[1].close()
        return store

    def forget(self, dataset_id: str) -> None:
        """Close the files of a dataset that is deleted; one that is read at this moment closes when that is done.

        Waits for nobody and reads nothing: may be called from the event loop, and from any thread.
        """
        with self._lock:
            self._forgotten.add(dataset_id)
            store = self._stores.pop(dataset_id, None)
        self.searches.forget(dataset_id)
        if store is not None:
            store.close()

    def close(self) -> None:
        """End the reading threads and close all files."""
        self.searches.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
        for dataset_id in list(self._stores):
            self.forget(dataset_id)


def _require_split(
    store: DatasetStore, split: str | None, *, missing: type[NotFound | UnknownSplit] = UnknownSplit
) -> None:
    if split is not None and split not in store.splits:
        raise missing(
            f"There is no split “{split}”. Splits: {', '.join(store.splits)}.", extra={"choices": list(store.splits)}
        )


def _responses(
    rows: Sequence[StoredRow],
    readable: _Readable,
    store: DatasetStore,
    highlighter: Highlighter | None = None,
    *,
    whole: bool = False,
) -> list[SampleResponse]:
    samples = [make_sample(row, readable.text_column, whole=whole) for row in rows]
    counts: list[int | None] = [None] * len(rows)
    if readable.tokenization is not None:
        # A tokenization that is being deleted takes its counts with it; the samples stay.
        with suppress(DataMissing):
            counts = TokenLengths(readable.tokenization, store).known([row.id for row in rows])
    return [_response(sample, count, highlighter) for sample, count in zip(samples, counts, strict=True)]


def _response(sample: Sample, token_count: int | None, highlighter: Highlighter | None) -> SampleResponse:
    return SampleResponse(
        id=sample.id,
        split=sample.split,
        row=sample.row,
        text=sample.text,
        token_count=token_count,
        char_count=sample.char_count,
        truncated=sample.truncated,
        marks=highlighter.find_spans(sample.text) if highlighter else [],
        columns=sample.columns,
    )

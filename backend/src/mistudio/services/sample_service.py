"""Samples of a dataset, read off the event loop from its store."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing, NotFound, UnknownSplit, ValidationFailed
from mistudio.core.states import IndexState
from mistudio.corpus.search.highlights import Highlighter
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.store.sample import Sample, make_sample
from mistudio.corpus.store.text_source import TextSource, make_source
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.schemas.common import Pagination
from mistudio.schemas.sample import SampleListResponse, SampleQuery, SampleResponse, SearchInfo
from mistudio.services.lookup import choose_tokenization, get_ready_dataset
from mistudio.services.samples.open_datasets import OpenDatasets
from mistudio.services.samples.query import (
    explain_no_hits,
    has_length_filter,
    is_search,
    offset_of,
    to_search_request,
)
from mistudio.services.samples.search import Disconnect, PageRequest, SearchService, wait_forever
from mistudio.services.storage_service import StorageService

Result = TypeVar("Result")
UnusableIndex: TypeAlias = Callable[[str], Awaitable[object]]

_READERS: Final = 4


async def _ignore(_dataset_id: str) -> None:
    """Leave the index as it is."""


@dataclass(frozen=True)
class _Source:
    """What the samples of a dataset are read with; ``tokenization`` is the folder that has their token counts."""

    text: TextSource
    tokenization_id: str | None
    tokenization: Path | None
    is_indexed: bool


class SampleService:
    """Pages and single samples, read by a bounded pool of threads from stores that stay open."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        storage: StorageService,
        *,
        on_unusable_index: UnusableIndex = _ignore,
    ) -> None:
        """``on_unusable_index`` is called for a dataset whose ready index is missing, damaged, or of other data."""
        self._database = database
        self._storage = storage
        self._on_unusable_index = on_unusable_index
        self._datasets = OpenDatasets(storage)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="samples")
        self.searches = SearchService(settings, self._datasets)

    async def list_samples(
        self, dataset_id: str, query: SampleQuery, *, disconnect: Disconnect = wait_forever
    ) -> SampleListResponse:
        """Return one page, in the order of the data unless the query names another; empty beyond the end.

        ``disconnect`` returns once the client has left. Raises NotFound, NotReady, UnknownSplit,
        UnknownColumn, InvalidPattern, ValidationFailed, DataMissing, Unavailable.
        """
        began = time.perf_counter()
        source = await self._find_source(dataset_id, query)
        if is_search(query):
            page = await self._search_page(dataset_id, query, source, disconnect)
        else:
            page = await self._read(lambda: self._list_page(dataset_id, query, source))
        page.search.took_ms = round((time.perf_counter() - began) * 1000, 2)
        return page

    def _list_page(self, dataset_id: str, query: SampleQuery, source: _Source) -> SampleListResponse:
        store = self._datasets.get(dataset_id, source.text)
        _require_split(store, query.split)
        rows = store.page(query.split, offset=offset_of(query), limit=query.limit)
        total = store.num_rows(query.split)
        return SampleListResponse(
            data=_sample_responses(rows, source, store),
            pagination=Pagination.of(page=query.page, limit=query.limit, total=total),
            search=SearchInfo(mode=None, took_ms=0.0, exact_total=True, tokenization_id=source.tokenization_id),
        )

    async def _search_page(
        self, dataset_id: str, query: SampleQuery, source: _Source, disconnect: Disconnect
    ) -> SampleListResponse:
        if query.split is not None:
            await self._read(lambda: _require_split(self._datasets.get(dataset_id, source.text), query.split))
        request = to_search_request(query)
        wanted = PageRequest(dataset_id, request, source.tokenization, offset_of(query), query.limit, source.text)
        found = await self.searches.find(wanted, disconnect=disconnect)
        if source.is_indexed and not found.has_index:
            await self._on_unusable_index(dataset_id)
        data = await self._read(
            lambda: _sample_responses(
                found.rows, source, self._datasets.get(dataset_id, source.text), found.highlighter
            )
        )
        info = SearchInfo(
            mode=request.mode,
            took_ms=0.0,
            exact_total=found.page.is_exact,
            case=request.case,
            sort=found.search.sort,
            order_by=query.order_by,
            index=found.search.uses_index,
            partial=found.page.is_partial,
            tokenization_id=source.tokenization_id,
            note=None if found.page.total else explain_no_hits(query),
        )
        pagination = Pagination.of(page=query.page, limit=query.limit, total=found.page.total)
        return SampleListResponse(data=data, pagination=pagination, search=info)

    async def get_sample(
        self, dataset_id: str, split: str, row: int, *, tokenization: str | None = None
    ) -> SampleResponse:
        """Return one sample in full. Raises NotFound, also for the split and the row, NotReady, DataMissing."""
        source = await self._find_source(dataset_id, SampleQuery(tokenization=tokenization))

        def read() -> SampleResponse:
            store = self._datasets.get(dataset_id, source.text)
            if split not in store.splits:
                raise NotFound(_no_split(store, split), extra={"choices": list(store.splits)})
            if row >= store.num_rows(split):
                raise NotFound(
                    f"Split “{split}” has {store.num_rows(split):,} rows, counted from 0; there is no row {row}."
                )
            return _sample_responses([store.row(split, row)], source, store, whole=True)[0]

        return await self._read(read)

    async def _find_source(self, dataset_id: str, query: SampleQuery) -> _Source:
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id)
            tokenization = await choose_tokenization(session, dataset_id, query.tokenization)
        tokenization_id = tokenization.id if tokenization else None
        if tokenization_id is None and has_length_filter(query):
            field = "max_tokens" if query.min_tokens is None else "min_tokens"
            raise ValidationFailed("This dataset has no token counts yet: tokenize it first.", field=field)
        folder = self._storage.tokenized(dataset_id, tokenization_id) if tokenization_id else None
        # A dataset that is ready has a text column or a template.
        text = make_source(dataset.text_column, dataset.text_template) or ""
        return _Source(text, tokenization_id, folder, is_indexed=dataset.index_state is IndexState.READY)

    async def _read(self, read: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def forget(self, dataset_id: str) -> None:
        """Close the files of a deleted dataset; a file that is being read is closed when that is done.

        Does not wait or read: may be called from the event loop, and from any thread.
        """
        self._datasets.forget(dataset_id)
        self.searches.forget(dataset_id)

    def close(self) -> None:
        """End the reading threads and close all files."""
        self.searches.close()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._datasets.close()


def _no_split(store: DatasetStore, split: str) -> str:
    return f"There is no split “{split}”. Splits: {', '.join(store.splits)}."


def _require_split(store: DatasetStore, split: str | None) -> None:
    if split is not None and split not in store.splits:
        raise UnknownSplit(_no_split(store, split), field="split", extra={"choices": list(store.splits)})


def _sample_responses(
    rows: Sequence[StoredRow],
    source: _Source,
    store: DatasetStore,
    highlighter: Highlighter | None = None,
    *,
    whole: bool = False,
) -> list[SampleResponse]:
    samples = [make_sample(row, source.text, whole=whole, features=store.manifest.features) for row in rows]
    counts: list[int | None] = [None] * len(rows)
    if source.tokenization is not None:
        # The token counts are gone if the tokenization is being deleted; the samples are still there.
        with suppress(DataMissing):
            counts = TokenLengths(source.tokenization, store).known([row.id for row in rows])
    return [_sample_response(sample, count, highlighter) for sample, count in zip(samples, counts, strict=True)]


def _sample_response(sample: Sample, token_count: int | None, highlighter: Highlighter | None) -> SampleResponse:
    return SampleResponse(
        id=sample.id,
        split=sample.split,
        row=sample.row,
        text=sample.text,
        text_is_null=sample.text_is_null,
        token_count=token_count,
        char_count=sample.char_count,
        truncated=sample.truncated,
        marks=highlighter.find_spans(sample.text) if highlighter else [],
        columns=sample.columns,
    )

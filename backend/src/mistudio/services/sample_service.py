"""Samples of a dataset, read off the event loop from its store."""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from mistudio.core.database import Database
from mistudio.core.errors import NotFound, NotReady, UnknownSplit
from mistudio.core.states import DatasetStatus
from mistudio.corpus.open_files import OpenFiles
from mistudio.corpus.samples import Sample, sample_of
from mistudio.corpus.store import DatasetStore
from mistudio.schemas.common import Pagination
from mistudio.schemas.sample import SampleListResponse, SampleResponse, SearchInfo
from mistudio.services.storage_service import StorageService
from mistudio.services.views import dataset_or_404

Result = TypeVar("Result")

_OPEN_STORES = 32
_READERS = 4


class SampleService:
    """Pages and single samples; a bounded pool of threads reads them, and recently used stores stay open.

    All stores together keep a bounded number of files open.
    """

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage
        self._stores: OrderedDict[str, DatasetStore] = OrderedDict()
        self._files = OpenFiles()
        self._forgotten: set[str] = set()
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="samples")

    async def list_samples(self, dataset_id: str, *, split: str | None, page: int, limit: int) -> SampleListResponse:
        """One page in the data's order, empty beyond the end. Raises NotFound, NotReady, UnknownSplit, DataMissing."""
        began = time.perf_counter()
        text_column = await self._require_ready(dataset_id)

        def read() -> tuple[int, list[Sample]]:
            store = self._store(dataset_id)
            _require_split(store, split)
            rows = store.page(split, offset=(page - 1) * limit, limit=limit)
            return store.num_rows(split), [sample_of(row, text_column) for row in rows]

        total, samples = await self._read(read)
        return SampleListResponse(
            data=[_response(sample) for sample in samples],
            pagination=Pagination.of(page=page, limit=limit, total=total),
            search=SearchInfo(mode=None, took_ms=round((time.perf_counter() - began) * 1000, 2), exact_total=True),
        )

    async def get_sample(self, dataset_id: str, split: str, row: int) -> SampleResponse:
        """One sample whole. Raises NotFound, NotReady, UnknownSplit, DataMissing."""
        text_column = await self._require_ready(dataset_id)

        def read() -> Sample:
            store = self._store(dataset_id)
            _require_split(store, split)
            if row >= store.num_rows(split):
                raise NotFound(
                    f"Split “{split}” has {store.num_rows(split):,} rows, counted from 0; there is no row {row}."
                )
            return sample_of(store.row(split, row), text_column, whole=True)

        return _response(await self._read(read))

    async def _require_ready(self, dataset_id: str) -> str:
        """The text column of a dataset that can be read."""
        async with self._database.read() as session:
            dataset = await dataset_or_404(session, dataset_id)
        if dataset.status is not DatasetStatus.READY or dataset.text_column is None:
            raise NotReady(f"“{dataset.name}” is {dataset.status.value}; its samples can be read once it is ready.")
        return dataset.text_column

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
        if store is not None:
            store.close()

    def close(self) -> None:
        """End the reading threads and close all files."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        for dataset_id in list(self._stores):
            self.forget(dataset_id)


def _require_split(store: DatasetStore, split: str | None) -> None:
    if split is not None and split not in store.splits:
        raise UnknownSplit(
            f"There is no split “{split}”. Splits: {', '.join(store.splits)}.", extra={"choices": list(store.splits)}
        )


def _response(sample: Sample) -> SampleResponse:
    return SampleResponse(
        id=sample.id,
        split=sample.split,
        row=sample.row,
        text=sample.text,
        token_count=None,
        char_count=sample.char_count,
        truncated=sample.truncated,
        marks=[],
        columns=sample.columns,
    )

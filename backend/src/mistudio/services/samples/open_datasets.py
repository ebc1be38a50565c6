"""Keeps the datasets open that were read last, and remembers which ones were deleted."""

import threading
from typing import Final

from cachetools import FIFOCache, LRUCache

from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.file_pool import FilePool
from mistudio.corpus.store.text_source import TextSource
from mistudio.services.storage_service import StorageService

_MOST_STORES: Final = 32
# An id must be remembered for as long as a request that began before the deletion may run.
_MOST_DELETED: Final = 1_000


class _Stores(LRUCache[str, DatasetStore]):
    """Closes the store that it evicts."""

    def popitem(self) -> tuple[str, DatasetStore]:
        """Remove the store that was used longest ago, and close it."""
        dataset_id, store = super().popitem()
        store.close()
        return dataset_id, store


class OpenDatasets:
    """At most 32 stores, which share a bounded number of open files. Safe to use from several threads."""

    def __init__(self, storage: StorageService) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._files = FilePool()
        self._stores = _Stores(_MOST_STORES)
        self._deleted: FIFOCache[str, bool] = FIFOCache(_MOST_DELETED)

    def get(self, dataset_id: str, text: TextSource | None = None) -> DatasetStore:
        """Return the store of a dataset, whose texts are those of ``text``. Blocks. Raises DataMissing.

        Without ``text`` any store of the dataset will do. The store of a deleted dataset, which a request that began
        before may still read, keeps no file open, and neither does one whose text was changed.
        """
        with self._lock:
            if store := self._find(dataset_id, text):
                return store
        # Reading a manifest takes a while: not under the lock, for which the event loop may wait.
        opened = DatasetStore(self._storage.folder(dataset_id), files=self._files, text=text)
        with self._lock:
            if store := self._find(dataset_id, text):
                return store
            unused: DatasetStore | None = opened
            if dataset_id not in self._deleted:
                unused, self._stores[dataset_id] = self._stores.get(dataset_id), opened
        if unused is not None:
            unused.close()
        return opened

    def _find(self, dataset_id: str, text: TextSource | None) -> DatasetStore | None:
        store = self._stores.get(dataset_id)
        return store if store is not None and (text is None or store.text == text) else None

    def is_deleted(self, dataset_id: str) -> bool:
        """Whether ``forget`` was called for this dataset."""
        with self._lock:
            return dataset_id in self._deleted

    def forget(self, dataset_id: str) -> None:
        """Close the files of a deleted dataset; a file that is being read is closed when that is done.

        Does not wait or read: may be called from the event loop, and from any thread.
        """
        with self._lock:
            self._deleted[dataset_id] = True
            store = self._stores.pop(dataset_id, None)
        if store is not None:
            store.close()

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            while self._stores:
                self._stores.popitem()

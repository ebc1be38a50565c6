"""Keeps the tokenizations open whose rows were read last, with their files mapped, so that the next page is fast.

A mapped file keeps its bytes on the disk after it was deleted, so a deleted tokenization is forgotten at once. A
tokenization that was made again in the same folder has another manifest file, and is opened again.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cachetools import LRUCache

from mistudio.core.errors import DataMissing
from mistudio.corpus.tokenized.manifest import TOKENIZED_MANIFEST
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.utils.file_utils import file_stamp

_MOST_STORES: Final = 8


@dataclass(frozen=True)
class _OpenStore:
    dataset_id: str
    # Which file the manifest is.
    stamp: tuple[int, int]
    store: TokenizedStore


class OpenTokenizations:
    """At most ``most`` stores. Safe to use from several threads; it blocks."""

    def __init__(self, most: int = _MOST_STORES) -> None:
        self._lock = threading.Lock()
        self._stores: LRUCache[str, _OpenStore] = LRUCache(most)

    def get(self, dataset_id: str, tokenization_id: str, folder: Path) -> TokenizedStore:
        """Return the tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
        # All under one lock: ``forget`` is called once the folder is gone. It comes first, and the folder is missing
        # here, or it comes later, and removes what was opened here.
        with self._lock:
            stamp = _stamp_of(folder)
            known = self._stores.get(tokenization_id)
            if known is not None and known.stamp == stamp:
                return known.store
            store = TokenizedStore.open(folder)
            self._stores[tokenization_id] = _OpenStore(dataset_id, stamp, store)
            return store

    def forget(self, target: str) -> None:
        """Close the tokenization with this id, or all of the dataset with this id."""
        with self._lock:
            for key in [key for key, known in self._stores.items() if target in (key, known.dataset_id)]:
                del self._stores[key]


def _stamp_of(folder: Path) -> tuple[int, int]:
    try:
        return file_stamp(folder / TOKENIZED_MANIFEST)
    except FileNotFoundError as error:
        raise DataMissing("The tokenization's files are not on disk: delete it and tokenize again.") from error

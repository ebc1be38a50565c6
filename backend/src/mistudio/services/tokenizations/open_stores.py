"""Tokenizations whose rows were read lately, with their files mapped: the next page needs no opening of any file.

What is mapped keeps its bytes on the disk after it was deleted, so a tokenization that goes is forgotten at once. One
that was made again in its place is another file, which is noticed.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import DataMissing
from mistudio.corpus.tokenized.manifest import TOKENIZED_MANIFEST
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.utils.file_utils import file_stamp

_MOST: Final = 8


@dataclass(frozen=True)
class _Kept:
    dataset_id: str
    # Which file the manifest is.
    seen: tuple[int, int]
    store: TokenizedStore


class OpenTokenizations:
    """At most ``most`` of them, those read last. Safe to use from several threads; it blocks."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def get(self, dataset_id: str, tokenization_id: str, folder: Path) -> TokenizedStore:
        """The tokenization in ``folder``. Raises DataMissing, UnsupportedVersion, InvalidData."""
        # All under the lock: who forgets it once its folder is gone comes before, so that it is missing, or finds it.
        with self._lock:
            seen = _seen(folder)
            kept = self._kept.get(tokenization_id)
            if kept is not None and kept.seen == seen:
                self._kept.move_to_end(tokenization_id)
                return kept.store
            store = TokenizedStore.open(folder)
            self._kept[tokenization_id] = _Kept(dataset_id, seen, store)
            self._kept.move_to_end(tokenization_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return store

    def forget(self, target: str) -> None:
        """Let go of the tokenization with this id, or of all of the dataset with this id."""
        with self._lock:
            for key in [key for key, kept in self._kept.items() if target in (key, kept.dataset_id)]:
                del self._kept[key]


def _seen(folder: Path) -> tuple[int, int]:
    try:
        return file_stamp(folder / TOKENIZED_MANIFEST)
    except FileNotFoundError as error:
        raise DataMissing("The tokenization's files are not on disk: delete it and tokenize again.") from error

"""Searching datasets off the event loop: few at once, each with an end, and what was counted is remembered.

A search that nobody waits for any more stops within a row group. A total that takes longer than its page is counted on
in the background, whenever no page is being looked for; the same request again has it.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from mistudio.core.config import Settings
from mistudio.corpus.search.highlights import Highlighter
from mistudio.corpus.search.hit_counter import Deadline, HitPage
from mistudio.corpus.search.index_builder import read_index_stamp
from mistudio.corpus.search.pages import Search
from mistudio.corpus.search.search import SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import DatasetStore, StoredRow
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.services.samples.background_counts import BackgroundCounts

Gone: TypeAlias = Callable[[], Coroutine[object, object, None]]

_SCANNERS: Final = 2
_OPEN_CORPORA: Final = 8
_REMEMBERED: Final = 64
# A total that is likely to be known so soon is waited for.
_PATIENCE_SECONDS: Final = 0.05


async def until_cancelled() -> None:
    """Somebody waits all the time."""
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Asked:
    """A search in a dataset; ``tokenization`` is the folder whose lengths count, ``offset`` and ``size`` the page."""

    dataset_id: str
    request: SearchRequest
    tokenization: Path | None
    offset: int
    size: int


@dataclass(frozen=True)
class Found:
    """A page of hits with their rows; ``has_index`` if there is one that is of the present data."""

    rows: list[StoredRow]
    page: HitPage
    search: Search
    has_index: bool

    @property
    def highlighter(self) -> Highlighter | None:
        """Finds the highlights in a text."""
        return self.search.highlighter


class SearchService:
    """Searches; ``open_store`` opens a dataset's store and may be called from any thread."""

    def __init__(self, settings: Settings, open_store: Callable[[str], DatasetStore]) -> None:
        self._seconds = settings.search_seconds
        self._open_store = open_store
        self._searchers = ThreadPoolExecutor(settings.max_searches, thread_name_prefix="search")
        self._scanners = ThreadPoolExecutor(_SCANNERS, thread_name_prefix="scan")
        self._lock = threading.Lock()
        self._corpora: OrderedDict[str, tuple[Hashable, SearchableDataset]] = OrderedDict()
        self._searches: OrderedDict[Hashable, Search] = OrderedDict()
        self._counts = BackgroundCounts(lambda: self._active > 0)
        self._forgotten: set[str] = set()
        self._active = 0

    @property
    def is_busy(self) -> bool:
        """Whether anything is being searched or counted."""
        return self._active > 0 or not self._counts.is_idle

    async def find(self, asked: Asked, *, gone: Gone = until_cancelled) -> Found:
        """One page of hits; ``gone`` returns when nobody waits any more. Raises InvalidPattern, DataMissing.

        Where the time of a search is over first, the page has what was found by then.
        """
        limit = Deadline(self._seconds)
        searching = asyncio.get_running_loop().run_in_executor(self._searchers, self._find, asked, limit)
        leaving = asyncio.create_task(gone())
        try:
            await asyncio.wait((searching, leaving), return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                limit.end()
            return await searching
        finally:
            limit.end()
            leaving.cancel()

    def _find(self, asked: Asked, limit: Deadline) -> Found:
        with self._lock:
            self._active += 1
        try:
            key, corpus, search = self._search(asked)
            # One hit more than the page tells whether there is a next one.
            page = search.page(asked.offset, asked.size + 1, deadline=limit, patience=_PATIENCE_SECONDS)
            rows = corpus.rows(page.ids[: asked.size])
        finally:
            with self._lock:
                self._active -= 1
        if not page.is_exact and not limit.is_ended:
            self._counts.add(key, asked.dataset_id, search)
            # Between the check and the addition the dataset may have been forgotten.
            if asked.dataset_id in self._forgotten:
                self._counts.forget(asked.dataset_id)
        return Found(rows, page, search, has_index=corpus.index is not None)

    def _search(self, asked: Asked) -> tuple[Hashable, SearchableDataset, Search]:
        stamp, corpus = self._corpus(asked.dataset_id)
        key = (asked.dataset_id, stamp, asked.request, asked.tokenization)
        with self._lock:
            if known := self._searches.get(key):
                self._searches.move_to_end(key)
                return key, corpus, known
        lengths = TokenLengths(asked.tokenization, corpus.store) if asked.tokenization else None
        search = corpus.search(asked.request, lengths)
        with self._lock:
            if asked.dataset_id not in self._forgotten:
                search = self._searches.setdefault(key, search)
            while len(self._searches) > _REMEMBERED:
                self._searches.popitem(last=False)
        return key, corpus, search

    def _corpus(self, dataset_id: str) -> tuple[Hashable, SearchableDataset]:
        """The dataset open for searching, anew where its store was opened anew or its index is another one."""
        store = self._open_store(dataset_id)
        stamp = (id(store), read_index_stamp(store.folder))
        with self._lock:
            known = self._corpora.get(dataset_id)
            if known is not None and known[0] == stamp:
                self._corpora.move_to_end(dataset_id)
                return known
        opened = (stamp, SearchableDataset(store, self._scanners))
        with self._lock:
            if dataset_id not in self._forgotten:
                self._corpora[dataset_id] = opened
                self._corpora.move_to_end(dataset_id)
            while len(self._corpora) > _OPEN_CORPORA:
                self._corpora.popitem(last=False)
        return opened

    def forget(self, dataset_id: str) -> None:
        """Let go of a dataset that is deleted: its index is closed, and counts of it end. Waits for nobody."""
        with self._lock:
            self._forgotten.add(dataset_id)
            self._corpora.pop(dataset_id, None)
            for key in [key for key in self._searches if _dataset_of(key) == dataset_id]:
                del self._searches[key]
        self._counts.forget(dataset_id)

    def close(self) -> None:
        """End all searches and counts."""
        self._counts.close()
        for pool in (self._searchers, self._scanners):
            pool.shutdown(wait=True, cancel_futures=True)


def _dataset_of(key: Hashable) -> object:
    return key[0] if isinstance(key, tuple) else None

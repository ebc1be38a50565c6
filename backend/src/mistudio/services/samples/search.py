"""Searches datasets off the event loop: few at once, each with a deadline, and remembers what they counted.

A search whose client has left stops within a row group. A total that takes longer than its page is counted in the
background, while no page is being searched; the same request again has it.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from cachetools import LRUCache

from mistudio.core.config import Settings
from mistudio.core.errors import Unavailable
from mistudio.corpus.search.highlights import Highlighter
from mistudio.corpus.search.hit_counter import Deadline, HitPage, SearchEnded
from mistudio.corpus.search.index_builder import read_index_stamp
from mistudio.corpus.search.pages import Search
from mistudio.corpus.search.search import SearchableDataset, SearchRequest
from mistudio.corpus.store.dataset_store import StoredRow
from mistudio.corpus.store.text_source import TextSource
from mistudio.corpus.tokenized.lengths import TokenLengths
from mistudio.services.samples.background_counts import BackgroundCounts
from mistudio.services.samples.open_datasets import OpenDatasets

# Returns once the client has left.
Disconnect: TypeAlias = Callable[[], Coroutine[object, object, None]]

_SCANNERS: Final = 2
_MOST_CORPORA: Final = 8
_MOST_SEARCHES: Final = 64
# A page waits so long for its total.
_PATIENCE_SECONDS: Final = 0.05


async def wait_forever() -> None:
    """The client never leaves."""
    await asyncio.Event().wait()


@dataclass(frozen=True)
class PageRequest:
    """A page of ``size`` hits from ``offset`` on; ``tokenization`` is the folder whose token counts are compared.

    ``text`` is the column or template that is searched, by default that of the dataset's manifest.
    """

    dataset_id: str
    request: SearchRequest
    tokenization: Path | None
    offset: int
    size: int
    text: TextSource | None = None


@dataclass(frozen=True)
class FoundPage:
    """A page of hits with their rows; ``has_index`` says whether there is an index of the present data."""

    rows: list[StoredRow]
    page: HitPage
    search: Search
    has_index: bool

    @property
    def highlighter(self) -> Highlighter | None:
        """Finds the highlights in a text."""
        return self.search.highlighter


class SearchService:
    """Searches the datasets that ``datasets`` opens."""

    def __init__(self, settings: Settings, datasets: OpenDatasets) -> None:
        self._seconds = settings.search_seconds
        self._datasets = datasets
        self._searchers = ThreadPoolExecutor(settings.max_searches, thread_name_prefix="search")
        self._scanners = ThreadPoolExecutor(_SCANNERS, thread_name_prefix="scan")
        self._lock = threading.Lock()
        # Each with the stamp of the store and the index that it reads.
        self._corpora: LRUCache[str, tuple[Hashable, SearchableDataset]] = LRUCache(_MOST_CORPORA)
        self._searches: LRUCache[tuple[str, Hashable], Search] = LRUCache(_MOST_SEARCHES)
        self._counts = BackgroundCounts(lambda: self._active > 0)
        self._active = 0

    @property
    def is_busy(self) -> bool:
        """Whether anything is being searched or counted."""
        return self._active > 0 or not self._counts.is_idle

    async def find(self, wanted: PageRequest, *, disconnect: Disconnect = wait_forever) -> FoundPage:
        """Return one page of hits; after the deadline, what was found by then.

        Raises InvalidPattern, UnknownColumn, ValidationFailed, DataMissing, and Unavailable for a sort.
        """
        deadline = Deadline(self._seconds)
        searching = asyncio.get_running_loop().run_in_executor(self._searchers, self._find, wanted, deadline)
        leaving = asyncio.create_task(disconnect())
        try:
            await asyncio.wait((searching, leaving), return_when=asyncio.FIRST_COMPLETED)
            if leaving.done():
                deadline.end()
            return await searching
        finally:
            deadline.end()
            leaving.cancel()

    def _find(self, wanted: PageRequest, deadline: Deadline) -> FoundPage:
        with self._lock:
            self._active += 1
        try:
            key, corpus, search = self._open_search(wanted)
            page = self._find_page(search, wanted, deadline)
            rows = corpus.rows(page.ids[: wanted.size])
        finally:
            with self._lock:
                self._active -= 1
        if not page.is_exact and not deadline.is_ended:
            self._count_on(key, wanted.dataset_id, search)
        return FoundPage(rows, page, search, has_index=corpus.index is not None)

    def _find_page(self, search: Search, wanted: PageRequest, deadline: Deadline) -> HitPage:
        # One hit more than the page says whether there is a next one.
        try:
            return search.page(wanted.offset, wanted.size + 1, deadline=deadline, patience=_PATIENCE_SECONDS)
        except SearchEnded as error:
            raise Unavailable(
                f"Sorting the rows took longer than {self._seconds:g} seconds. Filter or search first, or sort by a "
                "column of numbers."
            ) from error

    def _count_on(self, key: Hashable, dataset_id: str, search: Search) -> None:
        self._counts.add(key, dataset_id, search)
        # Checked afterwards: the dataset may be deleted at any moment.
        if self._datasets.is_deleted(dataset_id):
            self._counts.forget(dataset_id)

    def _open_search(self, wanted: PageRequest) -> tuple[Hashable, SearchableDataset, Search]:
        """Return the search with what it has counted so far, and its key."""
        stamp, corpus = self._open_corpus(wanted.dataset_id, wanted.text)
        key = (wanted.dataset_id, (stamp, wanted.request, wanted.tokenization))
        with self._lock:
            if known := self._searches.get(key):
                return key, corpus, known
        lengths = TokenLengths(wanted.tokenization, corpus.store) if wanted.tokenization else None
        search = corpus.search(wanted.request, lengths)
        with self._lock:
            if not self._datasets.is_deleted(wanted.dataset_id):
                search = self._searches.setdefault(key, search)
        return key, corpus, search

    def _open_corpus(self, dataset_id: str, text: TextSource | None) -> tuple[Hashable, SearchableDataset]:
        """Open the dataset for searching; again if its store was opened again or its index changed."""
        store = self._datasets.get(dataset_id, text)
        stamp = (id(store), read_index_stamp(store.folder))
        with self._lock:
            known = self._corpora.get(dataset_id)
        if known is not None and known[0] == stamp:
            return known
        opened = (stamp, SearchableDataset(store, self._scanners))
        with self._lock:
            if not self._datasets.is_deleted(dataset_id):
                self._corpora[dataset_id] = opened
        return opened

    def forget(self, dataset_id: str) -> None:
        """Close the index of a deleted dataset and end counts of it; ``datasets`` has forgotten it. Does not wait."""
        with self._lock:
            self._corpora.pop(dataset_id, None)
            for key in [key for key in self._searches if key[0] == dataset_id]:
                del self._searches[key]
        self._counts.forget(dataset_id)

    def close(self) -> None:
        """End all searches and counts."""
        self._counts.close()
        for pool in (self._searchers, self._scanners):
            pool.shutdown(wait=True, cancel_futures=True)

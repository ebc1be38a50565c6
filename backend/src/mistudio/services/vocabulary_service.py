"""The vocabulary of a tokenization by frequency, and the places where a token occurs."""

import asyncio
from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from mistudio.core.errors import NotFound
from mistudio.corpus.loader.occurrences import find_occurrences, read_keyword
from mistudio.corpus.loader.vocabulary import (
    SplitVocabulary,
    TokenOrder,
    count_vocabulary,
    order_tokens,
    vocabulary_size,
)
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.schemas.common import Page, Pagination
from mistudio.schemas.vocabulary import KeywordContext, TokenContexts, VocabularyToken
from mistudio.services.row_service import OpenRows, RowService
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.contexts import show_context
from mistudio.services.tokenizations.vocabulary_views import (
    count_in_split,
    list_token_texts,
    match_tokens,
    show_tokens,
)

# The texts of a vocabulary of 256,000 tokens take some 20 MB.
_MOST_TEXTS: Final = 2


class VocabularyService:
    """Counts tokens off the event loop; the counts of a tokenization are kept while its files are open."""

    def __init__(self, storage: StorageService, rows: RowService) -> None:
        self._storage = storage
        self._rows = rows
        # A tokenization that was made again is another store, so its counts are never those of an earlier one.
        self._counts: WeakKeyDictionary[TokenizedStore, tuple[SplitVocabulary, ...]] = WeakKeyDictionary()
        self._texts: LRUCache[str, Sequence[str]] = LRUCache(_MOST_TEXTS)
        self._turn = asyncio.Lock()

    async def list_tokens(
        self, tokenization_id: str, *, search: str | None, order: TokenOrder, page: int, limit: int
    ) -> Page[VocabularyToken]:
        """Return one page of the vocabulary, or of the tokens whose text contains ``search`` or whose id it is.

        Raises NotFound, NotReady, DataMissing.
        """
        opened = await self._rows.open(tokenization_id)
        counts = await self._count(opened.store)

        def choose() -> Page[VocabularyToken]:
            ids = order_tokens(counts, order)
            found = ids.tolist()
            if search:
                found = match_tokens(self._list_texts(opened.tokenizer, vocabulary_size(counts)), ids, search)
            return Page[VocabularyToken](
                data=show_tokens(opened.tokenizer, counts, found[(page - 1) * limit : page * limit]),
                pagination=Pagination.of(page=page, limit=limit, total=len(found)),
            )

        # One at a time: the texts of a vocabulary are made once.
        async with self._turn:
            return await asyncio.to_thread(choose)

    async def list_contexts(
        self, tokenization_id: str, token: int, *, split: str | None, window: int, page: int, limit: int
    ) -> TokenContexts:
        """Return where the token occurs, each with ``window`` tokens around it, in one split or all.

        Raises NotFound, NotReady, UnknownSplit, DataMissing.
        """
        opened = await self._rows.open(tokenization_id)
        splits = opened.choose_splits(split)
        counts = await self._count(opened.store)
        size = vocabulary_size(counts)
        if token >= size:
            raise NotFound(f"The vocabulary has ids 0 to {size - 1:,}; there is no token {token}.")
        chosen = [count_in_split(each, token) for each in counts if each.split in splits]
        total = sum(each.count + each.inserted for each in chosen)
        wanted = range((page - 1) * limit, min(page * limit, total))

        def find() -> TokenContexts:
            return TokenContexts(
                data=self._read_contexts(opened, token, window=window, splits=splits, wanted=wanted),
                pagination=Pagination.of(page=page, limit=limit, total=total),
                token=show_tokens(opened.tokenizer, counts, [token])[0],
            )

        return await asyncio.to_thread(find)

    def _read_contexts(
        self, opened: OpenRows, token: int, *, splits: Sequence[str], wanted: range, window: int
    ) -> list[KeywordContext]:
        if not wanted:
            return []
        dataset = read_manifest(self._storage.folder(opened.dataset_id))
        places = find_occurrences(opened.store, token, splits=splits, offset=wanted.start, limit=len(wanted))
        found = [read_keyword(opened.store, dataset, place, window=window) for place in places]
        return [KeywordContext(**dict(show_context(opened.tokenizer, each.context)), at=each.at) for each in found]

    async def _count(self, store: TokenizedStore) -> tuple[SplitVocabulary, ...]:
        async with self._turn:
            if store not in self._counts:
                self._counts[store] = await asyncio.to_thread(count_vocabulary, store)
            return self._counts[store]

    def _list_texts(self, tokenizer: LoadedTokenizer, size: int) -> Sequence[str]:
        texts = self._texts.get(tokenizer.fingerprint)
        if texts is None or len(texts) < size:
            texts = self._texts[tokenizer.fingerprint] = list_token_texts(tokenizer, size)
        return texts

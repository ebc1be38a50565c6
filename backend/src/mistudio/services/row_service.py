"""Written rows of a tokenization as tokens, and the trace from a position back to its source."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import takewhile
from pathlib import Path
from typing import Final

from mistudio.core.database import Database
from mistudio.core.errors import NotFound, UnknownSplit, ValidationFailed
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.loader.contexts import draw_contexts
from mistudio.corpus.loader.token_search import find_positions
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenize import make_chat_renderer
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenizedStore, TokenRow
from mistudio.corpus.tokenized.trace import TextSpan, Trace, list_kinds, trace_position
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.schemas.common import Page, Pagination
from mistudio.schemas.token_rows import RowSegment, TokenContext, TokenizedRow, TraceResponse, TraceSource
from mistudio.services.lookup import get_ready_tokenization
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.contexts import show_context
from mistudio.services.tokenizations.open_stores import OpenTokenizations
from mistudio.services.tokenizations.token_views import TOKENS_SHOWN, token_views
from mistudio.services.tokenizer_service import TokenizerService

_TOKENS_OF_A_PAGE: Final = 200_000


@dataclass(frozen=True)
class OpenRows:
    """The rows of a tokenization, and the tokenizer that shows them as text."""

    dataset_id: str
    store: TokenizedStore
    tokenizer: LoadedTokenizer

    @property
    def manifest(self) -> TokenizedManifest:
        """The manifest of the tokenization."""
        return self.store.manifest

    def choose_split(self, wanted: str | None) -> str:
        """Return the split, by default the first. Raises UnknownSplit."""
        names = [split.name for split in self.manifest.splits]
        if wanted is None:
            return names[0]
        if wanted not in names:
            raise UnknownSplit(
                f"This tokenization has no split “{wanted}”. Splits: {', '.join(names)}.",
                field="split",
                extra={"choices": [*names]},
            )
        return wanted

    def choose_splits(self, wanted: str | None) -> list[str]:
        """Return the split, by default all of them. Raises UnknownSplit."""
        return [split.name for split in self.manifest.splits] if wanted is None else [self.choose_split(wanted)]

    def show_row(self, split: str, row: TokenRow, shown: int) -> TokenizedRow:
        """Return the row as the API has it, with at most ``shown`` tokens."""
        kinds = list_kinds(row, self.manifest)[:shown]
        return TokenizedRow(
            split=split,
            row=row.row,
            tokens=token_views(self.tokenizer, row.ids[:shown].tolist(), kinds=kinds),
            token_count=len(row.ids),
            segment_count=len(row.spans),
            segments=[
                RowSegment(
                    row=piece.row, token_start_in_row=piece.token_start, position=piece.position, length=piece.length
                )
                for piece in row.spans[:shown]
            ],
        )


class RowService:
    """Reads tokenized rows off the event loop; files stay mapped, so that any page is fast."""

    def __init__(self, database: Database, storage: StorageService, tokenizers: TokenizerService) -> None:
        self._database = database
        self._storage = storage
        self._tokenizers = tokenizers
        self._tokenizations = OpenTokenizations()

    def forget(self, target: str) -> None:
        """Close the files of the deleted tokenization, or of the deleted dataset, with this id."""
        self._tokenizations.forget(target)

    async def list_rows(self, tokenization_id: str, *, split: str | None, page: int, limit: int) -> Page[TokenizedRow]:
        """Return one page of rows, empty beyond the end. Raises NotFound, NotReady, UnknownSplit, DataMissing."""
        opened = await self.open(tokenization_id)
        name = opened.choose_split(split)

        def read() -> tuple[int, list[TokenizedRow]]:
            store = opened.store
            rows = store.rows(name, offset=(page - 1) * limit, limit=limit)
            shown = min(TOKENS_SHOWN, _TOKENS_OF_A_PAGE // max(len(rows), 1))
            return store.num_rows(name), [opened.show_row(name, row, shown) for row in rows]

        total, shown = await asyncio.to_thread(read)
        return Page[TokenizedRow](data=shown, pagination=Pagination.of(page=page, limit=limit, total=total))

    async def draw_contexts(
        self, tokenization_id: str, *, split: str | None, length: int, count: int, seed: int
    ) -> list[TokenContext]:
        """Return random contexts of one split. Raises NotFound, NotReady, UnknownSplit, DataMissing."""
        opened = await self.open(tokenization_id)
        name = opened.choose_split(split)

        def draw() -> list[TokenContext]:
            dataset = read_manifest(self._storage.folder(opened.dataset_id))
            found = draw_contexts(opened.store, dataset, split=name, length=length, count=count, seed=seed)
            return [show_context(opened.tokenizer, context) for context in found]

        return await asyncio.to_thread(draw)

    async def find_positions(
        self, tokenization_id: str, ids: Sequence[int], *, split: str | None, page: int, limit: int
    ) -> Page[TokenContext]:
        """Return where a token sequence occurs, in one split or all.

        Raises NotFound, NotReady, UnknownSplit, DataMissing.
        """
        opened = await self.open(tokenization_id)
        splits = opened.choose_splits(split)

        def find() -> Page[TokenContext]:
            dataset = read_manifest(self._storage.folder(opened.dataset_id))
            found = find_positions(opened.store, dataset, ids, splits=splits)
            shown = range((page - 1) * limit, min(page * limit, len(found)))
            return Page[TokenContext](
                data=[show_context(opened.tokenizer, found.context(index)) for index in shown],
                pagination=Pagination.of(page=page, limit=limit, total=len(found)),
            )

        return await asyncio.to_thread(find)

    async def trace(self, tokenization_id: str, *, split: str | None, row: int, position: int) -> TraceResponse:
        """Trace one position back. Raises NotFound, NotReady, UnknownSplit, ValidationFailed, DataMissing."""
        opened = await self.open(tokenization_id)
        name = opened.choose_split(split)

        def find() -> TraceResponse:
            store = opened.store
            found = store.rows(name, offset=row, limit=1)
            if not found:
                rows = store.num_rows(name)
                raise NotFound(f"Split “{name}” has {rows:,} rows, counted from 0; there is no row {row}.")
            traced = self._trace_row(opened, name, found[0], position)
            return TraceResponse(
                tokenization_id=tokenization_id,
                dataset_id=opened.dataset_id,
                split=name,
                row=row,
                position=position,
                token=token_views(opened.tokenizer, [traced.token], kinds=[traced.kind])[0],
                source=_source(traced, self._storage.folder(opened.dataset_id)),
            )

        return await asyncio.to_thread(find)

    def _trace_row(self, opened: OpenRows, split: str, row: TokenRow, position: int) -> Trace:
        if position >= len(row.ids):
            count = len(row.ids)
            message = f"Row {row.row} has {count:,} positions, counted from 0; there is no position {position}."
            raise ValidationFailed(message, field="position")
        tokenizer, settings, resolved = opened.tokenizer, opened.manifest.settings, opened.manifest.resolved
        store = DatasetStore(self._storage.folder(opened.dataset_id))
        render = make_chat_renderer(tokenizer, store) if settings.apply_chat_template else None
        return trace_position(
            row,
            position,
            split=split,
            manifest=opened.manifest,
            dataset=store.manifest,
            reader=TextReader(store, resolved.source, render_chat=render, tools_column=resolved.tools_column),
            find_characters=lambda text: tokenizer.encode_with_offsets(text, add_special_tokens=False).spans,
        )

    async def open(self, tokenization_id: str) -> OpenRows:
        """Return the rows with their tokenizer. Raises NotFound, NotReady, DataMissing."""
        async with self._database.read() as session:
            record = await get_ready_tokenization(session, tokenization_id)
        folder = self._storage.tokenized(record.dataset_id, record.id)
        store = await asyncio.to_thread(self._tokenizations.get, record.dataset_id, record.id, folder)
        tokenizer = await self._tokenizers.load(record.tokenizer, record.tokenizer_revision)
        return OpenRows(record.dataset_id, store, tokenizer)


def _source(traced: Trace, dataset: Path) -> TraceSource | None:
    source = traced.source
    if source is None:
        return None
    manifest = read_manifest(dataset)
    before = takewhile(lambda split: split.name != source.split, manifest.splits)
    return TraceSource(
        **{field.name: getattr(source, field.name) for field in fields(TextSpan)},
        sample_id=sum(split.rows for split in before) + source.row,
        file=source.source.path if source.source else None,
        file_sha256=source.source.sha256 if source.source else None,
        repo=manifest.repo,
        config=manifest.config,
        commit=manifest.commit,
    )

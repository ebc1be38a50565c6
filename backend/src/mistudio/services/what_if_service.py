"""Calculates what settings cost before a job runs: exactly from a tokenization, or estimated from a sample."""

import asyncio
from collections.abc import Sequence
from typing import Final

from mistudio.core.database import Database
from mistudio.core.errors import NotReady, ValidationFailed
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.encoders import ReferenceEncoder
from mistudio.corpus.spec import TokenizeSettings, choose_max_length
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.store.text_counts import find_counts
from mistudio.corpus.store.text_source import make_source
from mistudio.corpus.tokenize import encode_sample
from mistudio.corpus.tokenize.what_if import Lengths, WhatIf, WhatIfLayout, calculate_what_if, read_lengths, wrap_sample
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest
from mistudio.corpus.tokenizers import LoadedTokenizer
from mistudio.models import Dataset, Tokenization
from mistudio.schemas.dataset import DatasetMetadata
from mistudio.schemas.what_if import WhatIfResponse
from mistudio.services.lookup import choose_tokenization, get_ready_dataset
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizer_service import TokenizerService

_SAMPLED_DOCUMENTS: Final = 5_000
# The lengths shown if the request names none, beside the one that would be chosen.
_USUAL: Final = (128, 256, 512, 1_024, 2_048, 4_096, 8_192)


class WhatIfService:
    """Calculates from counts of lengths; only an estimate encodes texts, a sample of them."""

    def __init__(self, database: Database, storage: StorageService, tokenizers: TokenizerService) -> None:
        self._database = database
        self._storage = storage
        self._tokenizers = tokenizers

    async def what_if(
        self,
        dataset_id: str,
        *,
        tokenization_id: str | None,
        tokenizer: str | None,
        max_lengths: Sequence[int] | None,
    ) -> WhatIfResponse:
        """Return the cost of each max_length, by the counts of a tokenization or by a tokenizer on a sample.

        Without either, the newest ready tokenization counts. Raises NotFound, NotReady, ValidationFailed, DataMissing,
        and what loading a tokenizer raises.
        """
        if tokenization_id and tokenizer:
            raise ValidationFailed("Give a tokenization or a tokenizer, not both.", field="tokenizer")
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id)
            record = None if tokenizer else await choose_tokenization(session, dataset_id, tokenization_id)
        if record is not None:
            return await self._count(dataset_id, record, max_lengths)
        if tokenizer is None:
            raise NotReady("This dataset has no tokenization yet: name a tokenizer for an estimate.")
        return await self._estimate(dataset, tokenizer, max_lengths)

    async def _count(self, dataset_id: str, record: Tokenization, max_lengths: Sequence[int] | None) -> WhatIfResponse:
        tokenizer = await self._tokenizers.load(record.tokenizer, record.tokenizer_revision)
        folder = self._storage.tokenized(dataset_id, record.id)

        def count() -> WhatIf:
            manifest = read_tokenized_manifest(folder)
            lengths = read_lengths(folder, manifest)
            return self._calculate(dataset_id, lengths, manifest.settings, tokenizer, max_lengths)

        return _response(dataset_id, await asyncio.to_thread(count), tokenizer=record.tokenizer, of=record.id)

    async def _estimate(self, dataset: Dataset, name: str, max_lengths: Sequence[int] | None) -> WhatIfResponse:
        tokenizer = await self._tokenizers.load(name)
        dataset_id, text = dataset.id, make_source(dataset.text_column, dataset.text_template)
        nulls = DatasetMetadata.model_validate(dataset.meta).null_texts or 0

        def count() -> WhatIf:
            store = DatasetStore(self._storage.folder(dataset_id), text=text)
            reader = TextReader(store, store.text)
            counted = find_counts(store.manifest, store.text)
            encoder = ReferenceEncoder(tokenizer.reference)
            lengths = wrap_sample(encode_sample(encoder, reader, store.splits, count=_SAMPLED_DOCUMENTS).lengths)
            settings = TokenizeSettings(tokenizer=name)
            # Rows without a text are no documents, and were not sampled.
            documents = store.manifest.rows - (nulls if counted is None else counted.nulls)
            return self._calculate(dataset_id, lengths, settings, tokenizer, max_lengths, documents=documents)

        return _response(dataset_id, await asyncio.to_thread(count), tokenizer=tokenizer.repo, of=None)

    def _calculate(
        self,
        dataset_id: str,
        lengths: Lengths,
        settings: TokenizeSettings,
        tokenizer: LoadedTokenizer,
        max_lengths: Sequence[int] | None,
        *,
        documents: int | None = None,
    ) -> WhatIf:
        chosen, _why = choose_max_length(settings, tokenizer.model_max_length)
        return calculate_what_if(
            lengths,
            sorted(set(max_lengths or (*_USUAL, chosen))),
            settings=settings,
            tokenizer=tokenizer,
            dataset=read_manifest(self._storage.folder(dataset_id)),
            documents=documents,
        )


def _response(dataset_id: str, found: WhatIf, *, tokenizer: str, of: str | None) -> WhatIfResponse:
    options = [
        {
            **vars(option),
            "fit_share": _share(option.documents_fit, found.documents),
            **{name: _layout(getattr(option, name), found) for name in ("ragged", "padded", "packed")},
        }
        for option in found.options
    ]
    return WhatIfResponse.model_validate(
        {
            **vars(found),
            "dataset_id": dataset_id,
            "tokenization_id": of,
            "tokenizer": tokenizer,
            "estimate": found.documents != found.documents_counted,
            "options": options,
        }
    )


def _layout(counted: WhatIfLayout, found: WhatIf) -> dict[str, float]:
    return {
        **vars(counted),
        "lost_share": _share(counted.truncated + counted.dropped, found.source_tokens),
        "padding_share": _share(counted.padding, counted.positions),
    }


def _share(part: int, whole: int) -> float:
    """Return ``part`` divided by ``whole``, at most 1: figures scaled from a sample are rounded."""
    return min(part / whole, 1.0) if whole else 0.0

"""Exact statistics of datasets and their tokenizations, answered from what a job has counted and stored."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mistudio.core.database import Database
from mistudio.core.errors import Json
from mistudio.corpus.tokenized.length_counts import LengthBin, LengthCounts
from mistudio.models import Dataset, Tokenization
from mistudio.schemas.dataset import DatasetMetadata, SplitResponse
from mistudio.schemas.statistics import SplitStatistics, StatisticsResponse, TokenStatistics
from mistudio.services.lookup import choose_tokenization, get_ready_dataset

Ids = NDArray[np.unsignedinteger] | NDArray[np.signedinteger]


class StatisticsService:
    """Figures that were counted once, when the data was read; answering takes no look at the data."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def statistics(self, dataset_id: str, tokenization_id: str | None = None) -> StatisticsResponse:
        """The figures of a dataset, by one tokenization or by the newest ready one.

        Raises NotFound, NotReady.
        """
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id)
            record = await choose_tokenization(session, dataset_id, tokenization_id)
        return _answer(dataset, record)

    @staticmethod
    def calculate_token_distribution(lengths: Ids, *, logarithmic: bool = False) -> Sequence[LengthBin]:
        """About 20 bins with round edges over exact counts; ``lengths`` is one per document, shape (documents,)."""
        counts = LengthCounts.from_lengths(lengths)
        return counts.logarithmic_bins() if logarithmic else counts.linear_bins()

    @staticmethod
    def calculate_vocab_size(ids: Ids) -> int:
        """How many different ids occur in ``ids``, shape (tokens,)."""
        return len(np.unique(ids))

    @staticmethod
    def calculate_avg_seq_length(lengths: Ids) -> float:
        """Tokens per document on average, 0 where there is none; ``lengths`` has the shape (documents,)."""
        return float(np.mean(lengths)) if len(lengths) else 0.0


def _answer(dataset: Dataset, record: Tokenization | None) -> StatisticsResponse:
    metadata = DatasetMetadata.model_validate(dataset.meta)
    counted = (record.statistics or {}) if record else {}
    by_split = cast("dict[str, Json]", counted.get("splits") or {})
    samples = dataset.num_samples or 0
    splits = []
    for split in (SplitResponse.model_validate(value) for value in dataset.splits):
        found = by_split.get(split.name)
        splits.append(
            SplitStatistics(
                name=split.name,
                samples=split.num_rows or 0,
                share=(split.num_rows or 0) / samples if samples else 0.0,
                size_bytes=split.num_bytes,
                tokens=TokenStatistics.model_validate(found) if found else None,
            )
        )
    total = counted.get("total")
    return StatisticsResponse(
        dataset_id=dataset.id,
        tokenization_id=record.id if record else None,
        samples=samples,
        characters=metadata.characters,
        text_bytes=metadata.text_bytes,
        null_texts=metadata.null_texts,
        empty_texts=metadata.empty_texts,
        invalid_texts=metadata.invalid_texts,
        tokens=TokenStatistics.model_validate(total) if total else None,
        splits=splits,
    )

"""Exact statistics of datasets and their tokenizations, answered from the counts that a job stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mistudio.core.database import Database
from mistudio.core.records import from_json
from mistudio.models import Dataset, Tokenization
from mistudio.schemas.dataset import DatasetMetadata, SplitResponse
from mistudio.schemas.statistics import SplitStatistics, StatisticsResponse, TokenStatistics
from mistudio.services.lookup import choose_tokenization, get_ready_dataset


@dataclass(frozen=True)
class TokenDistribution:
    """The token figures of a tokenization, with their histograms: over all splits, and of each split."""

    total: TokenStatistics | None = None
    splits: Mapping[str, TokenStatistics] = field(default_factory=dict)


class StatisticsService:
    """Figures that a job counted when it read the data; no answer reads the data again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def statistics(self, dataset_id: str, tokenization_id: str | None = None) -> StatisticsResponse:
        """Return the figures of a dataset, with the tokens of one tokenization or of the newest ready one.

        Raises NotFound, NotReady.
        """
        async with self._database.read() as session:
            dataset = await get_ready_dataset(session, dataset_id)
            record = await choose_tokenization(session, dataset_id, tokenization_id)
        return _statistics_response(dataset, record, self.calculate_token_distribution(record))

    @staticmethod
    def calculate_token_distribution(record: Tokenization | None) -> TokenDistribution:
        """Return the figures and the histogram bins (``linear_bins``, ``logarithmic_bins``) of a tokenization."""
        return from_json(TokenDistribution, (record and record.statistics) or {})

    @staticmethod
    def calculate_vocab_size(record: Tokenization | None) -> int | None:
        """Return the size of the tokenizer's vocabulary; the distribution has how many of its tokens occur."""
        return record.vocab_size if record else None

    @staticmethod
    def calculate_avg_seq_length(record: Tokenization | None) -> float | None:
        """Return the tokens of a document on average, 0 if there are no documents."""
        total = ((record and record.statistics) or {}).get("total")
        average = total.get("average") if isinstance(total, dict) else None
        return float(average) if isinstance(average, int | float) else None


def _statistics_response(
    dataset: Dataset, record: Tokenization | None, distribution: TokenDistribution
) -> StatisticsResponse:
    metadata = DatasetMetadata.model_validate(dataset.meta)
    samples = dataset.num_samples or 0
    splits = [
        SplitStatistics(
            name=split.name,
            samples=split.num_rows or 0,
            share=(split.num_rows or 0) / samples if samples else 0.0,
            size_bytes=split.num_bytes,
            tokens=distribution.splits.get(split.name),
        )
        for split in map(SplitResponse.model_validate, dataset.splits)
    ]
    return StatisticsResponse(
        dataset_id=dataset.id,
        tokenization_id=record.id if record else None,
        samples=samples,
        characters=metadata.characters,
        text_bytes=metadata.text_bytes,
        null_texts=metadata.null_texts,
        empty_texts=metadata.empty_texts,
        invalid_texts=metadata.invalid_texts,
        tokens=distribution.total,
        splits=splits,
    )

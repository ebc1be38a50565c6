"""Exact statistics, answered from stored counts."""

import pytest

from fakes.studio_data import TEXTS, TOKENIZER, Tokenized
from mistudio.core.database import Database
from mistudio.core.errors import NotFound
from mistudio.models import Dataset, Tokenization
from mistudio.services.statistics_service import StatisticsService
from mistudio.services.tokenizer_service import TokenizerService


async def lengths_of(tokenizers: TokenizerService) -> list[int]:
    """Tokens of each text, by the reference."""
    reference = (await tokenizers.load(TOKENIZER)).reference
    return [len(reference.encode(text, add_special_tokens=False).ids) for text in TEXTS]


async def test_figures_are_those_of_the_texts(
    async_db: Database, tokenizers: TokenizerService, tokenized: Tokenized
) -> None:
    """Over all and per split; the bins count every text."""
    found = await StatisticsService(async_db).statistics(tokenized.dataset_id)
    lengths = await lengths_of(tokenizers)
    assert (tokenized.tokenization_id, len(TEXTS)) == (found.tokenization_id, found.samples)
    assert found.tokens is not None
    assert (sum(lengths), max(lengths)) == (found.tokens.tokens, found.tokens.maximum)
    assert len(TEXTS) == sum(bin_.count for bin_ in found.tokens.linear_bins)
    assert [("train", found.tokens)] == [(split.name, split.tokens) for split in found.splits]
    assert "characters" not in found.tokens.model_dump()


async def test_a_dataset_without_tokenizations_has_no_token_figures(async_db: Database, dataset_id: str) -> None:
    """A tokenization that is not there is refused."""
    service = StatisticsService(async_db)
    found = await service.statistics(dataset_id)
    assert (None, None, len(TEXTS)) == (found.tokens, found.tokenization_id, found.samples)
    with pytest.raises(NotFound):
        await service.statistics(dataset_id, "tok_none")


async def test_a_dataset_takes_the_figures_of_its_tokenization(
    async_db: Database, tokenizers: TokenizerService, tokenized: Tokenized
) -> None:
    """The size of the vocabulary, and the average length of a text."""
    async with async_db.read() as session:
        dataset = await session.get_one(Dataset, tokenized.dataset_id)
        record = await session.get_one(Tokenization, tokenized.tokenization_id)
    lengths = await lengths_of(tokenizers)
    assert sum(lengths) / len(lengths) == StatisticsService.calculate_avg_seq_length(record) == dataset.avg_seq_length
    assert (await tokenizers.load(TOKENIZER)).vocab_size == StatisticsService.calculate_vocab_size(record)
    assert dataset.vocab_size == record.vocab_size


def test_nothing_is_calculated_of_no_tokenization() -> None:
    """None, and an empty distribution."""
    distribution = StatisticsService.calculate_token_distribution(None)
    assert (None, {}) == (distribution.total, distribution.splits)
    assert [None, None] == [
        StatisticsService.calculate_avg_seq_length(None),
        StatisticsService.calculate_vocab_size(None),
    ]

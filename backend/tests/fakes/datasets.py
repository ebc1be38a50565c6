"""Ready datasets and tokenizations: their files and their records."""

from collections.abc import Mapping, Sequence

from fakes.corpora import Rows, make_dataset
from fakes.records import add_dataset
from fakes.searching import write_lengths
from mistudio.core.database import Database
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.models import Dataset, Tokenization, new_id, utc_now
from mistudio.services.storage_service import StorageService


async def add_ready(database: Database, storage: StorageService, splits: Mapping[str, Sequence[Rows]]) -> str:
    """Add a ready dataset and return its id; ``splits`` has the rows of each file of each split."""
    dataset = await add_dataset(database, text_column="text")
    manifest = make_dataset(storage.folder(dataset.id), splits)
    for status in (DatasetStatus.PROCESSING, DatasetStatus.READY):
        async with database.write() as session:
            record = await session.get_one(Dataset, dataset.id)
            record.status = status
            record.num_samples = manifest.rows
    return dataset.id


async def add_tokenization(
    database: Database,
    storage: StorageService,
    dataset_id: str,
    lengths: Mapping[str, Sequence[int]],
    *,
    status: TokenizationStatus = TokenizationStatus.READY,
) -> str:
    """Add a tokenization that has only the number of tokens per row, and return its id."""
    record = Tokenization(
        id=new_id("tok"),
        dataset_id=dataset_id,
        tokenizer="lab/tokens",
        settings={},
        settings_hash=new_id("hash")[:64],
        status=status,
        completed_at=utc_now(),
    )
    async with database.write() as session:
        session.add(record)
    write_lengths(storage.folder(dataset_id) / "tokenized" / record.id, lengths)
    return record.id

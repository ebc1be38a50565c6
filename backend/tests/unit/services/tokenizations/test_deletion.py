"""Deleting tokenizations."""

import pytest

from fakes.bus import RecordingBus
from fakes.studio_data import Tokenized
from mistudio.core.database import Database
from mistudio.core.errors import NotFound
from mistudio.models import Dataset, Tokenization
from mistudio.services.jobs.control import JobControl
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.deletion import TokenizationDeletion


@pytest.fixture
def deleted() -> list[str]:
    """The ids that ``on_deleted`` was called with."""
    return []


@pytest.fixture
def deletion(
    async_db: Database, bus: RecordingBus, *, storage: StorageService, control: JobControl, deleted: list[str]
) -> TokenizationDeletion:
    """Deletes tokenizations of the test."""
    return TokenizationDeletion(async_db, bus=bus, storage=storage, jobs=control, on_deleted=deleted.append)


async def test_files_and_figures_go_with_the_record(
    deletion: TokenizationDeletion,
    async_db: Database,
    bus: RecordingBus,
    *,
    storage: StorageService,
    tokenized: Tokenized,
    deleted: list[str],
) -> None:
    """The dataset has no token figures then, and its own files stay."""
    async with async_db.read() as session:
        before = await session.get_one(Dataset, tokenized.dataset_id)
    assert before.num_tokens
    await deletion.delete(tokenized.tokenization_id)
    await storage.close()
    async with async_db.read() as session:
        after = await session.get_one(Dataset, tokenized.dataset_id)
        assert await session.get(Tokenization, tokenized.tokenization_id) is None
    assert (None, None, None) == (after.num_tokens, after.vocab_size, after.tokenized_path)
    assert [tokenized.tokenization_id] == deleted
    assert not storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id).exists()
    assert (storage.folder(tokenized.dataset_id) / "raw").is_dir()
    assert after.seq == bus.of_type("changed")[-1]["seq"]


async def test_an_unknown_tokenization_is_refused(deletion: TokenizationDeletion, deleted: list[str]) -> None:
    """Nothing is called then."""
    with pytest.raises(NotFound):
        await deletion.delete("tok_none")
    assert [] == deleted

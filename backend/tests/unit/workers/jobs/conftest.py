"""A data folder with a tokenizer and a ready dataset."""

from pathlib import Path

import pytest

from fakes import tokenizers as small
from fakes.datasets import add_ready
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.services.storage_service import StorageService
from mistudio.utils.file_utils import ensure_dir


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    """Settings of a folder with a tokenizer, without a Hub."""
    settings = Settings(data_dir=tmp_path / "data", disk_reserve_bytes=0, search_index="off")
    folder = ensure_dir(settings.tokenizers_dir / "small")
    for name, content in small.make_files(small.train_byte_level()).items():
        (folder / name).write_bytes(content)
    return settings


@pytest.fixture
def storage(plain: Settings, async_db: Database) -> StorageService:
    """The folders of the test."""
    storage = StorageService(plain, async_db)
    storage.prepare()
    return storage


@pytest.fixture
async def dataset_id(async_db: Database, storage: StorageService) -> str:
    """A ready dataset of three texts."""
    return await add_ready(async_db, storage, {"train": [[{"text": text} for text in ("one", "two three", "four")]]})

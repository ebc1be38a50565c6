"""The data folder of a server that has the dataset of the search benchmark, with the token lengths of its rows."""

import asyncio
from pathlib import Path
from typing import Final

import numpy as np

from common import DATA
from common.texts import make_once
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.models import Dataset, Tokenization, utc_now

DATASET_ID: Final = "ds_00000000-0000-4000-8000-000000000000"
_TOKENIZATION_ID: Final = "tok_00000000-0000-4000-8000-000000000000"


def prepare_home(folder: Path) -> Path:
    """Return a DATA_DIR that has the dataset in ``folder``, made unless an earlier run made it."""

    def make(home: Path) -> None:
        (home / "datasets").mkdir(parents=True)
        (home / "datasets" / DATASET_ID).symlink_to(folder)
        _write_lengths(folder)
        asyncio.run(_add_records(home, folder))

    return make_once(DATA / "search" / f"home-{folder.name}", make)


def _write_lengths(folder: Path) -> None:
    """Write random lengths distributed like token counts: the cost of a filter does not depend on real ones."""
    store, chance = DatasetStore(folder), np.random.default_rng(3)
    for split in store.splits:
        target = folder / "tokenized" / _TOKENIZATION_ID / split
        target.mkdir(parents=True, exist_ok=True)
        lengths = np.clip(chance.lognormal(5.0, 1.0, store.num_rows(split)), 1, 30_000)
        np.save(target / "lengths.npy", lengths.astype(np.uint32))


async def _add_records(home: Path, folder: Path) -> None:
    database = Database(Settings(data_dir=home).sqlalchemy_url)
    await upgrade(database)
    async with database.write() as session:
        session.add(_describe_dataset(folder))
        await session.flush()
        session.add(_describe_tokenization())
    await database.close()


def _describe_dataset(folder: Path) -> Dataset:
    return Dataset(
        id=DATASET_ID,
        name="bench",
        source="local",
        status=DatasetStatus.READY,
        text_column="text",
        num_samples=DatasetStore(folder).num_rows(),
    )


def _describe_tokenization() -> Tokenization:
    return Tokenization(
        id=_TOKENIZATION_ID,
        dataset_id=DATASET_ID,
        tokenizer="bench",
        settings={},
        settings_hash="bench",
        status=TokenizationStatus.READY,
        completed_at=utc_now(),
    )

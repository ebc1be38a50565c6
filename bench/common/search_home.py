"""A server's data folder with the dataset of the search benchmark in it, ready, and the token lengths of its rows."""

import asyncio
from pathlib import Path
from typing import Final

import numpy as np

from common import DATA
from common.texts import made_once
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade
from mistudio.core.states import DatasetStatus, TokenizationStatus
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.models import Dataset, Tokenization, utc_now

DATASET_ID: Final = "ds_00000000-0000-4000-8000-000000000000"
_TOKENIZATION_ID: Final = "tok_00000000-0000-4000-8000-000000000000"


def home(folder: Path) -> Path:
    """DATA_DIR of a server that has the dataset in ``folder``; made if it is not there from an earlier run."""

    def make(place: Path) -> None:
        (place / "datasets").mkdir(parents=True)
        (place / "datasets" / DATASET_ID).symlink_to(folder)
        _write_lengths(folder)
        asyncio.run(_record(place, folder))

    return made_once(DATA / "search" / f"home-{folder.name}", make)


def _write_lengths(folder: Path) -> None:
    """Lengths that look like those of tokens: what a filter costs does not depend on what they are of."""
    store, chance = DatasetStore(folder), np.random.default_rng(3)
    for split in store.splits:
        place = folder / "tokenized" / _TOKENIZATION_ID / split
        place.mkdir(parents=True, exist_ok=True)
        lengths = np.clip(chance.lognormal(5.0, 1.0, store.num_rows(split)), 1, 30_000)
        np.save(place / "lengths.npy", lengths.astype(np.uint32))


async def _record(place: Path, folder: Path) -> None:
    database = Database(Settings(data_dir=place).sqlalchemy_url)
    await upgrade(database)
    async with database.write() as session:
        record = Dataset(
            id=DATASET_ID,
            name="bench",
            source="local",
            status=DatasetStatus.READY,
            text_column="text",
            num_samples=DatasetStore(folder).num_rows(),
        )
        session.add(record)
        await session.flush()
        session.add(
            Tokenization(
                id=_TOKENIZATION_ID,
                dataset_id=DATASET_ID,
                tokenizer="bench",
                settings={},
                settings_hash="bench",
                status=TokenizationStatus.READY,
                completed_at=utc_now(),
            )
        )
    await database.close()

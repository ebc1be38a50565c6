"""Snapshots that answer a subscribe."""

import pytest

from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.services.dataset_service import DatasetService
from mistudio.services.snapshot_service import SnapshotService


@pytest.fixture
def snapshots(datasets: DatasetService) -> SnapshotService:
    """The service of snapshots."""
    return SnapshotService(datasets)


async def test_the_list_is_its_first_page(snapshots: SnapshotService, async_db: Database) -> None:
    """Newest first."""
    made = [(await add_dataset(async_db)).id for _number in range(2)]
    snapshot = await snapshots.snapshot("datasets")
    assert isinstance(snapshot["list"], dict)
    data = snapshot["list"]["data"]
    assert isinstance(data, list)
    assert made[::-1] == [dataset["id"] for dataset in data if isinstance(dataset, dict)]


async def test_a_dataset_comes_with_its_number(snapshots: SnapshotService, async_db: Database) -> None:
    """That of its newest event; a dataset that was deleted is null."""
    made = await add_dataset(async_db, seq=7)
    snapshot = await snapshots.snapshot(f"datasets/{made.id}/progress")
    assert isinstance(snapshot["dataset"], dict)
    assert (7, made.id) == (snapshot["seq"], snapshot["dataset"]["id"])
    gone = await snapshots.snapshot("datasets/ds_none/progress")
    assert (0, None) == (gone["seq"], gone["dataset"])


@pytest.mark.parametrize("channel", ["", "jobs", "datasets/ds_1", "datasets/a/b/progress", "datasets/a\0/progress"])
async def test_an_unknown_channel_is_refused(snapshots: SnapshotService, channel: str) -> None:
    """With its name."""
    assert f"There is no channel {channel}." == (await snapshots.snapshot(channel))["error"]

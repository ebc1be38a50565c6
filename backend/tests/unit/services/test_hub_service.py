"""The preflight of a repository."""

import pytest

from fakes.planner import FakePlanner, stories_plan
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import ValidationFailed
from mistudio.services.datasets.hub_record import source_key
from mistudio.services.hub_service import HubService
from mistudio.services.storage_service import StorageService


async def test_a_repository_is_measured_against_the_disk(
    plain: Settings, async_db: Database, storage: StorageService, planner: FakePlanner
) -> None:
    """What it needs is estimated from its files; a pasted address names it as well as its id."""
    storage.prepare()
    address = "https://huggingface.co/datasets/lab/stories"
    found = await HubService(plain, async_db, planner).inspect(address, config=None, revision="main", token=None)
    assert ("lab/stories", "c0ffee", True, None) == (
        found.repo_id,
        found.revision,
        found.fits,
        found.existing_dataset_id,
    )
    assert (1000, "lab/stories", "main") == (found.size_bytes, planner.asked[0].repo_id, planner.asked[0].revision)
    huge = await HubService(plain, async_db, FakePlanner(stories_plan(size=2**60))).inspect(
        "lab/stories", config=None, revision=None, token=None
    )
    assert not huge.fits
    assert huge.needed_bytes > huge.free_bytes


async def test_a_repository_that_is_here_is_named(
    plain: Settings, async_db: Database, storage: StorageService, planner: FakePlanner
) -> None:
    """By repository, commit, config and splits."""
    storage.prepare()
    key = source_key(repo_id="lab/stories", revision="c0ffee", config="default", splits=[])
    dataset = await add_dataset(async_db, source_key=key)
    found = await HubService(plain, async_db, planner).inspect("lab/stories", config=None, revision=None, token=None)
    assert dataset.id == found.existing_dataset_id


async def test_an_impossible_id_is_refused_at_its_field(
    plain: Settings, async_db: Database, planner: FakePlanner
) -> None:
    """Before the Hub is asked."""
    with pytest.raises(ValidationFailed) as refused:
        await HubService(plain, async_db, planner).inspect("a/b/c", config=None, revision=None, token=None)
    assert ("repo_id", []) == (refused.value.fields[0].field, planner.asked)

"""Datasets that stay open."""

from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.descriptors import open_files
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import DataMissing
from mistudio.services.samples.open_datasets import OpenDatasets
from mistudio.services.storage_service import StorageService


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "data"


@pytest.fixture
def opened(folder: Path) -> OpenDatasets:
    """No dataset is open yet."""
    settings = Settings(data_dir=folder)
    return OpenDatasets(StorageService(settings, Database(settings.sqlalchemy_url)))


def add(folder: Path, name: str) -> str:
    """A dataset of one row."""
    make_dataset(folder / "datasets" / name, {"train": [[{"text": name}]]})
    return name


def test_a_dataset_stays_open(opened: OpenDatasets, folder: Path) -> None:
    """The next request gets the same store; beyond 32 the one that was used longest ago is closed."""
    names = [add(folder, f"ds_{number}") for number in range(33)]
    first = opened.get(names[0])
    assert first is opened.get(names[0])
    first.row("train", 0)
    for name in names[1:]:
        opened.get(name).row("train", 0)
    assert [] == open_files(folder / "datasets" / names[0])
    assert first is not opened.get(names[0])
    opened.close()
    assert [] == open_files(folder)


def test_a_deleted_dataset_keeps_no_file_open(opened: OpenDatasets, folder: Path) -> None:
    """A request that began before the deletion can read it to its end."""
    name = add(folder, "ds_1")
    before = opened.get(name)
    before.row("train", 0)
    assert not opened.is_deleted(name)
    opened.forget(name)
    assert opened.is_deleted(name)
    assert name == before.row("train", 0).values["text"]
    assert name == opened.get(name).row("train", 0).values["text"]
    assert [] == open_files(folder)


def test_deleted_ids_are_bounded(opened: OpenDatasets) -> None:
    """A server that runs for years does not remember each deletion."""
    for number in range(1_001):
        opened.forget(f"ds_{number}")
    assert [False, True] == [opened.is_deleted(name) for name in ("ds_0", "ds_1000")]


def test_a_missing_dataset_is_refused(opened: OpenDatasets) -> None:
    """Each time."""
    for _time in range(2):
        with pytest.raises(DataMissing):
            opened.get("ds_none")

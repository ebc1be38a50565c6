"""Searches off the event loop: pages, what is remembered, and clients that leave."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.corpus.search.search import SearchRequest
from mistudio.services.samples.open_datasets import OpenDatasets
from mistudio.services.samples.search import PageRequest, SearchService
from mistudio.services.storage_service import StorageService


@pytest.fixture
def searches(tmp_path: Path) -> Iterator[SearchService]:
    """The service over one dataset, ``ds_1``, of a hundred rows."""
    settings = Settings(data_dir=tmp_path / "data")
    rows = [{"text": f"mill number {number}"} for number in range(100)]
    make_dataset(settings.datasets_dir / "ds_1", {"train": [rows]})
    datasets = OpenDatasets(StorageService(settings, Database(settings.sqlalchemy_url)))
    service = SearchService(settings, datasets)
    yield service
    service.close()
    datasets.close()


def page(text: str, *, offset: int = 0, size: int = 10) -> PageRequest:
    """A page of the rows that have all words of ``text``."""
    request = SearchRequest(mode="words", text=text, case=False, split=None, least=None, most=None, sort="row")
    return PageRequest("ds_1", request, None, offset, size)


async def test_pages_are_parts_of_one_search(searches: SearchService) -> None:
    """The second page continues the first; beyond the end a page is empty."""
    first = await searches.find(page("mill"))
    second = await searches.find(page("mill", offset=10))
    assert list(range(20)) == [row.row for row in (*first.rows, *second.rows)]
    assert first.search is second.search
    assert (True, 100, False) == (second.page.is_exact, second.page.total, second.has_index)
    assert [] == (await searches.find(page("mill", offset=200))).rows


async def test_another_search_finds_other_rows(searches: SearchService) -> None:
    """Its hits can be marked."""
    found = await searches.find(page("number 7"))
    assert [7] == [row.row for row in found.rows]
    assert found.highlighter is not None
    assert [(5, 11), (12, 13)] == found.highlighter.find_spans("mill number 7")


async def test_a_search_whose_client_has_left_ends(searches: SearchService) -> None:
    """Its page says that there may be more, or is complete if it was faster."""

    async def leave() -> None:
        """The client leaves at once."""

    found = await searches.find(page("mill"), disconnect=leave)
    assert found.page.is_partial or 10 == len(found.rows)
    assert not searches.is_busy


async def test_a_deleted_dataset_is_not_remembered(searches: SearchService) -> None:
    """A search that ends after the deletion leaves nothing behind."""
    before = await searches.find(page("mill"))
    searches._datasets.forget("ds_1")
    searches.forget("ds_1")
    after = await searches.find(page("mill"))
    assert before.search is not after.search
    assert ({}, {}) == (dict(searches._corpora), dict(searches._searches))
    assert not searches.is_busy

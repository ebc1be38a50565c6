"""Tokenizations that stay open."""

import shutil

import pytest

from fakes.studio_data import Tokenized
from mistudio.core.errors import DataMissing
from mistudio.services.storage_service import StorageService
from mistudio.services.tokenizations.open_stores import OpenTokenizations


async def test_a_tokenization_stays_open_until_it_is_forgotten(tokenized: Tokenized, storage: StorageService) -> None:
    """By its own id or by its dataset's."""
    stores = OpenTokenizations()
    folder = storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id)
    first = stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
    assert first is stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
    for target in (tokenized.tokenization_id, tokenized.dataset_id):
        before = stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
        stores.forget(target)
        assert before is not stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)


async def test_a_tokenization_that_was_made_again_is_opened_again(
    tokenized: Tokenized, storage: StorageService
) -> None:
    """It has another manifest file; without one it is missing."""
    stores = OpenTokenizations()
    folder = storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id)
    before = stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
    shutil.copytree(folder, folder.with_name("again"))
    shutil.rmtree(folder)
    with pytest.raises(DataMissing):
        stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
    folder.with_name("again").rename(folder)
    assert before is not stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)


async def test_the_one_that_was_read_longest_ago_is_closed(tokenized: Tokenized, storage: StorageService) -> None:
    """At most as many stay open as were asked for."""
    stores = OpenTokenizations(1)
    folder = storage.tokenized(tokenized.dataset_id, tokenized.tokenization_id)
    first = stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)
    stores.get(tokenized.dataset_id, "tok_other", folder)
    assert first is not stores.get(tokenized.dataset_id, tokenized.tokenization_id, folder)

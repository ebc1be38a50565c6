"""An order is resolved once, and two calls continue each other's work only if they would write the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.tokenizing import CharacterEncoder, make_order, make_varied_dataset
from mistudio.core.errors import UnknownSplit
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest
from mistudio.corpus.tokenize import TokenizeOrder
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder, resolve_order

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)


@pytest.fixture
def order(tmp_path: Path) -> TokenizeOrder:
    """Return an order for a small dataset."""
    return make_order(make_varied_dataset(tmp_path / "ds"), tmp_path, SETTINGS)


def resolve(order: TokenizeOrder) -> ResolvedOrder:
    """Resolve the order for its dataset."""
    return resolve_order(order, read_manifest(order.dataset))


def test_everything_follows_from_the_order(order: TokenizeOrder) -> None:
    """Settings, columns, hashes and folders."""
    resolved = resolve(order)
    assert (("train", "test"), 16) == (resolved.resolved.splits, resolved.columns.max_length)
    assert (manifest_sha256(order.dataset), order.staging) == (resolved.dataset_hash, resolved.staging.folder)
    assert 16 == len(resolved.fingerprint_of("train"))
    assert resolved.fingerprint_of("train") != resolved.fingerprint_of("test")


def test_the_plan_covers_what_decides_the_bytes(order: TokenizeOrder) -> None:
    """Settings, engine and part size; not the size of batches."""
    other = CharacterEncoder()
    other.name = "other"
    same = replace(order, batch_bytes=7)
    different = [
        replace(order, settings=replace(SETTINGS, max_length=8)),
        replace(order, part_bytes=5),
        replace(order, engines=replace(order.engines, encoder=other)),
    ]
    assert resolve(order).plan == resolve(same).plan
    assert 4 == len({resolve(each).plan for each in (order, *different)})


def test_an_order_that_cannot_work_is_refused(order: TokenizeOrder) -> None:
    """Before anything is written."""
    with pytest.raises(UnknownSplit):
        resolve(replace(order, settings=replace(SETTINGS, splits=("dev",))))
    assert not order.staging.exists()

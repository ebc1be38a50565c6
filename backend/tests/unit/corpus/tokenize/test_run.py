"""A run reports its progress, notes a failing engine, and shares shards only if there are several."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.tokenizing import CharacterEncoder, make_order, make_varied_dataset
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenize import ShardPolicy, TokenizeOrder
from mistudio.corpus.tokenize.run import TokenizeRun
from mistudio.corpus.tokenize.staging import Staging

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)


class Recording(NullMonitor):
    """Keeps the reports."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int | None, str]] = []

    def report(self, done: int, total: int | None, phase: str) -> None:
        """Keep the report."""
        self.reports.append((done, total, phase))


@pytest.fixture
def order(tmp_path: Path) -> TokenizeOrder:
    """Return an order for a dataset of three files."""
    order = make_order(make_varied_dataset(tmp_path / "ds"), tmp_path, SETTINGS)
    order.staging.mkdir()
    return order


def test_progress_counts_source_rows_of_all_splits(order: TokenizeOrder) -> None:
    """It never goes back, and ends with all rows."""
    monitor = Recording()
    TokenizeRun(replace(order, monitor=monitor)).run(None)
    done = [report[:2] for report in monitor.reports if report[2] == "tokenizing"]
    assert done == sorted(done)
    assert (300, 300) == done[-1]
    assert "finish" == monitor.reports[-1][2]


def test_a_failure_of_the_engine_is_in_the_staging_folder_and_in_the_record(order: TokenizeOrder) -> None:
    """A later call reads it from there."""
    failing = replace(order, engines=replace(order.engines, failure=lambda: "a panic"))
    manifest = TokenizeRun(failing).run(None)
    assert "a panic" in (manifest.engine.reason or "")
    assert "a panic" == Staging(order.staging).read_failure()


@pytest.mark.parametrize(("shard_bytes", "count"), [(1 << 20, 2), (1, 3)])
def test_helpers_are_requested_for_the_number_of_shards(order: TokenizeOrder, shard_bytes: int, count: int) -> None:
    """A shard is at least one row group, and ends with its split."""
    requested: list[int] = []
    TokenizeRun(order).run(ShardPolicy(shard_bytes, requested.append))
    assert [count] == requested


def test_a_single_shard_is_not_shared(order: TokenizeOrder) -> None:
    """No helper is requested, and no shard file is written."""
    single = replace(order, settings=replace(SETTINGS, splits=("test",)))
    requested: list[int] = []
    TokenizeRun(single).run(ShardPolicy(1 << 20, requested.append))
    assert [] == requested
    assert not Staging(order.staging).shards.exists()


def test_a_helper_of_another_order_encodes_nothing(order: TokenizeOrder) -> None:
    """Another engine has another plan."""
    other = CharacterEncoder()
    other.name = "other"
    helper = TokenizeRun(replace(order, engines=replace(order.engines, encoder=other)))
    encoded: list[int] = []
    TokenizeRun(order).run(ShardPolicy(1, lambda _shards: encoded.append(helper.encode_missing(0))))
    assert [0] == encoded

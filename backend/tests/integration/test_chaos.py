"""A few of the attacks of ``make chaos``: whatever fails and whoever is killed, the data ends the same."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from chaos.campaign import Bench, campaign, plan
from chaos.faults import faulty_library

SEED: Final = 20261130
KILLS: Final = 10
OPERATIONS: Final = 4

pytestmark = pytest.mark.skipif(
    faulty_library() is None, reason="a small C library injects faults: it needs a compiler"
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A studio to attack, which knows how each stage of a life ends undisturbed."""
    bench = Bench(tmp_path)
    try:
        await bench.learn()
        yield bench
    finally:
        bench.close()


async def test_attacks_lose_nothing(bench: Bench) -> None:
    """Whole lives with kills, and operations of each stage that fail in every way, end with the same bytes."""
    assert {"open", "write", "pwrite", "fsync", "rename"} <= {
        operation.name for many in bench.operations.values() for operation in many
    }
    attacks = plan(bench.operations, kills=KILLS, count=OPERATIONS, seed=SEED)
    figures = await campaign([bench], attacks, time.monotonic() + 3600)
    assert len(attacks) == figures.attacks.total()
    assert figures.kills > 0
    assert {} == figures.findings.new

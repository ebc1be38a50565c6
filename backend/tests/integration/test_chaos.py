"""A few of the attacks of ``make chaos``: whatever fails and whoever is killed, the data ends the same."""

import random
from pathlib import Path
from typing import Final

import pytest

from chaos.attack import attack
from chaos.faults import KINDS, Fault, faulty_library
from chaos.life import add_repositories
from fakes.hub import Hub
from mistudio.core.config import Settings

SEED: Final = 20261130


@pytest.fixture
def studio(settings: Settings, hub: Hub) -> Settings:
    """The settings of a studio whose Hub has what a life needs."""
    add_repositories(hub)
    return settings.model_copy(update={"search_index": "auto"})


async def test_killed_at_random_it_ends_the_same(studio: Settings, tmp_path: Path) -> None:
    """Server, children or all are killed again and again; every file ends with the same bytes."""
    whole = await attack(studio, tmp_path / "whole.log")
    killed = await attack(studio, tmp_path / "killed.log", kills=6, seed=SEED)
    assert whole.files == killed.files
    assert killed.starts > 1


@pytest.mark.skipif(faulty_library() is None, reason="a small C library injects the faults: it needs a C compiler")
async def test_a_file_operation_that_fails_loses_nothing(studio: Settings, tmp_path: Path) -> None:
    """One operation in each way, at places drawn anew for each kind, goes wrong; every file ends with the same bytes."""
    whole = await attack(studio, tmp_path / "whole.log", fault=Fault(studio.data_dir, tmp_path / "counter", at=0))
    assert whole.operations > 100
    chance = random.Random(SEED)
    for kind in KINDS:
        at = chance.randrange(1, whole.operations)
        fault = Fault(studio.data_dir, tmp_path / "counter", kind=kind, at=at)
        outcome = await attack(studio, tmp_path / f"{kind}.log", fault=fault)
        assert whole.files == outcome.files, (kind, at, outcome.refusals)

"""What ``datasets.load_dataset`` reads of a repository is what a download of it gives: splits, columns, rows, values.

``FUZZ_EXAMPLES`` says how many repositories are tried; then they are drawn by ``FUZZ_SEED``, which is printed, and all
differences are printed with a smallest example each. Without it forty are tried, always the same.
"""

import os
import random
from pathlib import Path
from typing import Final

import pytest

from differential.differences import SAME, Outcomes
from differential.known import KNOWN
from differential.readings import reader
from differential.strategy import draw_repository
from fakes.hub import Hub
from harness.report import write_part
from harness.say import say

_FEW: Final = 40
_SEED_OF_THE_FEW: Final = 20261130
IS_LONG: Final = "FUZZ_EXAMPLES" in os.environ
EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", _FEW))
SEED: Final = int(
    os.environ.get("FUZZ_SEED", random.SystemRandom().randrange(1 << 30) if IS_LONG else _SEED_OF_THE_FEW)
)
REPORT: Final = os.environ.get("FUZZ_REPORT", "")


@pytest.fixture
def outcomes(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outcomes:
    """Collects what comes of reading repositories from the test Hub, which is the Hub of this process."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    return Outcomes(reader(hub, tmp_path), KNOWN)


# The library leaves files open where it fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_same_rows_as_datasets(outcomes: Outcomes) -> None:
    """Where ``datasets`` reads a repository, the same is here; every difference is a known one."""
    chance = random.Random(SEED)
    for _example in range(EXAMPLES):
        outcomes.add(draw_repository(chance))
    if IS_LONG:
        say(f"\nseed {SEED}\n\n{outcomes.report()}")
    if REPORT:
        write_part(Path(REPORT), "formats", f"{EXAMPLES:,} repositories (seed {SEED}):\n\n{outcomes.figures()}")
    assert outcomes.counts[SAME]
    assert [] == outcomes.new(), [outcomes.shrunk(key).about() for key in outcomes.new()]

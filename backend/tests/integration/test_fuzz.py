"""A few of the cases of ``make fuzz``, always the same ones: none has a finding that is not known.

They run in a process of their own, which may write numbers of any length.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from fakes.timing import TIMEOUT

SEED: Final = "20261130"
TESTS: Final = Path(__file__).parents[1]


NEEDS_SCHEMATHESIS: Final = pytest.mark.skipif(find_spec("schemathesis") is None, reason="needs schemathesis")


@pytest.mark.parametrize(
    ("part", "limits"),
    [
        ("hub", ["--cases", "25"]),
        ("damage", ["--cases", "8"]),
        ("races", ["--cases", "1"]),
        ("files", ["--cases", "12"]),
        # To every operation of the OpenAPI document.
        pytest.param("requests", ["--examples", "2"], marks=NEEDS_SCHEMATHESIS),
    ],
)
def test_hostile_input_is_taken(part: str, limits: list[str], tmp_path: Path) -> None:
    """No defect, no traceback, nothing lost, and bounded memory and time."""
    command = [sys.executable, "-m", "fuzz", part, *limits, "--seed", SEED, "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert f"| {part} |" in done.stdout

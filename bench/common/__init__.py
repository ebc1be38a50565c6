"""What the benchmarks share.

Importing it puts the tests' folder on ``sys.path``: benchmarks use the test Hub and other ``fakes``.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
# What a benchmark makes once and keeps for the next run.
DATA = BENCH / "data"

sys.path.insert(0, str(ROOT / "backend" / "tests"))

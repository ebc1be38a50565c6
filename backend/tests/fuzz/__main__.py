"""``python -m fuzz [PART …]``: feed a studio with hostile input, and print what it could not take.

Parts: ``hub`` (answers of the Hub), ``files`` (uploads), ``damage`` (states of DATA_DIR), ``requests`` (drawn from the
OpenAPI document), ``races`` (two clients at once). ``--cases N`` draws so many of each part by ``--seed``, which is
printed; without it all are run. ``--report PAGE`` writes the figures into docs/reliability.md.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from fuzz.bench import Bench
from fuzz.parts import PARTS
from fuzz.runner import HEAD, Figures, run_cases
from fuzz.values import chosen
from harness.main import run
from harness.report import table, write_part
from harness.say import say


async def _run(part: str, asked: argparse.Namespace, folder: Path) -> Figures:
    bench = Bench(folder / part)
    try:
        found = await PARTS[part](bench, random.Random(asked.seed), asked.examples)
        every = [case for case in found if asked.only in case.name]
        cases = chosen(random.Random(asked.seed), every, asked.cases)
        return await run_cases(bench, cases, part, time.monotonic() + asked.minutes * 60)
    finally:
        await bench.close()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--cases", type=int, help="so many of each part; left out: all")
    parser.add_argument("--examples", type=int, default=60, help="requests to each operation")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="stop a part after so long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    folder: Path = asked.folder or Path(tempfile.mkdtemp(prefix="mistudio-fuzz-"))
    say(f"seed {asked.seed}")
    every = {part: run(_run(part, asked, folder)) for part in asked.parts or PARTS}
    summary = f"Seed {asked.seed}.\n\n{table(HEAD, [figures.row(part) for part, figures in every.items()])}"
    say(f"\n{summary}\n")
    for part, figures in every.items():
        say(f"{part}:\n{figures.findings.summary()}")
    say(f"The logs are in {folder}.")
    if asked.report:
        write_part(asked.report, "fuzz", summary)
    return 1 if any(figures.findings.new for figures in every.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m chaos``: attack a studio for as long as is asked, and print what was tried and what was found.

``--kills N`` random kills in all, five to a life; ``--operations N`` file operations, drawn from all that the stages of
a life make, each failing in every way in which a file system lets it (``all``: every single one). The seed is printed,
and may be given. ``--report PAGE`` writes the figures into docs/reliability.md.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from chaos.campaign import Bench, Figures, campaign, plan
from harness.main import run
from harness.report import table, write_part
from harness.say import say


async def _run(asked: argparse.Namespace, folder: Path) -> Figures:
    benches = [Bench(folder / f"studio-{number}") for number in range(asked.studios)]
    try:
        began = time.monotonic()
        await asyncio.gather(*(bench.learn() for bench in benches))
        operations = benches[0].operations
        say(
            f"seed {asked.seed}; {sum(map(len, operations.values()))} file operations; {time.monotonic() - began:.0f} s"
        )
        count = None if asked.operations == "all" else int(asked.operations)
        attacks = plan(operations, kills=asked.kills, count=count, seed=asked.seed)
        attacks = [attack for attack in attacks if asked.only in attack.name]
        return await campaign(benches, attacks, time.monotonic() + asked.minutes * 60)
    finally:
        for bench in benches:
            bench.close()


def _summary(figures: Figures, seed: int) -> str:
    rows = [
        (kind, f"{count:,}", f"{figures.refusals[kind]:,}", f"{figures.ill[kind]:,}")
        for kind, count in sorted(figures.attacks.items())
    ]
    head = ("fault", "attacks", "clear errors on the way", "ended ill")
    return (
        f"{sum(figures.attacks.values()):,} attacks in {figures.seconds / 60:.0f} minutes (seed {seed}), "
        f"{figures.kills:,} processes killed by SIGKILL.\n\n{table(head, rows)}"
    )


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--operations", default="all")
    parser.add_argument("--only", default="", help="only attacks whose name holds this")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="stop after so long")
    parser.add_argument("--studios", type=int, default=os.cpu_count() or 1, help="attacked at the same time")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    folder: Path = asked.folder or Path(tempfile.mkdtemp(prefix="mistudio-chaos-"))
    figures = run(_run(asked, folder))
    summary = _summary(figures, asked.seed)
    say(f"\n{summary}\n\n{figures.findings.summary()}\nThe logs are in {folder}.")
    if asked.report:
        write_part(asked.report, "chaos", summary)
    return 1 if figures.findings.new else 0


if __name__ == "__main__":
    sys.exit(main())

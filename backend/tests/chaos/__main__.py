"""``python -m chaos``: attack a studio for as long as is asked, and print what was tried and what was found.

``--kills N`` random kills in all, five to a life; ``--operations N`` file operations, evenly spread over a life, each
made to fail in every way of ``chaos.faults.KINDS`` (``all``: every single one). The seed is printed, and may be given.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from chaos.attack import Outcome, attack
from chaos.faults import KINDS, Fault, faulty_library
from chaos.life import add_repositories
from fakes.hub import Hub
from mistudio.core.config import Settings

_KILLS_A_LIFE: Final = 5


class Campaign:
    """Attacks, and the count of those that did not end as if nothing had happened."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self.whole: Outcome | None = None
        self.attacks = self.faults = self.refusals = 0

    async def reference(self) -> Outcome:
        """Live once undisturbed; what remains is what every attack must end with."""
        fault = Fault(self._settings.data_dir, self._folder / "counter") if faulty_library() else None
        self.whole = await attack(self._settings, self._folder / "whole.log", fault=fault)
        return self.whole

    async def one(self, name: str, *, fault: Fault | None = None, kills: int = 0, seed: int = 0) -> None:
        """Attack once, and say what was wrong with the end, if anything."""
        assert self.whole is not None
        log = self._folder / "attack.log"
        log.unlink(missing_ok=True)
        self.attacks += 1
        try:
            outcome = await attack(self._settings, log, fault=fault, kills=kills, seed=seed)
            assert outcome.files == self.whole.files, "the files differ"
            self.refusals += len(outcome.refusals)
        except (AssertionError, TimeoutError) as error:
            self.faults += 1
            (self._folder / f"found-{self.faults}.log").write_bytes(log.read_bytes() if log.exists() else b"")
            _say(f"FOUND {name}: {type(error).__name__}: {str(error)[:1500]}")


async def _run(kills: int, operations: str, seed: int, folder: Path) -> int:
    with Hub() as hub:
        add_repositories(hub)
        settings = Settings(
            data_dir=folder / "data",
            hf_endpoint=hub.url,
            hf_home=folder / "hf",
            retry_backoff_seconds=0.05,
            disk_reserve_bytes=0,
            spare_process=False,
        )
        campaign = Campaign(settings, folder)
        began = time.monotonic()
        whole = await campaign.reference()
        _say(f"seed {seed}; a life: {time.monotonic() - began:.0f} s, {whole.operations} file operations")
        chance = random.Random(seed)
        for number in range(0, kills, _KILLS_A_LIFE):
            await campaign.one(f"kills {number}", kills=_KILLS_A_LIFE, seed=chance.randrange(1 << 30))
        count = whole.operations if operations == "all" else min(int(operations), whole.operations)
        places = sorted(chance.sample(range(1, whole.operations + 1), count)) if whole.operations else []
        for at in places:
            for kind in KINDS:
                fault = Fault(settings.data_dir, folder / "counter", kind=kind, at=at)
                await campaign.one(f"{kind} at operation {at}", fault=fault)
    _say(
        f"{campaign.attacks} attacks ({kills} kills, {count} operations in {len(KINDS)} ways each), "
        f"{campaign.refusals} refusals on the way, {campaign.faults} ended wrong; {time.monotonic() - began:.0f} s"
    )
    return 1 if campaign.faults else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--operations", default="all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder: Path = asked.folder or Path(tempfile.mkdtemp(prefix="mistudio-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_run(asked.kills, asked.operations, asked.seed, folder))


if __name__ == "__main__":
    sys.exit(main())

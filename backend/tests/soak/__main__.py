"""``python -m soak``: mixed load for ``--minutes``, with memory, descriptors, threads and tables over time.

Ends with code 1 where something grows by more than 5 % after the first third of the time, or an answer was a defect.
``--report PAGE`` writes the figures into docs/reliability.md.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx2

from fakes import tokenizers as small
from fakes.hub import Hub
from fuzz.bench import TOKENIZER
from harness.log import defects_in
from harness.main import run
from harness.report import write_part
from harness.say import say
from harness.studio import TrueStarts, running_studio
from mistudio.core.config import Settings
from soak.growth import Record
from soak.load import Load, add_repositories

_MOMENTS: Final = 60
_ANSWER_SECONDS: Final = 120.0


async def _soak(minutes: float, seed: int, folder: Path) -> tuple[Record, Load, list[str]]:
    with Hub() as hub:
        add_repositories(hub)
        hub.add(TOKENIZER, small.make_files(small.train_byte_level(), config=small.CONFIG), kind="models")
        settings = Settings(
            data_dir=folder / "data", hf_endpoint=hub.url, hf_home=folder / "data" / "huggingface_cache"
        ).model_copy(update={"disk_reserve_bytes": 0, "retry_backoff_seconds": 0.1})
        log = folder / "studio.log"
        async with (
            running_studio(settings, log, TrueStarts(settings)) as studio,
            httpx2.AsyncClient(base_url=studio.url, timeout=_ANSWER_SECONDS) as http,
        ):
            load = Load(studio.url, http, random.Random(seed))
            record = Record(settings.data_dir, studio.pid)
            await load.prepare()
            await _measure(load, record, minutes)
        return record, load, defects_in(log)


async def _measure(load: Load, record: Record, minutes: float) -> None:
    """Note the figures while the load runs; whatever ends the load ends this, too."""
    running, began = asyncio.ensure_future(load.run()), time.monotonic()
    try:
        while (seconds := time.monotonic() - began) < minutes * 60:
            record.note(seconds)
            done, _running = await asyncio.wait({running}, timeout=minutes * 60 / _MOMENTS)
            if done:
                await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    folder: Path = asked.folder or Path(tempfile.mkdtemp(prefix="mistudio-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    say(f"seed {asked.seed}")
    record, load, defects = run(_soak(asked.minutes, asked.seed, folder))
    grown = record.grown()
    done = ", ".join(f"{count:,} {name}" for name, count in load.counts.most_common())
    verdict = "; ".join([*grown, *defects[:3]]) or "nothing grows"
    summary = f"{asked.minutes:g} minutes (seed {asked.seed}): {done}. Result: {verdict}.\n\n{record.report()}"
    say(f"\n{summary}\nThe log is in {folder}.")
    if asked.report:
        write_part(asked.report, "soak", summary)
    return 1 if grown or defects else 0


if __name__ == "__main__":
    sys.exit(main())

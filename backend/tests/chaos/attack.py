"""One attack on a studio: its life with a fault or kills on the way, and whether it ends as if nothing had happened."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from chaos.faults import Fault
from chaos.life import Life, Refused, remains
from fakes.process import environment, processes_of
from mistudio.core.config import Settings

_STARTED: Final = "miStudio is at "
_STARTS: Final = 8
_LIMIT_SECONDS: Final = 240.0


@dataclass
class Outcome:
    """How an attack ended: what the studio said on the way, and what it had on the disk at the end."""

    refusals: list[str] = field(default_factory=list)
    starts: int = 0
    operations: int = 0
    files: dict[str, str] = field(default_factory=dict)


class Studio:
    """A server process over one DATA_DIR that can be started again and again, the first time with a fault."""

    def __init__(self, settings: Settings, log: Path, fault: Fault | None) -> None:
        self.settings, self.log, self.fault = settings, log, fault
        self.process: Process | None = None
        self.url = ""
        self.starts = 0

    async def start(self) -> bool:
        """Start it if it does not run; whether it serves."""
        if self.process is not None and self.process.returncode is None:
            return True
        variables = environment(self.settings)
        if self.fault is not None:
            variables |= self.fault.environment()
        self.starts += 1
        with self.log.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mistudio.cli", "serve", "--port", "0"),
                stdout=PIPE,
                stderr=errors,
                env=variables,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = (await self.process.stdout.readline()).decode().strip()
        self.url = line.removeprefix(_STARTED)
        return line.startswith(_STARTED)

    async def kill(self, which: str, chance: random.Random) -> None:
        """SIGKILL the server, one of its children, or all of them."""
        own = self.process.pid if self.process else 0
        others = [number for number in processes_of(self.settings.data_dir) if number not in (own, os.getpid())]
        victims = {"server": [own], "child": others and [chance.choice(others)], "all": [own, *others]}[which]
        for number in victims or []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if which != "child" and self.process:
            await self.process.wait()

    async def stop(self) -> None:
        """End it as a service manager does."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


async def attack(
    settings: Settings, log: Path, *, fault: Fault | None = None, kills: int = 0, seed: int = 0
) -> Outcome:
    """Live a whole life in a fresh DATA_DIR, with a fault, or ``kills`` kills at random moments; answer how it ended.

    AssertionError where the life does not come to its end, an answer is a defect, or the files do not match.
    """
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    outcome, studio = Outcome(), Studio(settings, log, fault)
    killer = asyncio.create_task(_kill_often(studio, kills, random.Random(seed)))
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            while not await _live(studio, outcome, may_fail=not killer.done() or studio.starts < _STARTS):
                await asyncio.sleep(0.05)
            await killer
            await _live(studio, outcome, may_fail=False)
    finally:
        killer.cancel()
        await studio.stop()
    outcome.starts = studio.starts
    outcome.operations = fault.operations() if fault else 0
    outcome.files = remains(settings)
    return outcome


async def _live(studio: Studio, outcome: Outcome, *, may_fail: bool) -> bool:
    if not await studio.start():
        outcome.refusals.append(f"start: {studio.log.read_text(encoding='utf-8')[-400:]}")
        assert may_fail, outcome.refusals[-1]
        return False
    try:
        async with httpx2.AsyncClient(base_url=studio.url, timeout=30.0) as http:
            await Life(http).run()
    except Refused as refusal:
        outcome.refusals.append(str(refusal))
        assert len(outcome.refusals) < 50, outcome.refusals
        return False
    except httpx2.TransportError:
        assert may_fail, "the server went away by itself"
        return False
    return True


async def _kill_often(studio: Studio, kills: int, chance: random.Random) -> None:
    for _kill in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 3.0))
        await studio.kill(chance.choice(("server", "child", "child", "all")), chance)

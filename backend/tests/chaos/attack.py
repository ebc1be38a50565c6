"""One attack on a studio: a stage of its life with a fault, or its life with kills, and whether all ends well."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from chaos.client import Defect, Refused
from chaos.disk import check_database, copy_folder, folders_without_record, left_over, remains
from chaos.faults import Fault, FaultyFiles, Operation
from chaos.life import Life
from harness.log import defects_in
from harness.studio import VICTIMS, Starter, Studio
from mistudio.core.config import Settings

_LIMIT_SECONDS: Final = 240.0
_MOST_REFUSALS: Final = 60
_EMPTYING_SECONDS: Final = 3.0
Step = Callable[[Life], Awaitable[None]]


@dataclass
class Outcome:
    """How an attack ended: what the studio said on the way, and what it had on the disk at the end."""

    refusals: list[str] = field(default_factory=list)
    starts: int = 0
    kills: int = 0
    failed: list[Operation] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)


class Attacker:
    """Lives stages, or whole lives, in one DATA_DIR again and again."""

    def __init__(self, settings: Settings, folder: Path, starter: Starter, faults: FaultyFiles | None = None) -> None:
        self.settings = settings
        self.faults = faults
        self.log = folder / "attack.log"
        self._folder = folder
        self._starter = starter

    def state_after(self, stage: str) -> Path:
        """Return where the DATA_DIR that a stage left is kept; before the first stage there is none."""
        return self._folder / "states" / (stage or "none")

    async def go_through(self, stage: str, before: str, *, fault: Fault | None = None) -> Outcome:
        """Live ``stage`` in the state that ``before`` left, with a fault; AssertionError where it ends ill."""
        assert self.faults is not None
        self._restore(before)
        self.faults.arm(fault, is_recorded=fault is None)

        async def step(life: Life) -> None:
            await life.stages()[stage]()
            await life.settle()

        return await self._attack(step, killer=None)

    async def live(self, *, kills: int = 0, seed: int = 0) -> Outcome:
        """Live a whole life with ``kills`` kills at random moments; AssertionError where it ends ill."""
        self._restore("")
        return await self._attack(Life.run, killer=_Killer(kills, random.Random(seed)))

    def _restore(self, before: str) -> None:
        copy_folder(self.state_after(before), self.settings.data_dir)
        self.log.unlink(missing_ok=True)

    async def _attack(self, step: Step, killer: "_Killer | None") -> Outcome:
        outcome, studio = Outcome(), Studio(self.settings, self.log, self._starter)
        killing = asyncio.create_task(killer.run(studio)) if killer else None
        try:
            async with asyncio.timeout(_LIMIT_SECONDS):
                while not await self._try(studio, step, outcome):
                    await asyncio.sleep(0.02)
                if killer and killing:
                    await killing
                    outcome.kills = killer.done
                await self._end(studio, step, outcome)
        finally:
            if killing:
                killing.cancel()
            await studio.stop()
        outcome.starts = studio.starts
        outcome.failed = self.faults.operations() if self.faults else []
        check_database(self.settings)
        outcome.files = remains(self.settings)
        assert [] == (found := defects_in(self.log)), f"a traceback in the log: {found[0]}"
        return outcome

    async def _end(self, studio: Studio, step: Step, outcome: Outcome) -> None:
        """The same once more without faults, and with a start in between where that has something to clear away."""
        if left_over(self.settings):
            await self._until_empty()
        if left_over(self.settings) or not studio.is_running:
            outcome.refusals.append(f"left until the next start: {left_over(self.settings)}")
            await studio.stop()
        while not await self._try(studio, step, outcome):
            await asyncio.sleep(0.02)
        await self._until_empty()
        assert [] == left_over(self.settings), f"left over: {left_over(self.settings)}"
        async with httpx2.AsyncClient(base_url=studio.url, timeout=30.0) as http:
            strange = folders_without_record(self.settings, await Life(http).ids())
        assert [] == strange, f"folders and records differ: {strange}"

    async def _until_empty(self) -> None:
        """Wait for what is deleted without anybody waiting for it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EMPTYING_SECONDS):
                while left_over(self.settings):
                    await asyncio.sleep(0.02)

    async def _try(self, studio: Studio, step: Step, outcome: Outcome) -> bool:
        """Whether the step came to its end; a refusal, or a server that is gone, is to be followed by another try."""
        try:
            await self._start(studio)
            async with httpx2.AsyncClient(base_url=studio.url, timeout=30.0) as http:
                await step(Life(http))
        except Refused as refusal:
            outcome.refusals.append(str(refusal))
        except httpx2.TransportError as error:
            outcome.refusals.append(f"the server went away: {type(error).__name__}")
        else:
            return True
        if len(outcome.refusals) > _MOST_REFUSALS:
            raise Defect(f"no end of refusals: {outcome.refusals[-3:]}")
        return False

    async def _start(self, studio: Studio) -> None:
        if not await studio.start():
            words = self.log.read_text(encoding="utf-8", errors="replace")[-400:] if self.log.exists() else ""
            raise Refused(f"start: {words}")


class _Killer:
    """Kills something of a studio at random moments."""

    def __init__(self, kills: int, chance: random.Random) -> None:
        self._kills = kills
        self._chance = chance
        self.done = 0

    async def run(self, studio: Studio) -> None:
        """Kill as often as is asked; where a victim is not there at the moment, wait a little for one."""
        for _kill in range(self._kills):
            await asyncio.sleep(self._chance.uniform(0.0, 0.8))
            victim = self._chance.choice(VICTIMS)
            for _wait in range(100):
                if studio.is_running and await studio.kill(victim, self._chance):
                    self.done += 1
                    break
                await asyncio.sleep(0.01)

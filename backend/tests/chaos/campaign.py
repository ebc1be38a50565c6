"""Many attacks: which are made, by several studios at once, and the count of those that ended ill."""

import asyncio
import random
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chaos.attack import Attacker, Outcome
from chaos.disk import copy_folder
from chaos.faults import Fault, FaultyFiles, Operation
from chaos.known import KNOWN
from chaos.life import Life, add_repositories
from fakes.hub import Hub
from harness.findings import Findings
from harness.log import defects_in
from harness.say import say
from harness.studio import ForkedStarts
from mistudio.core.config import Settings

KILLS_A_LIFE: Final = 5


@dataclass(frozen=True)
class Attack:
    """A stage with a fault at one of its operations, or a whole life (no stage) with kills."""

    name: str
    stage: str = ""
    fault: Fault | None = None
    kills: int = 0
    seed: int = 0


@dataclass
class Figures:
    """Counts of a campaign, by kind of fault; ``findings`` are the attacks that ended ill."""

    attacks: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    ill: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=lambda: Findings(KNOWN))
    kills: int = 0
    starts: int = 0
    seconds: float = 0.0


class Bench:
    """A studio for attacks, with a Hub and a folder of its own, and what it leaves where nothing goes wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.hub = Hub().start()
        add_repositories(self.hub)
        data = folder / "data"
        settings = Settings(
            data_dir=data,
            hf_endpoint=self.hub.url,
            hf_home=data / "huggingface_cache",
            retry_backoff_seconds=0.05,
            disk_reserve_bytes=0,
            search_index="off",
            spare_process=False,
        )
        self._faults = FaultyFiles(data, folder)
        self._starts = ForkedStarts(settings, self._faults.environment())
        self.attacker = Attacker(settings, folder, self._starts, self._faults)
        self.operations: dict[str, list[Operation]] = {}
        self._files: dict[str, Outcome] = {}
        self._before: dict[str, str] = {}

    async def learn(self) -> None:
        """Go through every stage undisturbed; keep its operations, its files and its state."""
        before = ""
        for stage in Life.STAGES:
            outcome = await self.attacker.go_through(stage, before)
            self.operations[stage] = outcome.failed
            self._files[stage], self._before[stage] = outcome, before
            copy_folder(self.attacker.settings.data_dir, self.attacker.state_after(stage))
            before = stage

    async def run(self, attack: Attack) -> Outcome:
        """Make the attack; AssertionError or TimeoutError where it ends ill."""
        if attack.stage:
            outcome = await self.attacker.go_through(attack.stage, self._before[attack.stage], fault=attack.fault)
        else:
            outcome = await self.attacker.live(kills=attack.kills, seed=attack.seed)
        wanted = self._files[attack.stage or Life.STAGES[-1]].files
        assert wanted == outcome.files, _difference(wanted.items(), outcome.files.items())
        return outcome

    def close(self) -> None:
        """End the Hub and the process that forks."""
        self._starts.close()
        self.hub.stop()


def _difference(wanted: object, found: object) -> str:
    return f"the files differ: wanted {wanted}, found {found}"


def plan(operations: dict[str, list[Operation]], *, kills: int, count: int | None, seed: int) -> list[Attack]:
    """Return the attacks: so many kills, and ``count`` operations (None: all), each failing in every way it can."""
    chance = random.Random(seed)
    attacks = [
        Attack(f"kills {number}", kills=min(KILLS_A_LIFE, kills - number), seed=chance.randrange(1 << 30))
        for number in range(0, kills, KILLS_A_LIFE)
    ]
    every = [(stage, one) for stage, many in operations.items() for one in many]
    for stage, one in every if count is None else chance.sample(every, min(count, len(every))):
        for kind in one.kinds():
            name = f"{kind} at operation {one.number} of {stage} ({one.name} {one.path})"
            attacks.append(Attack(name, stage, Fault(kind, one.number)))
    chance.shuffle(attacks)
    return attacks


async def campaign(benches: Sequence[Bench], attacks: Sequence[Attack], deadline: float) -> Figures:
    """Make the attacks, as many at a time as there are benches, until all are made or the deadline is over."""
    figures, queue, began = Figures(), list(reversed(attacks)), time.monotonic()

    async def work(bench: Bench) -> None:
        while queue and time.monotonic() < deadline:
            await _make(bench, queue.pop(), figures)
            done = sum(figures.attacks.values())
            if done % 100 == 0:
                say(f"{done} attacks, {figures.findings.count} ended ill, {time.monotonic() - began:.0f} s")

    await asyncio.gather(*(work(bench) for bench in benches))
    figures.seconds = time.monotonic() - began
    return figures


async def _make(bench: Bench, attack: Attack, figures: Figures) -> None:
    kind = attack.fault.kind if attack.fault else "SIGKILL"
    figures.attacks[kind] += 1
    try:
        outcome = await bench.run(attack)
    except (AssertionError, TimeoutError, OSError) as error:
        log = bench.attacker.log
        words = "; ".join(defects_in(log)[:1])
        figures.ill[kind] += 1
        name = f"{attack.name} (seed {attack.seed})"
        figures.findings.add(name, f"{type(error).__name__}: {error} [{words}]", sign=f"{kind} {words or error}")
        if log.exists():
            shutil.copy(log, bench.folder / f"found-{figures.findings.count}.log")
        return
    figures.refusals[kind] += len(outcome.refusals)
    figures.kills += outcome.kills
    figures.starts += outcome.starts

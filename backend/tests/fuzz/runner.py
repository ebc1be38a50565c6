"""Runs hostile cases one after the other, and counts how they end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx2

from fuzz.bench import Bench, Broken, bounded
from fuzz.known import KNOWN
from harness.findings import Findings
from harness.say import say

_EVERY: Final = 50


class Case(Protocol):
    """One hostile thing."""

    @property
    def name(self) -> str:
        """What it is, in a few words."""
        ...

    async def run(self, bench: Bench, number: int) -> None:
        """Do it; Broken where something does not hold that must."""
        ...


@dataclass
class Figures:
    """Counts of a run."""

    cases: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    growth: int = 0
    findings: Findings = field(default_factory=lambda: Findings(KNOWN))

    def row(self, part: str) -> tuple[str, ...]:
        """Return a row of the report."""
        return (
            part,
            f"{self.cases:,}",
            f"{self.findings.seen.total():,}",
            f"{len(self.findings.new):,}",
            f"{self.slowest:.1f} s",
            f"{self.growth >> 20} MB",
        )


HEAD: Final = (
    "part",
    "cases",
    "known findings",
    "new findings",
    "most processor time of a case",
    "most memory of a process",
)


async def run_cases(bench: Bench, cases: Sequence[Case], part: str, deadline: float) -> Figures:
    """Run the cases until the deadline is over."""
    figures, began = Figures(), time.monotonic()
    await bench.start()
    for number, case in enumerate(cases):
        if time.monotonic() > deadline:
            say(f"{part}: stopped after {number} of {len(cases)} cases, as the time was over")
            break
        await _run(bench, case, number, part, figures)
        if figures.cases % _EVERY == 0:
            say(f"{part}: {figures.cases} cases, {figures.findings.count} findings, {time.monotonic() - began:.0f} s")
    figures.seconds = time.monotonic() - began
    return figures


async def _run(bench: Bench, case: Case, number: int, part: str, figures: Figures) -> None:
    figures.cases += 1
    bench.log.write_bytes(b"")
    reasons: tuple[str, ...] = ()
    try:
        seconds, growth = await bounded(bench, case.run(bench, number))
        figures.slowest, figures.growth = max(figures.slowest, seconds), max(figures.growth, growth)
    except Broken as error:
        reasons = error.several
    except (httpx2.HTTPError, OSError) as error:
        reasons = (f"{type(error).__name__}: {error}",)
    words = "; ".join(bench.defects()[:2])
    for reason in reasons or ("",) * bool(words):
        # Where there is no traceback the case itself says the kind best, except for requests, of which there are many.
        told = reason.partition(" for ")[0] if reason.startswith("status ") else f"{case.name} {reason}"
        figures.findings.add(f"{part}: {case.name}", f"{reason} [{words}]", sign=words or told)
    if reasons:
        await bench.renew()

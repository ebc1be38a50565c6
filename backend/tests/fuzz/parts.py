"""The parts of a run, each with its cases."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from fuzz.bench import Bench
from fuzz.damage_cases import damage_cases
from fuzz.file_cases import file_cases
from fuzz.hub_cases import hub_cases
from fuzz.race_cases import race_cases
from fuzz.request_cases import request_cases
from fuzz.runner import Case

# With so many examples of each request.
Part = Callable[[Bench, random.Random, int], Awaitable[Sequence[Case]]]


async def _hub(_bench: Bench, _chance: random.Random, _examples: int) -> Sequence[Case]:
    return hub_cases()


async def _files(_bench: Bench, chance: random.Random, _examples: int) -> Sequence[Case]:
    return file_cases(chance)


async def _damage(bench: Bench, chance: random.Random, _examples: int) -> Sequence[Case]:
    return await damage_cases(bench, chance)


async def _requests(bench: Bench, chance: random.Random, examples: int) -> Sequence[Case]:
    await bench.start()
    return await request_cases(bench, chance, examples=examples)


async def _races(_bench: Bench, chance: random.Random, _examples: int) -> Sequence[Case]:
    return race_cases(chance, 100)


PARTS: Final[Mapping[str, Part]] = {
    "hub": _hub,
    "files": _files,
    "damage": _damage,
    "requests": _requests,
    "races": _races,
}

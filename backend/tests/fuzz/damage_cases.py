"""Damaged states: what a server and each command do with a DATA_DIR that something else has been at."""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from chaos.disk import copy_folder
from chaos.faults import Fault
from chaos.life import Life, add_repositories
from fakes.forked_starts import ForkedProcess
from fuzz.bench import Bench, Broken
from fuzz.damages import Damage, damages
from harness.log import defects_in

_COMMAND_SECONDS: Final = 120.0
# Commands that only read, and those that change something, which come last.
_READING: Final = (
    ("doctor",),
    ("ls",),
    ("show", "lab/stories"),
    ("samples", "lab/stories", "--search", "fox"),
    ("stats", "lab/stories"),
    ("what-if", "lab/stories"),
    ("verify", "lab/stories"),
)
_COMMANDS: Final = 2
_CHANGING: Final = (
    ("tokenize", "lab/stories", "lab/tokenizer", "--max-length", "8"),
    ("rebuild", "lab/stories"),
    ("rm", "lab/stories", "--yes"),
)


@dataclass(frozen=True)
class DamageCase:
    """A damage to a copy of a finished life; None lets the disk be read-only instead."""

    name: str
    life: Path
    damage: Damage | None
    seed: int

    async def run(self, bench: Bench, number: int) -> None:
        """Do the damage, serve what is left, and run a command that reads and one that changes something."""
        await bench.studio.stop()
        data, chance = bench.settings.data_dir, random.Random(self.seed)
        copy_folder(self.life, data)
        if self.damage is not None:
            self.damage(data)
        before = _checksums(data)
        if bench.faults:
            bench.faults.arm(None if self.damage else Fault("EROFS", 1))
        await _serve(bench)
        for command in chance.sample(_READING, _COMMANDS):
            await _command(bench, command)
        lost = [path for path, checksum in before.items() if _checksum(data / path) != checksum]
        if lost:
            raise Broken(f"data that was whole is lost: {lost[:3]}")
        await _command(bench, chance.choice(_CHANGING))
        if bench.faults:
            bench.faults.arm(None)


async def damage_cases(bench: Bench, chance: random.Random) -> list[DamageCase]:
    """Live a life, and return every damage to it."""
    life = bench.folder / "life"
    await bench.start()
    add_repositories(bench.hub)
    steps = Life(bench.http)
    for stage in ("download", "import", "tokenize", "pack", "index"):
        await steps.stages()[stage]()
    await steps.settle()
    await bench.studio.stop()
    copy_folder(bench.settings.data_dir, life)
    every: list[tuple[str, Damage | None]] = [("a disk that is read-only", None), *damages(life)]
    return [DamageCase(name, life, damage, chance.randrange(1 << 30)) for name, damage in every]


async def _serve(bench: Bench) -> None:
    """A start that is refused is refused in a sentence; what is served answers everything."""
    if not await bench.studio.start():
        if not bench.log.read_text(encoding="utf-8", errors="replace").strip():
            raise Broken("serve ends without a word")
        return
    bench.http.base_url = bench.studio.url
    try:
        await _read_everything(bench)
    finally:
        await bench.studio.stop()


async def _read_everything(bench: Bench) -> None:
    for path in ("/api/jobs", "/api/models", "/api/system/storage", "/api/health", "/api/datasets"):
        await bench.get(path)
    await bench.http.get("/api/health/ready")
    listed: Any = await bench.get("/api/datasets", limit=100)
    for dataset in (listed or {"data": []})["data"]:
        base = f"/api/datasets/{quote(dataset['id'], safe='')}"
        for path in (base, f"{base}/samples", f"{base}/samples/train/0", f"{base}/statistics", f"{base}/what-if"):
            await bench.get(path)
        for mode in ("words", "exact", "regex"):
            await bench.get(f"{base}/samples", search="fox", mode=mode)
        for made in await bench.get(f"{base}/tokenizations") or ():
            token = f"/api/tokenizations/{made['id']}"
            for path in (token, f"{token}/rows", f"{token}/rows/0/trace?position=0"):
                await bench.get(path)
            await bench.get(f"{base}/samples", tokenization=made["id"], min_tokens=1)
            await bench.get(f"{base}/statistics", tokenization=made["id"])
            await bench.get(f"{base}/what-if", tokenization=made["id"], max_length=8)


async def _command(bench: Bench, arguments: Sequence[str]) -> None:
    log = bench.folder / "command.log"
    log.write_bytes(b"")
    process = await bench.starts.command(*arguments, log=log)
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            said = (await process.stdout.read()).decode(errors="replace")
            code = await process.wait()
    except TimeoutError:
        await _kill(process)
        raise Broken(f"mistudio {arguments[0]} does not end") from None
    if found := defects_in(log):
        raise Broken(f"mistudio {arguments[0]} ends with a traceback: {found[0]}")
    if code not in (0, 1, 2):
        raise Broken(f"mistudio {arguments[0]} ends with code {code}")
    if code and not (said.strip() or log.read_text(errors="replace").strip()):
        raise Broken(f"mistudio {arguments[0]} ends with code {code} and without a word")
    if "internal_error" in said or "Something went wrong inside" in said + log.read_text(errors="replace"):
        raise Broken(f"mistudio {arguments[0]}: internal_error")


async def _kill(process: ForkedProcess) -> None:
    process.kill()
    await process.wait()


def _checksums(data: Path) -> dict[str, str]:
    """Of every file of data, by its path: what is there must stay."""
    patterns = ("datasets/*/raw/*", "datasets/*/tokenized/*/*/*.arrow")
    files = [path for pattern in patterns for path in data.glob(pattern)]
    return {str(path.relative_to(data)): _checksum(path) for path in files}


def _checksum(path: Path) -> str:
    try:
        is_file = path.is_file()
    except OSError:
        return "unreadable"
    return hashlib.sha256(path.read_bytes()).hexdigest() if is_file else "no file"

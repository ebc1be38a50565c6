"""A studio under attack: a server process over one DATA_DIR that can be killed, ended and started again."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Literal, Protocol

from fakes.forked_starts import ForkedProcess, ForkServer
from fakes.process import environment
from harness.processes import Member, members_of
from mistudio.core.config import Settings

Victim = Literal["server", "job", "planner", "both", "all"]
VICTIMS: Final[tuple[Victim, ...]] = ("server", "job", "planner", "both", "all")
_ANNOUNCEMENT: Final = "miStudio is at "
_LINE_BYTES: Final = 1 << 16
_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 60.0


class Starter(Protocol):
    """How the process of a server is started."""

    async def start(self, log: Path) -> Process | ForkedProcess:
        """Start one, whose standard error is added to ``log``."""
        ...


class TrueStarts:
    """Starts servers as a user does."""

    def __init__(self, settings: Settings, variables: Mapping[str, str] | None = None) -> None:
        self._environment = environment(settings) | dict(variables or {})

    async def start(self, log: Path) -> Process:
        """See ``Starter``."""
        with log.open("ab") as errors:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mistudio.cli", "serve", "--port", "0"),
                stdout=PIPE,
                stderr=errors,
                env=self._environment,
                start_new_session=True,
            )


class ForkedStarts:
    """Forks servers from a process that has imported everything: ten times cheaper."""

    def __init__(self, settings: Settings, variables: Mapping[str, str] | None = None) -> None:
        self._environment = environment(settings) | dict(variables or {})
        self._fork_server = ForkServer("studio", self._environment | settings.hub_environment())

    async def start(self, log: Path) -> ForkedProcess:
        """See ``Starter``."""
        return await self.command("serve", "--port", "0", log=log)

    async def command(self, *arguments: str, log: Path) -> ForkedProcess:
        """Start a command of ``mistudio``."""
        own = {"HARNESS_LOG": str(log), "HARNESS_ARGUMENTS": json.dumps(arguments)}
        return await self._fork_server.start(self._environment | own, line_bytes=_LINE_BYTES)

    def close(self) -> None:
        """End the process that forks."""
        self._fork_server.close()


class Studio:
    """A server over one DATA_DIR; ``url`` is where it answers, ``log`` what it wrote to standard error."""

    def __init__(self, settings: Settings, log: Path, starter: Starter) -> None:
        self.settings, self.log = settings, log
        self._starter = starter
        self._process: Process | ForkedProcess | None = None
        self.url = ""
        self.starts = 0

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> bool:
        """Start it if it does not run; whether it serves."""
        if self.is_running:
            return True
        self.starts += 1
        self._process = process = await self._starter.start(self.log)
        assert process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            line = (await process.stdout.readline()).decode().strip()
            if not line.startswith(_ANNOUNCEMENT):
                await process.wait()
                return False
        self.url = line.removeprefix(_ANNOUNCEMENT)
        return True

    def members(self) -> list[Member]:
        """Every process of this studio: the server, its jobs and its planner."""
        return members_of(self.settings.data_dir, server=self.pid if self.is_running else 0)

    async def kill(self, which: Victim, chance: random.Random) -> bool:
        """SIGKILL the victims; False where there are none at this moment."""
        everyone = self.members()
        kinds = {"both": ("server", "job"), "all": ("server", "job", "planner")}.get(which, (which,))
        victims = [one for one in everyone if one.kind in kinds]
        if which == "job" and victims:
            victims = [chance.choice(victims)]
        for one in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        if "server" in kinds and self._process is not None:
            await self._process.wait()
        return bool(victims)

    async def stop(self) -> int | None:
        """End it as a service manager does; its exit code. TimeoutError where it does not end."""
        process = self._process
        if process is None or process.returncode is not None:
            return process.returncode if process else None
        os.kill(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                return await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise


@asynccontextmanager
async def running_studio(settings: Settings, log: Path, starter: Starter) -> AsyncIterator[Studio]:
    """Start a studio that must serve, and end it."""
    studio = Studio(settings, log, starter)
    try:
        assert await studio.start(), log.read_text(encoding="utf-8")
        yield studio
    finally:
        await studio.stop()

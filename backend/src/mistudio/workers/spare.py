"""A child process that stands ready: its imports are made, and all that it waits for is the order with a job.

It costs a job nothing to begin then, instead of a second of imports. Nothing is forked: a process that has threads must
not be, and every library here brings some.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process

import structlog

from mistudio.core.config import Settings

log = structlog.get_logger(__name__)

# Imports take a processor for a second: a server that has just started, or a job that has just begun, need it more.
_PAUSE_SECONDS = 1.0
_PAUSE_BESIDE_A_JOB_SECONDS = 10.0
_LINE_LIMIT = 16 * 1024**2


class Spare:
    """Starts child processes for jobs, one of them ahead of its job where the settings allow it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: Process | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that stands ready, None where there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def take(self) -> Process:
        """A process for a job: the one that stands ready, else a new one. Raises OSError where none can be started."""
        ready, self._process = self._process, None
        self._renew_after(_PAUSE_BESIDE_A_JOB_SECONDS)
        return ready if ready and ready.returncode is None else await self._start()

    def renew(self) -> None:
        """Have one stand ready in a moment."""
        self._renew_after(_PAUSE_SECONDS)

    async def close(self) -> None:
        """End the one that stands ready; there will be no other."""
        self._closed = True
        if renewing := self._stop_renewing():
            await asyncio.wait({renewing})
        if ready := self._process:
            with contextlib.suppress(ProcessLookupError):
                ready.kill()
            await ready.wait()

    def _renew_after(self, pause: float) -> None:
        if self._settings.spare_process and not self._closed:
            self._stop_renewing()
            self._renewing = asyncio.create_task(self._renew(pause), name="spare-child")

    def _stop_renewing(self) -> asyncio.Task[None] | None:
        renewing, self._renewing = self._renewing, None
        if renewing:
            renewing.cancel()
        return renewing

    async def _renew(self, pause: float) -> None:
        await asyncio.sleep(pause)
        if self.process_id is None:
            try:
                self._process = await self._start()
            except OSError as error:
                log.warning("no process can stand ready", error=str(error))

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mistudio.workers.child"),
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, **self._settings.hub_environment()},
            limit=_LINE_LIMIT,
            # Ctrl-C is for the parent; children end with their pipe, so that a stop costs no attempt.
            start_new_session=True,
        )

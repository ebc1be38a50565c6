"""A child process that stands ready: its imports are made, and all that it waits for is the order with a job.

It costs a job nothing to begin then, instead of a second of imports, and what a job is likely to need can be loaded
while the request for it is still being looked at. Nothing is forked: a process that has threads must not be, and
libraries here bring some.
"""

import asyncio
import contextlib
import os
from asyncio.subprocess import Process

import structlog

from mistudio.core.config import Settings
from mistudio.utils import processes
from mistudio.utils.tasks import end_task
from mistudio.workers.messages import ChildOrder, PreloadOrder, to_line

log = structlog.get_logger(__name__)

# Imports take a processor for a second: a server that has just started, or a job that has just begun, need it more.
_PAUSE_SECONDS = 1.0
_PAUSE_BESIDE_A_JOB_SECONDS = 10.0
# So long is held what was loaded for a job that has not come.
_PRELOADED_SECONDS = 30.0
_LINE_LIMIT = 16 * 1024**2


async def send_order(process: Process, order: ChildOrder) -> None:
    """Send an order to a child; one that has just ended no longer reads."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        if process.stdin is not None:
            process.stdin.write(to_line(order).encode())
            await process.stdin.drain()


class StandbyProcess:
    """Starts child processes for jobs, one of them ahead of its job where the settings or the work to come ask for it.

    ``preloaded_seconds``: how long one that was told what to load waits for its job, before it is ended.
    """

    def __init__(self, settings: Settings, *, preloaded_seconds: float = _PRELOADED_SECONDS) -> None:
        self._settings = settings
        self._preloaded_seconds = preloaded_seconds
        self._process: Process | None = None
        self._told: PreloadOrder | None = None
        self._changing = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that stands ready, None where there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def take(self, *, wants_preloaded: bool) -> Process:
        """A process for a job: the one that stands ready, else a new one. Raises OSError where none can be started.

        One that was told what to load is for a job that ``wants_preloaded`` only.
        """
        if self._told and not wants_preloaded:
            return await self._start()
        ready, self._process, self._told = self._process, None, None
        self._refresh_after(_PAUSE_BESIDE_A_JOB_SECONDS)
        return ready if ready and ready.returncode is None else await self._start()

    async def tell(self, order: PreloadOrder) -> None:
        """Tell the one that stands ready, or is started now, what to load for the job that it may get."""
        async with self._changing:
            if self._closed:
                return
            self._stop_refreshing()
            try:
                process = (self._process if self.process_id else None) or await self._start()
            except OSError as error:
                log.warning("nothing is loaded ahead", error=str(error))
                return
            is_news = process is not self._process or order != self._told
            # Before anything is waited for: a job may take the process meanwhile.
            self._process, self._told = process, order
            self._refresh_after(self._preloaded_seconds)
            if is_news:
                await send_order(process, order)

    def renew(self) -> None:
        """Have one stand ready in a moment."""
        if self._told is None:
            self._refresh_after(_PAUSE_SECONDS)

    async def close(self) -> None:
        """End the one that stands ready; there will be no other."""
        self._closed = True
        if tending := self._stop_refreshing():
            await end_task(tending)
        async with self._changing:
            await self._end()

    def _refresh_after(self, pause: float) -> None:
        self._stop_refreshing()
        if not self._closed and (self._settings.spare_process or self._told):
            self._refreshing = asyncio.create_task(self._refresh(pause), name="spare-child")

    def _stop_refreshing(self) -> asyncio.Task[None] | None:
        tending, self._refreshing = self._refreshing, None
        if tending:
            tending.cancel()
        return tending

    async def _refresh(self, pause: float) -> None:
        """After a while see that one stands ready, and that it is not laden with what nobody came for."""
        await asyncio.sleep(pause)
        async with self._changing:
            if self._told:
                await self._end()
            if self.process_id is None and self._settings.spare_process:
                try:
                    self._process = await self._start()
                except OSError as error:
                    log.warning("no process can stand ready", error=str(error))

    async def _end(self) -> None:
        ready, self._process, self._told = self._process, None, None
        if ready and ready.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                ready.kill()
        if ready:
            await ready.wait()

    async def _start(self) -> Process:
        # A stop of the parent costs its jobs no attempt: their processes end with their pipes.
        variables = {**os.environ, **self._settings.hub_environment()}
        return await processes.start_module("mistudio.workers.child", variables, line_bytes=_LINE_LIMIT)

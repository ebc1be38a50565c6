"""Keeps one child process on standby: its imports are done, and it waits for an order.

A job then starts a second sooner, and a tokenizer is preloaded while the server still checks the request for it.
Nothing is forked: a fork copies only one thread of a process, and libraries here start several.
"""

import asyncio
import contextlib
from asyncio.subprocess import Process

import structlog

from mistudio.core.child_environment import child_environment
from mistudio.core.config import Settings
from mistudio.utils import processes
from mistudio.utils.tasks import end_task
from mistudio.workers.messages import ChildOrder, PreloadOrder, to_line

log = structlog.get_logger(__name__)

# Imports take a processor for a second: a server or a job that has just started needs it more.
_PAUSE_SECONDS = 1.0
_PAUSE_BESIDE_A_JOB_SECONDS = 10.0
_PRELOADED_SECONDS = 30.0
_LINE_LIMIT = 16 * 1024**2


async def send_order(process: Process, order: ChildOrder) -> None:
    """Send an order to a child; one that has just ended no longer reads."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        if process.stdin is not None:
            process.stdin.write(to_line(order).encode())
            await process.stdin.drain()


class StandbyProcess:
    """Starts child processes for jobs, one of them before its job if the settings say so or a tokenization is expected.

    ``preloaded_seconds``: how long a process keeps a preloaded tokenizer before it is killed.
    """

    def __init__(self, settings: Settings, *, preloaded_seconds: float = _PRELOADED_SECONDS) -> None:
        self._settings = settings
        self._preloaded_seconds = preloaded_seconds
        self._process: Process | None = None
        self._preloaded: PreloadOrder | None = None
        self._changing = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def process_id(self) -> int | None:
        """The process on standby, None while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def take(self, *, wants_preloaded: bool) -> Process:
        """Return the process on standby, else a new one. Raises OSError if none can be started.

        A process with a preloaded tokenizer goes only to a job that ``wants_preloaded``.
        """
        if self._preloaded and not wants_preloaded:
            return await self._start()
        process = self._release()
        self._schedule_refresh(_PAUSE_BESIDE_A_JOB_SECONDS)
        return process if process and process.returncode is None else await self._start()

    async def preload(self, order: PreloadOrder) -> None:
        """Send the order to the process on standby, or to a new one."""
        async with self._changing:
            if self._is_closed:
                return
            self._cancel_refresh()
            try:
                process = (self._process if self.process_id else None) or await self._start()
            except OSError as error:
                log.warning("no tokenizer preloaded: no process could be started", error=str(error))
                return
            is_new = process is not self._process or order != self._preloaded
            # Assigned before any await: a job may take the process meanwhile.
            self._process, self._preloaded = process, order
            self._schedule_refresh(self._preloaded_seconds)
            if is_new:
                await send_order(process, order)

    def replace_soon(self) -> None:
        """Start a process in a moment, unless one is on standby by then."""
        if self._preloaded is None:
            self._schedule_refresh(_PAUSE_SECONDS)

    async def close(self) -> None:
        """Kill the process on standby and start no other."""
        self._is_closed = True
        if refreshing := self._cancel_refresh():
            await end_task(refreshing)
        async with self._changing:
            await self._kill()

    def _schedule_refresh(self, pause: float) -> None:
        self._cancel_refresh()
        if not self._is_closed and (self._settings.spare_process or self._preloaded):
            self._refreshing = asyncio.create_task(self._refresh(pause), name="standby-refresh")

    def _cancel_refresh(self) -> asyncio.Task[None] | None:
        refreshing, self._refreshing = self._refreshing, None
        if refreshing:
            refreshing.cancel()
        return refreshing

    async def _refresh(self, pause: float) -> None:
        """After the pause, drop a preloaded tokenizer that no job came for, and start a process if there is none."""
        await asyncio.sleep(pause)
        async with self._changing:
            if self._preloaded:
                await self._kill()
            if self.process_id is None and self._settings.spare_process:
                try:
                    self._process = await self._start()
                except OSError as error:
                    log.warning("no standby process could be started", error=str(error))

    def _release(self) -> Process | None:
        process, self._process, self._preloaded = self._process, None, None
        return process

    async def _kill(self) -> None:
        process = self._release()
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _start(self) -> Process:
        variables = child_environment(self._settings)
        return await processes.start_module("mistudio.workers.child", variables, line_bytes=_LINE_LIMIT)

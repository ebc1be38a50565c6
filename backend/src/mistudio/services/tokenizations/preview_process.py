"""Asks processes of their own for previews, so that no text and no tokenizer can block or fill the server.

A process that takes too long or too much memory is killed, and so is one whose client has left. Idle ones end by
themselves after a while.
"""

import asyncio
import json
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Final

from mistudio.core.child_environment import child_environment
from mistudio.core.config import Settings
from mistudio.core.error_records import from_error_record
from mistudio.core.errors import MemoryLimit, TooLarge, Unavailable, UnsupportedTokenizer
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.schemas.tokenizer import PreviewRequest, PreviewResponse
from mistudio.utils import processes
from mistudio.utils.file_utils import format_size
from mistudio.utils.memory import kill_above
from mistudio.utils.tasks import end_task

_MODULE: Final = "mistudio.services.tokenizations.preview_child"
_LINE_BYTES: Final = 64 << 20
_MOST_PROCESSES: Final = 2
_MOST_BYTES: Final = 2 << 30
_SECONDS: Final = 30.0


class PreviewProcesses:
    """The processes for previews, each of which makes one at a time."""

    def __init__(self, settings: Settings, *, seconds: float = _SECONDS, most_bytes: int = _MOST_BYTES) -> None:
        self._settings = settings
        self._seconds = seconds
        self._most_bytes = min(most_bytes, settings.memory_limit)
        self._slots = asyncio.Semaphore(_MOST_PROCESSES)
        self._idle: list[Process] = []
        self._busy: list[Process] = []
        self._idle_timer: asyncio.TimerHandle | None = None

    @property
    def idle_process_ids(self) -> list[int]:
        """The processes that wait for a request."""
        return [process.pid for process in self._idle]

    @property
    def busy_process_ids(self) -> list[int]:
        """The processes that make a preview."""
        return [process.pid for process in self._busy]

    async def make(self, source: TokenizerSource, request: PreviewRequest) -> PreviewResponse:
        """Return the preview by a tokenizer that is in the cache or local; cancelled, it kills the process.

        Raises what ``make_preview`` and loading the tokenizer raise, TooLarge after the time limit, MemoryLimit,
        UnsupportedTokenizer also if its library crashes, and Unavailable.
        """
        message = {
            "tokenizer": source.name,
            "revision": source.revision,
            "cache_dir": str(self._settings.cache_dir),
            "data_dir": str(self._settings.data_dir),
            "request": request.model_dump(mode="json", exclude={"access_token"}),
        }
        async with self._slots:
            answer = json.loads(await self._ask(json.dumps(message).encode() + b"\n"))
        if "error" in answer:
            raise from_error_record(answer["error"])
        return PreviewResponse.model_validate(answer["ok"])

    async def close(self) -> None:
        """Kill the idle processes."""
        if self._idle_timer:
            self._idle_timer.cancel()
        idle, self._idle = self._idle, []
        for process in idle:
            await _kill(process)

    async def _ask(self, line: bytes) -> bytes:
        process = await self._take()
        self._busy.append(process)
        watch = asyncio.create_task(kill_above(process, self._most_bytes))
        try:
            async with asyncio.timeout(self._seconds):
                answer = await _exchange(process, line)
        except TimeoutError:
            await _kill(process)
            raise TooLarge(
                f"The preview took more than {self._seconds:g} seconds, and was stopped. Shorten the text."
            ) from None
        except BaseException:
            await asyncio.shield(_kill(process))
            raise
        finally:
            self._busy.remove(process)
            took_too_much = watch.done() and watch.result()
            await end_task(watch)
        if not answer:
            raise self._explain_death(took_too_much)
        self._give_back(process)
        return answer

    def _explain_death(self, took_too_much: bool) -> Exception:
        if took_too_much:
            return MemoryLimit(
                f"The preview needs more than {format_size(self._most_bytes)} of memory. Shorten the text."
            )
        return UnsupportedTokenizer(
            "The tokenizer's library crashed on this text. Use another tokenizer, or change the text."
        )

    async def _take(self) -> Process:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        try:
            return await processes.start_module(_MODULE, child_environment(self._settings), line_bytes=_LINE_BYTES)
        except OSError as error:
            raise Unavailable("No process could be started for the preview. Try again later.") from error

    def _give_back(self, process: Process) -> None:
        self._idle.append(process)
        if self._idle_timer:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(self._settings.planner_idle_seconds, self._end_idle)

    def _end_idle(self) -> None:
        idle, self._idle = self._idle, []
        for process in idle:
            if process.stdin is not None:
                process.stdin.close()


async def _exchange(process: Process, line: bytes) -> bytes:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return b""
    with suppress(ConnectionError):
        stdin.write(line)
        await stdin.drain()
    return await stdout.readline()


async def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()

"""The planner runs a child process that has the heavy ``datasets`` library, and ends it once it is idle.

Requests and answers are lines on the child's pipes, any number at once. The token goes through the pipe only: it is
neither an argument nor in the environment. If the child dies, it is started again once.
"""

import asyncio
import contextlib
import itertools
import json
import os
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

from mistudio.core.errors import HubError, HubUnreachable, InternalError, MiStudioError, error_classes
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PinnedTokenizer, PlanRequest, TokenizerRequest
from mistudio.utils import processes

_ANSWER_SECONDS: Final = 30.0
_LINE_BYTES: Final = 256 << 20
_END_SECONDS: Final = 2.0
# Parsing an answer of this size takes some 5 ms, the longest that the event loop may be blocked.
_LARGE_BYTES: Final = 256 << 10
_QUIET: Final = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
}

Question = Literal["inspect", "plan", "tokenizer"]
Request = PlanRequest | TokenizerRequest
Answer = Mapping[str, Any]  # JSON of any kind
Record = TypeVar("Record")


class _ChildDied(Exception):
    """The child process ended before it answered."""


class _Child:
    """One running child process, and the requests that wait for its answers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._numbers = itertools.count()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, environment: Mapping[str, str]) -> "_Child":
        variables = {**os.environ, **_QUIET, **environment}
        return cls(await processes.start_module("mistudio.corpus.hub.planner_child", variables, line_bytes=_LINE_BYTES))

    @property
    def is_alive(self) -> bool:
        return not self._reader.done()

    @property
    def is_idle(self) -> bool:
        return not self._waiting

    async def ask(self, question: Question, request: Request) -> bytes:
        stdin = self._process.stdin
        if stdin is None or not self.is_alive:
            raise _ChildDied
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "question": question, "request": as_json(request)}
        try:
            stdin.write(json.dumps(message).encode() + b"\n")
            await stdin.drain()
            return await self._waiting[number]
        except ConnectionError as error:
            raise _ChildDied from error
        finally:
            del self._waiting[number]

    async def _read(self) -> None:
        stdout = self._process.stdout
        try:
            while stdout is not None and (line := await stdout.readline()):
                number, _, answer = line.partition(b" ")
                waiting = self._waiting.get(int(number))
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(_ChildDied())

    async def end(self) -> None:
        """Close its pipe, which ends it; kill it after two seconds."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader


class Planner:
    """Plans in a child process that starts with the first request and ends after ``idle_seconds`` without one.

    The child gets this process's environment and, in addition, ``environment``.
    """

    def __init__(
        self,
        idle_seconds: float = 60.0,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._answer_seconds = answer_seconds
        self._environment = environment or {}
        self._child: _Child | None = None
        self._start_lock = asyncio.Lock()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._end_tasks: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether the child process runs."""
        return self._child is not None and self._child.is_alive

    async def inspect(self, request: PlanRequest) -> Inspection:
        """Return what the repository holds: see ``plan.inspect``; HubUnreachable also if no answer comes in time."""
        return await self._ask("inspect", request, Inspection)

    async def plan(self, request: PlanRequest) -> DownloadPlan:
        """Return the files to fetch: see ``plan.make_plan``; HubUnreachable also if no answer comes in time."""
        return await self._ask("plan", request, DownloadPlan)

    async def pin_tokenizer(self, request: TokenizerRequest) -> PinnedTokenizer:
        """Bring a tokenizer into the cache: see ``tokenizer_files.find_files``; HubUnreachable also as above."""
        return await self._ask("tokenizer", request, PinnedTokenizer)

    async def close(self) -> None:
        """End the child process; the next request starts another."""
        self._stop_idle_timer()
        child, self._child = self._child, None
        if child is not None:
            await child.end()
        await asyncio.gather(*self._end_tasks)

    async def _ask(self, question: Question, request: Request, kind: type[Record]) -> Record:
        try:
            async with asyncio.timeout(self._answer_seconds):
                line = await self._ask_child(question, request)
        except TimeoutError as error:
            detail = f"The Hub did not answer within {self._answer_seconds:g} seconds. Retry later."
            raise HubUnreachable(detail) from error
        except _ChildDied as error:
            raise HubUnreachable("The planner's process ended twice before it answered. Retry later.") from error
        finally:
            self._start_idle_timer()
        if len(line) > _LARGE_BYTES:
            return await asyncio.to_thread(lambda: from_json(kind, _unwrap_answer(line)))
        return from_json(kind, _unwrap_answer(line))

    async def _ask_child(self, question: Question, request: Request) -> bytes:
        try:
            return await (await self._ensure_child()).ask(question, request)
        except _ChildDied:
            return await (await self._ensure_child()).ask(question, request)

    async def _ensure_child(self) -> _Child:
        self._stop_idle_timer()
        async with self._start_lock:
            if self._child is not None and not self._child.is_alive:
                await self._child.end()
                self._child = None
            if self._child is None:
                self._child = await _Child.start(self._environment)
            return self._child

    def _stop_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _start_idle_timer(self) -> None:
        self._stop_idle_timer()
        self._idle_timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._end_if_idle)

    def _end_if_idle(self) -> None:
        child = self._child
        if child is None or not child.is_idle:
            return
        self._child = None
        task = asyncio.create_task(child.end())
        self._end_tasks.add(task)
        task.add_done_callback(self._end_tasks.discard)


def _unwrap_answer(line: bytes) -> Answer:
    answer = json.loads(line)
    if "ok" in answer:
        return dict(answer["ok"])
    if "error" in answer:
        raise _rebuild_error(answer["error"])
    detail = f"Planning failed unexpectedly. The log has the details under {answer['defect']}."
    raise InternalError(detail, extra={"correlation_id": answer["defect"]})


def _rebuild_error(content: Answer) -> MiStudioError:
    """Return the error that the child raised; of two classes with one code, the Hub's."""
    found = [error for error in error_classes() if error.code == content["code"]]
    found.sort(key=lambda error: not issubclass(error, HubError))
    return found[0](content["detail"], retry_after=content["retry_after"], extra=content["extra"])

"""The planner's side of its child process: sends requests, assigns answers, and kills a child that is late."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Mapping
from functools import partial
from typing import Final, Literal

from mistudio.core.child_environment import allowed_environment
from mistudio.core.records import as_json
from mistudio.corpus.hub.plan_types import LayoutRequest, PlanRequest, TokenizerRequest
from mistudio.utils import processes

_LINE_BYTES: Final = 256 << 20
_END_SECONDS: Final = 2.0
_QUIET: Final = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
}

Question = Literal["inspect", "plan", "estimate", "layout", "tokenizer"]
Request = PlanRequest | LayoutRequest | TokenizerRequest


class ChildDied(Exception):
    """The child process ended before it answered."""


class ChildProcess:
    """One running child process, and the requests that wait for its answers."""

    def __init__(self, process: asyncio.subprocess.Process, answer_seconds: float) -> None:
        self._process = process
        self._answer_seconds = answer_seconds
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._numbers = itertools.count()
        self._reader = asyncio.create_task(self._read())
        self.is_killed = False

    @classmethod
    async def start(cls, environment: Mapping[str, str], answer_seconds: float) -> "ChildProcess":
        """Start a child, which has ``answer_seconds`` for each request."""
        variables = {**allowed_environment(), **_QUIET, **environment}
        module = "mistudio.corpus.hub.planner_child"
        return cls(await processes.start_module(module, variables, line_bytes=_LINE_BYTES), answer_seconds)

    @property
    def is_alive(self) -> bool:
        """Whether it can take requests."""
        return not self._reader.done() and not self.is_killed

    @property
    def is_idle(self) -> bool:
        """Whether no request waits for an answer."""
        return not self._waiting

    async def send(self, question: Question, request: Request) -> "asyncio.Future[bytes]":
        """Send a request and return the future of its answer, which ends by itself: the child is killed if it is late.

        A thread of the child that never ends is thereby never left over, also if nobody waits for its answer.
        """
        stdin = self._process.stdin
        if stdin is None or not self.is_alive:
            raise ChildDied
        number, loop = next(self._numbers), asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._waiting[number] = answer
        deadline = loop.call_later(self._answer_seconds, self._kill)
        answer.add_done_callback(partial(self._forget, number, deadline))
        message = {"id": number, "question": question, "request": as_json(request)}
        with contextlib.suppress(ConnectionError):
            # The reader ends, too, and fails the future.
            stdin.write(json.dumps(message).encode() + b"\n")
            await stdin.drain()
        return answer

    def _forget(self, number: int, deadline: asyncio.TimerHandle, answer: "asyncio.Future[bytes]") -> None:
        deadline.cancel()
        del self._waiting[number]
        # Its caller may have left: nobody else looks at the error then.
        answer.exception()

    def _kill(self) -> None:
        self.is_killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _read(self) -> None:
        stdout = self._process.stdout
        try:
            while stdout is not None and (line := await stdout.readline()):
                number, _, answer = line.partition(b" ")
                waiting = self._waiting.get(int(number))
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
        finally:
            for waiting in [*self._waiting.values()]:
                if not waiting.done():
                    waiting.set_exception(ChildDied())

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

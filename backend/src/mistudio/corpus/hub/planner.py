"""The planner runs a child process that has the heavy ``datasets`` library, and ends it once it is idle.

Requests and answers are lines on the child's pipes, any number at once. The token goes through the pipe only: it is
neither an argument nor in the environment. If the child dies, it is started again once. A request that takes too long
ends with the child: no thread can be stopped from outside. Other requests then go to a new child.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from mistudio.core.error_records import from_error_record
from mistudio.core.errors import HubUnreachable, InternalError
from mistudio.core.records import from_json
from mistudio.corpus.hub.child_process import ChildDied, ChildProcess, Question, Request
from mistudio.corpus.hub.part_types import PartEstimate
from mistudio.corpus.hub.plan_types import (
    DownloadPlan,
    FileLayout,
    Inspection,
    LayoutRequest,
    PinnedTokenizer,
    PlanRequest,
    TokenizerRequest,
)

_ANSWER_SECONDS: Final = 30.0
_REQUESTS_PER_REPOSITORY: Final = 2
# Parsing an answer of this size takes some 5 ms, the longest that the event loop may be blocked.
_LARGE_BYTES: Final = 256 << 10

Answer = Mapping[str, Any]  # JSON of any kind
Record = TypeVar("Record")


class Planner:
    """Plans in a child process that starts with the first request and ends after ``idle_seconds`` without one.

    The child gets ``environment``, and of this process's environment what ``allowed_environment`` lets through.
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
        self._child: ChildProcess | None = None
        self._start_lock = asyncio.Lock()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._end_tasks: set[asyncio.Task[None]] = set()
        # Each semaphore lives as long as somebody waits for it or holds it.
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

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

    async def estimate(self, request: PlanRequest) -> PartEstimate:
        """Return what the request's part would fetch; HubUnreachable also as above."""
        return await self._ask("estimate", request, PartEstimate)

    async def lay_out(self, request: LayoutRequest) -> FileLayout:
        """Return the splits of files outside the Hub: see ``local_layout.lay_out_files``; HubUnreachable as above."""
        return await self._ask("layout", request, FileLayout)

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
            name = _name_repository(request)
            detail = f"{name} could not be read from the Hub within {self._answer_seconds:g} seconds. Retry later."
            raise HubUnreachable(detail) from error
        except ChildDied as error:
            raise HubUnreachable("The planner's process ended twice before it answered. Retry later.") from error
        finally:
            self._start_idle_timer()
        if len(line) > _LARGE_BYTES:
            return await asyncio.to_thread(lambda: from_json(kind, _unwrap_answer(line)))
        return from_json(kind, _unwrap_answer(line))

    async def _ask_child(self, question: Question, request: Request) -> bytes:
        deaths = 0
        while True:
            child = await self._ensure_child()
            try:
                return await asyncio.shield(await self._send(child, question, request))
            except ChildDied:
                # The request that a child was killed for has timed out; all others go to the next child.
                deaths += not child.is_killed
                if deaths > 1:
                    raise

    async def _send(self, child: ChildProcess, question: Question, request: Request) -> "asyncio.Future[bytes]":
        """Send a request once fewer than two about its repository are under way."""
        slot = self._slots.setdefault(_name_repository(request), asyncio.Semaphore(_REQUESTS_PER_REPOSITORY))
        await slot.acquire()
        try:
            answer = await child.send(question, request)
        except BaseException:
            slot.release()
            raise
        # Not when the caller leaves, but when the child has answered or ended.
        answer.add_done_callback(lambda _done: slot.release())
        return answer

    async def _ensure_child(self) -> ChildProcess:
        self._stop_idle_timer()
        async with self._start_lock:
            if self._child is not None and not self._child.is_alive:
                await self._child.end()
                self._child = None
            if self._child is None:
                self._child = await ChildProcess.start(self._environment, self._answer_seconds)
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


def _name_repository(request: Request) -> str:
    return request.repo_id if isinstance(request, PlanRequest) else request.name


def _unwrap_answer(line: bytes) -> Answer:
    answer = json.loads(line)
    if "ok" in answer:
        return dict(answer["ok"])
    if "error" in answer:
        raise from_error_record(answer["error"])
    detail = f"Planning failed unexpectedly. The log has the details under {answer['defect']}."
    raise InternalError(detail, extra={"correlation_id": answer["defect"]})

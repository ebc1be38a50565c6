"""The embedded engine: the server starts one child process per running job and forwards what it says.

The jobs table says what is to be done; this queue only looks into it, whenever a job is enqueued, ends, or its pause is
over. A child that ends without a word leaves its job running: the queue gives it back.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.errors import DiskFull, Json
from mistudio.core.events import EventBus, TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.workers.runner import until_recorded

log = structlog.get_logger(__name__)

_CANCEL_GRACE_SECONDS = 0.7
_CLOSE_SECONDS = 5.0
_IDLE_SECONDS = 3600.0
_TROUBLE_SECONDS = 1.0
_RECORD_SECONDS = 2.0
_LINE_LIMIT = 16 * 1024**2


Pool = Literal["downloads", "tokenizations", "indexes"]


class MemoryTokenVault:
    """Holds tokens in this process's memory: they are gone when it ends."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    async def put(self, job_id: str, token: str) -> None:
        """Keep the token until the job ends."""
        self._tokens[job_id] = token

    async def get(self, job_id: str) -> str | None:
        """The token of this job, if it is held."""
        return self._tokens.get(job_id)

    async def drop(self, job_id: str) -> None:
        """Forget the token of this job."""
        self._tokens.pop(job_id, None)


@dataclass
class _Child:
    """One running child process."""

    job: JobResponse
    owner: str
    process: asyncio.subprocess.Process
    task: asyncio.Task[None] | None = None
    progressed: bool = False

    def heard(self, event: Mapping[str, Json]) -> None:
        """Note whether the job got further than any process before had brought it."""
        progress = event.get("progress")
        if event.get("job_id") == self.job.id and isinstance(progress, int | float):
            self.progressed |= progress > round(self.job.progress, 2)


class LocalQueue:
    """Runs jobs in child processes, so many of a kind at a time; see ``JobQueue``."""

    def __init__(self, settings: Settings, jobs: JobService, *, bus: EventBus, vault: TokenVault) -> None:
        self._settings = settings
        self._jobs = jobs
        self._bus = bus
        self._vault = vault
        self._wake = asyncio.Event()
        self._children: dict[str, _Child] = {}
        self._dispatcher: asyncio.Task[None] | None = None
        self._closing = False
        self._limits: Mapping[Pool, int] = {
            "downloads": settings.max_downloads,
            "tokenizations": settings.max_tokenizations,
            "indexes": 1,
        }

    async def enqueue(self, job_id: str) -> None:
        """Look into the table soon."""
        self._wake.set()

    async def cancel(self, job_id: str) -> None:
        """Tell the child; kill it if it does not stop in time. Returns when its job has ended."""
        child = self._children.get(job_id)
        if child is None:
            await self._jobs.release(job_id, None, progressed=False, backoff_seconds=0.0)
            return
        await self._send(child, "cancel")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.process.wait(), _CANCEL_GRACE_SECONDS)
        if child.process.returncode is None:
            log.warning("child killed: it did not stop in time", job_id=job_id)
            child.process.kill()
        if child.task:
            # Where a full disk keeps the end from being recorded, whoever frees the disk must not wait for it.
            await asyncio.wait({child.task}, timeout=_RECORD_SECONDS)

    async def start(self) -> None:
        """Take up what a former server left behind, and begin to dispatch."""
        for job_id in await self._jobs.recover():
            log.info("job resumed after restart", job_id=job_id)
        self._dispatcher = asyncio.create_task(self._dispatch(), name="job-dispatcher")
        self._wake.set()

    async def close(self) -> None:
        """End all children; their jobs stay in the table as running and are taken up at the next start."""
        self._closing = True
        if self._dispatcher:
            self._dispatcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._dispatcher
        for child in self._children.values():
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
        if tasks := [child.task for child in self._children.values() if child.task]:
            # One that waits for room to record how its job ended must not hold the server back.
            _ended, waiting = await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
            for task in waiting:
                task.cancel()

    @property
    def is_dispatching(self) -> bool:
        """Whether jobs are being started."""
        return self._dispatcher is not None and not self._dispatcher.done()

    def process_ids(self) -> list[int]:
        """The child processes that run now."""
        return [child.process.pid for child in self._children.values()]

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause = await self._start_due()
            except (OSError, SQLAlchemyError, DiskFull) as error:
                log.exception("no job can be started now", error=str(error))
                pause = _TROUBLE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def _start_due(self) -> float:
        """Start what may start; answers the seconds until the next pause of a job is over.

        A job that is due but finds no room is not waited for: the end of a child wakes the dispatcher.
        """
        now = utc_now()
        for job in await self._jobs.due(now):
            if job.id not in self._children and self._has_room(job.kind):
                await self._spawn(job)
        due = await self._jobs.next_due(now)
        return max((due - utc_now()).total_seconds(), 0.0) if due else _IDLE_SECONDS

    def _has_room(self, kind: str) -> bool:
        pool = _POOLS[kind]
        busy = sum(_POOLS[child.job.kind] == pool for child in self._children.values())
        return busy < self._limits[pool]

    async def _spawn(self, job: JobResponse) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mistudio.workers.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **self._settings.hub_environment()},
            limit=_LINE_LIMIT,
            # Ctrl-C is for the server; children end with their pipe, so that a stop costs no attempt.
            start_new_session=True,
        )
        child = _Child(job=job, owner=f"{socket.gethostname()}:{process.pid}:{uuid4().hex}", process=process)
        self._children[job.id] = child
        order = {
            "job_id": job.id,
            "owner": child.owner,
            "settings": self._settings.model_dump(mode="json", exclude={"api_token", "host"}),
            "token": await self._vault.get(job.id),
        }
        await self._send(child, json.dumps(order))
        child.task = asyncio.create_task(self._follow(child), name=f"child-{job.id}")

    async def _send(self, child: _Child, line: str) -> None:
        """One line to the child; one that has just ended no longer listens."""
        pipe = child.process.stdin
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if pipe is not None:
                pipe.write(line.encode() + b"\n")
                await pipe.drain()

    async def _follow(self, child: _Child) -> None:
        """Forward what the child says until it ends, then see that its job is in a state that it can be in."""
        job_id = child.job.id
        try:
            async for line in child.process.stdout or asyncio.StreamReader():
                channel, event = json.loads(line)
                child.heard(event)
                await self._bus.publish(channel, event)
            code = await child.process.wait()
            if not self._closing:
                if code:
                    log.warning("child died", job_id=job_id, exit_code=code)
                backoff = self._settings.retry_backoff_seconds
                await until_recorded(
                    lambda: self._jobs.release(
                        job_id, child.owner, progressed=child.progressed, backoff_seconds=backoff, crashed=code != 0
                    )
                )
                await self._forget_token(job_id)
        finally:
            self._children.pop(job_id, None)
            self._wake.set()

    async def _forget_token(self, job_id: str) -> None:
        """The token is needed again only if the job is to be tried again."""
        known = await self._jobs.find(job_id)
        if known is None or known.finished_at:
            await self._vault.drop(job_id)


_POOLS: Mapping[str, Pool] = {
    "download": "downloads",
    "import": "downloads",
    "tokenize": "tokenizations",
    "index": "indexes",
}

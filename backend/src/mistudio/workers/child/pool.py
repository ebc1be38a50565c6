"""Starts a child process per job, forwards its reports, stops it, and gives back the job of a child that died.

Both engines run jobs in child processes: a job's memory is freed when it ends, a crash ends only that job, and a job
that ignores its cancel can be killed. The engines differ in who chooses the next job, and where events go.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import structlog

from mistudio.core import metrics
from mistudio.core.config import Settings
from mistudio.core.errors import DatabaseDamaged, Json
from mistudio.core.events import EventBus, TokenVault
from mistudio.core.reserve import EmergencyReserve
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.utils.memory import kill_above
from mistudio.utils.tasks import end_task
from mistudio.workers.child.standby import StandbyProcess, send_order
from mistudio.workers.jobs.runner import memory_limit_error, retry_database
from mistudio.workers.messages import (
    CancelOrder,
    ChildReport,
    EventReport,
    FollowUpReport,
    JobOrder,
    PreloadOrder,
    ShardOrder,
    parse_report,
)

log = structlog.get_logger(__name__)

_CANCEL_GRACE_SECONDS = 0.7
_CLOSE_SECONDS = 5.0
_RECORD_SECONDS = 2.0


@dataclass
class _Child:
    """One child process; with ``shard`` it only helps with its job."""

    job: JobResponse
    owner: str
    process: asyncio.subprocess.Process
    shard: int | None = None
    task: asyncio.Task[None] | None = None
    fetched_bytes: int = 0

    @property
    def key(self) -> str:
        """Unique in a pool: one child runs a job, any number help with it."""
        return self.job.id if self.shard is None else self.owner

    def kill(self) -> None:
        """Kill the process, unless it has just ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    def count_fetched(self, event: Mapping[str, Json]) -> None:
        """Add the bytes that a progress event reports to the metric."""
        done = event.get("done")
        if event.get("phase") == "download" and isinstance(done, int) and done > self.fetched_bytes:
            # The first report of a try counts bytes that earlier tries fetched.
            if self.fetched_bytes:
                metrics.FETCHED_BYTES.inc(done - self.fetched_bytes)
            self.fetched_bytes = done


class ChildPool:
    """The child processes of this process."""

    def __init__(
        self,
        settings: Settings,
        jobs: JobService,
        *,
        bus: EventBus,
        vault: TokenVault,
        enqueue: Callable[[str], Awaitable[None]],
        share: Callable[[str, int], Awaitable[None]] | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            settings: The settings of this process and its children.
            jobs: The jobs table.
            bus: Publishes the events of the children.
            vault: Holds the tokens of the jobs.
            enqueue: Brings a job that follows from another to workers.
            share: Calls other workers for help with so many shards of a job; None where there are none.
        """
        self._settings = settings
        self._jobs = jobs
        self._bus = bus
        self._vault = vault
        self._enqueue = enqueue
        self._share = share
        self._children: dict[str, _Child] = {}
        self._standby = StandbyProcess(settings)
        self._reserve = EmergencyReserve(settings.data_dir)
        self._is_closing = False

    def start_standby(self) -> None:
        """Start a standby process for the next job, in a moment."""
        self._standby.replace_soon()

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Have the standby process load this tokenizer; see ``JobQueue``."""
        folders = {"cache_dir": self._settings.cache_dir, "data_dir": self._settings.data_dir}
        await self._standby.preload(PreloadOrder(tokenizer=tokenizer, revision=revision, **folders))

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._children

    def kinds(self) -> list[str]:
        """Return the kinds of the jobs that run now."""
        return [child.job.kind for child in self._children.values()]

    def process_ids(self) -> list[int]:
        """Return the child processes that run jobs now."""
        return [child.process.pid for child in self._children.values()]

    @property
    def standby_process_id(self) -> int | None:
        """The child process that waits for a job, None while there is none."""
        return self._standby.process_id

    async def start(self, job: JobResponse, *, shard: int | None = None) -> asyncio.Task[None]:
        """Start a child for this job; the task ends with the child and leaves the job in a consistent state.

        With ``shard`` the child only helps another child that runs the job, from that shard on.
        """
        process = await self._standby.take(wants_preloaded=job.kind == "tokenize" and shard is None)
        owner = f"{socket.gethostname()}:{process.pid}:{uuid4().hex}"
        child = _Child(job=job, owner=owner, process=process, shard=shard)
        if self._is_closing:
            # It started too late to be killed with the others.
            child.kill()
        self._children[child.key] = child
        metrics.CHILDREN.set(len(self._children))
        await send_order(child.process, await self._order_of(child))
        child.task = asyncio.create_task(self._follow(child), name=f"child-{job.id}")
        return child.task

    async def _order_of(self, child: _Child) -> JobOrder | ShardOrder:
        job_id, token = child.job.id, await self._vault.get(child.job.id)
        if child.shard is None:
            return JobOrder(job_id=job_id, owner=child.owner, settings=self._settings, token=token)
        return ShardOrder(job_id=job_id, shard=child.shard, settings=self._settings, token=token)

    async def cancel(self, job_id: str) -> bool:
        """Cancel the job, and kill its child if it does not stop in time. False where no child here runs it."""
        child = self._children.get(job_id)
        if child is None:
            return False
        await send_order(child.process, CancelOrder())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.process.wait(), _CANCEL_GRACE_SECONDS)
        if child.process.returncode is None:
            log.warning("child killed: it did not stop in time", job_id=job_id)
            child.kill()
        if child.task:
            # On a full disk the job's end cannot be recorded; the user, who may free the disk, must not wait for it.
            await asyncio.wait({child.task}, timeout=_RECORD_SECONDS)
        return True

    async def close(self) -> list[tuple[str, str]]:
        """Kill all children, leave their jobs recorded as running, and return each job's id and owner."""
        self._is_closing = True
        await self._standby.close()
        children = list(self._children.values())
        for child in children:
            child.kill()
        if tasks := [child.task for child in children if child.task]:
            # A task that waits for room to record its job's end must not hold the process up.
            _ended, waiting = await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
            await asyncio.gather(*(end_task(task) for task in waiting))
        return [(child.job.id, child.owner) for child in children if child.shard is None]

    async def _follow(self, child: _Child) -> None:
        """Handle the child's reports until it ends, then record the end."""
        limit = self._settings.memory_limit
        watch = asyncio.create_task(kill_above(child.process, limit), name=f"memory-{child.job.id}")
        try:
            async for report in _reports(child):
                await self._handle(child, report)
            code = await child.process.wait()
            if not self._is_closing:
                await self._record_end(child, code, took_too_much=watch.done() and watch.result())
        except DatabaseDamaged as error:
            log.critical("job's end not recorded", job_id=child.job.id, error=error.detail)
        finally:
            await end_task(watch)
            self._children.pop(child.key, None)
            metrics.CHILDREN.set(len(self._children))
            self.start_standby()

    async def _handle(self, child: _Child, report: ChildReport) -> None:
        if isinstance(report, EventReport):
            child.count_fetched(report.event)
            await self._bus.publish(report.channel, report.event)
        elif isinstance(report, FollowUpReport):
            await self._enqueue(report.job_id)
        elif self._share is not None:
            await self._share(child.job.id, report.shards)

    async def _record_end(self, child: _Child, code: int, *, took_too_much: bool) -> None:
        job_id = child.job.id
        if code:
            dataset_id, attempt = child.job.dataset_id, child.job.attempt + 1
            log.warning("child died", job_id=job_id, dataset_id=dataset_id, attempt=attempt, exit_code=code)
        if child.shard is not None:
            return
        backoff = self._settings.retry_backoff_seconds
        reason = memory_limit_error(self._settings.memory_limit) if took_too_much else None
        release = partial(self._jobs.release, job_id, child.owner, backoff_seconds=backoff, crashed=code != 0)
        await retry_database(lambda: release(reason=reason), self._reserve)
        job = await retry_database(lambda: self._jobs.find(job_id), self._reserve)
        if job is None or job.finished_at:
            # A job that is to be tried again needs its token again.
            await self._vault.drop(job_id)
        _measure(job)


def _measure(job: JobResponse | None) -> None:
    if job and job.finished_at and job.started_at:
        seconds = (utc_now() - job.started_at).total_seconds()
        metrics.JOB_SECONDS.labels(kind=job.kind, outcome=job.state.value).observe(seconds)


async def _reports(child: _Child) -> AsyncIterator[ChildReport]:
    """Yield the child's reports until it ends; kill it after a line that is malformed or too long."""
    stdout = child.process.stdout or asyncio.StreamReader()
    try:
        async for line in stdout:
            yield parse_report(line)
    except ValueError as error:
        log.critical("child killed: malformed report", job_id=child.job.id, error=str(error))
        child.kill()
        # wait() returns only once the pipes are empty.
        await stdout.read()

"""Child processes, one per running job: started, heard, stopped, and their jobs given back when they die.

Both engines run jobs this way, so that a job's memory is gone when it ends, a job that dies takes nothing with it, and
one that does not listen can be killed. The engines differ in who says which job is next, and where events go.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import structlog

from mistudio.core import metrics
from mistudio.core.config import Settings
from mistudio.core.errors import Json
from mistudio.core.events import EventBus, TokenVault
from mistudio.models import utc_now
from mistudio.schemas.job import JobResponse
from mistudio.services.job_service import JobService
from mistudio.utils.tasks import end_task
from mistudio.workers.child.standby import StandbyProcess, send_order
from mistudio.workers.jobs.runner import until_recorded
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
    """One running child process."""

    job: JobResponse
    owner: str
    process: asyncio.subprocess.Process
    task: asyncio.Task[None] | None = None
    shard: int | None = None
    fetched: int = 0

    @property
    def key(self) -> str:
        """Among the children of this process: a job has one that runs it, and any number that help."""
        return self.job.id if self.shard is None else self.owner

    def kill(self) -> None:
        """Kill the process, unless it has just ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    def count_fetched(self, event: Mapping[str, Json]) -> None:
        """Count the bytes that the job fetched."""
        done = event.get("done")
        if event.get("phase") == "download" and isinstance(done, int) and done > self.fetched:
            if self.fetched:
                metrics.FETCHED_BYTES.inc(done - self.fetched)
            self.fetched = done


class Children:
    """The children of this process. ``enqueue`` brings the jobs that follow from one to workers."""

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
        """``share`` calls for help with so many shards of a job; None where there is nobody to help."""
        self._settings = settings
        self._jobs = jobs
        self._bus = bus
        self._vault = vault
        self._enqueue = enqueue
        self._share = share
        self._children: dict[str, _Child] = {}
        self._spare = StandbyProcess(settings)
        self._closing = False

    def stand_by(self) -> None:
        """Have a process stand ready for the next job, in a moment."""
        self._spare.renew()

    async def preload(self, tokenizer: str, revision: str | None) -> None:
        """Have a process that stands ready load this tokenizer; see ``JobQueue``."""
        folders = {"cache_dir": self._settings.cache_dir, "data_dir": self._settings.data_dir}
        await self._spare.tell(PreloadOrder(tokenizer=tokenizer, revision=revision, **folders))

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._children

    def kinds(self) -> list[str]:
        """The kinds of the jobs that run now."""
        return [child.job.kind for child in self._children.values()]

    def process_ids(self) -> list[int]:
        """The child processes that run jobs now."""
        return [child.process.pid for child in self._children.values()]

    @property
    def spare_process_id(self) -> int | None:
        """The child process that waits for a job, None where there is none."""
        return self._spare.process_id

    async def start(self, job: JobResponse, *, shard: int | None = None) -> asyncio.Task[None]:
        """Start a child for this job; the task ends with the child, its job in a state that it can be in.

        With ``shard`` the child only helps another one that has the job, from that shard on.
        """
        process = await self._spare.take(wants_preloaded=job.kind == "tokenize" and shard is None)
        if self._closing:
            # It stood too late to be ended with the others.
            process.kill()
        owner = f"{socket.gethostname()}:{process.pid}:{uuid4().hex}"
        child = _Child(job=job, owner=owner, process=process, shard=shard)
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
        """Tell the child; kill it if it does not stop in time. False where this process has no such child."""
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
            # Where a full disk keeps the end from being recorded, whoever frees the disk must not wait for it.
            await asyncio.wait({child.task}, timeout=_RECORD_SECONDS)
        return True

    async def close(self) -> list[tuple[str, str]]:
        """Kill all children; their jobs stay in the table as running. Answers the id and the owner of each."""
        self._closing = True
        await self._spare.close()
        children = list(self._children.values())
        for child in children:
            child.kill()
        if tasks := [child.task for child in children if child.task]:
            # One that waits for room to record how its job ended must not hold the process back.
            _ended, waiting = await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
            await asyncio.gather(*(end_task(task) for task in waiting))
        return [(child.job.id, child.owner) for child in children if child.shard is None]

    async def _follow(self, child: _Child) -> None:
        """Forward what the child says until it ends, then see that its job is in a state that it can be in."""
        try:
            async for report in _reports(child):
                await self._handle(child, report)
            code = await child.process.wait()
            if not self._closing:
                await self._ended(child, code)
        finally:
            self._children.pop(child.key, None)
            metrics.CHILDREN.set(len(self._children))
            self.stand_by()

    async def _handle(self, child: _Child, report: ChildReport) -> None:
        if isinstance(report, EventReport):
            child.count_fetched(report.event)
            await self._bus.publish(report.channel, report.event)
        elif isinstance(report, FollowUpReport):
            await self._enqueue(report.job_id)
        elif self._share is not None:
            await self._share(child.job.id, report.shards)

    async def _ended(self, child: _Child, code: int) -> None:
        job_id = child.job.id
        if code:
            ids = {"job_id": job_id, "dataset_id": child.job.dataset_id, "attempt": child.job.attempt + 1}
            log.warning("child died", **ids, exit_code=code)
        if child.shard is not None:
            return
        backoff = self._settings.retry_backoff_seconds
        await until_recorded(
            lambda: self._jobs.release(job_id, child.owner, backoff_seconds=backoff, crashed=code != 0)
        )
        known = await until_recorded(lambda: self._jobs.find(job_id))
        if known is None or known.finished_at:
            # The token is needed again only if the job is to be tried again.
            await self._vault.drop(job_id)
        if known and known.finished_at and known.started_at:
            seconds = (utc_now() - known.started_at).total_seconds()
            metrics.JOB_SECONDS.labels(kind=known.kind, outcome=known.state.value).observe(seconds)


async def _reports(child: _Child) -> AsyncIterator[ChildReport]:
    """Yield what the child reports until it ends; kill it after a line that is malformed or too long."""
    stdout = child.process.stdout or asyncio.StreamReader()
    try:
        async for line in stdout:
            yield parse_report(line)
    except ValueError as error:
        log.critical("child killed: malformed report", job_id=child.job.id, error=str(error))
        child.kill()
        # A process counts as ended only once its pipes are empty.
        await stdout.read()

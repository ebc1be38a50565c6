"""What a child process does after its imports: read its order, watch its parent, run the job."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Final, NoReturn

import pyarrow as pa
import structlog

from mistudio.core.child_environment import InheritedLogSettings
from mistudio.core.database import Database
from mistudio.core.errors import DatabaseDamaged, Json
from mistudio.core.logging import configure_logging
from mistudio.services.job_service import JobService
from mistudio.workers.jobs.handlers import job_handlers
from mistudio.workers.jobs.runner import Runner
from mistudio.workers.messages import (
    CancelOrder,
    ChildOrder,
    ChildReport,
    EventReport,
    FollowUpReport,
    JobOrder,
    MalformedMessage,
    PreloadOrder,
    ShardOrder,
    ShareReport,
    parse_order,
    to_line,
)

if TYPE_CHECKING:
    # Imported by tokenizations only: it loads the tokenizers library, which takes half a second.
    from mistudio.workers.jobs.preloaded import PreloadedTokenizer

log = structlog.get_logger(__name__)

# Exit codes, as sysexits.h has them: a temporary failure, an error of the protocol, and one of a file.
ORPHANED: Final = 75
MALFORMED_ORDER: Final = 76
DAMAGED_DATABASE: Final = 74
# pyarrow looks for pandas once, at its first value: that must happen while the child hides pandas.
pa.array([0])


class PipeEventBus:
    """Sends events and requests to the parent process, one line each."""

    def __init__(self, pipe: IO[str]) -> None:
        self._pipe = pipe

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Have the parent publish an event."""
        self._send(EventReport(channel=channel, event=dict(event)))

    async def enqueue(self, job_id: str) -> None:
        """Have the parent enqueue a job that follows from this one."""
        self._send(FollowUpReport(job_id=job_id))

    async def share(self, shards: int) -> None:
        """Have the parent call for help with this many shards of the job."""
        self._send(ShareReport(shards=shards))

    def _send(self, report: ChildReport) -> None:
        self._pipe.write(to_line(report))
        self._pipe.flush()


def run(pipe: IO[str]) -> None:
    """Run the job that standard input names and report to ``pipe``; the process ends with the job or its parent."""
    configure_logging(InheritedLogSettings.from_environment())
    try:
        asyncio.run(_run_order(pipe))
    except DatabaseDamaged as error:
        log.critical("job not recorded", error=error.detail)
        os._exit(DAMAGED_DATABASE)


async def _run_order(pipe: IO[str]) -> None:
    order, preloaded = _read_order()
    configure_logging(order.settings)
    database = Database(order.settings.sqlalchemy_url)
    parent = PipeEventBus(pipe)
    jobs = JobService(database, parent)
    if isinstance(order, ShardOrder):
        await _help(order, jobs, database)
    else:
        handlers = job_handlers(order.settings, database, preloaded=preloaded)
        runner = Runner(order.settings, jobs, handlers, enqueue=parent.enqueue, share=parent.share)
        _watch_parent(runner.cancel)
        await runner.run_job(order.job_id, owner=order.owner, token=order.token)
    await database.close()


async def _help(order: ShardOrder, jobs: JobService, database: Database) -> None:
    from mistudio.workers.jobs.shard_helper import HelperMonitor, help_tokenization

    monitor = HelperMonitor(jobs, order.job_id)
    _watch_parent(monitor.cancel)
    await help_tokenization(monitor, settings=order.settings, database=database, shard=order.shard, token=order.token)


def _read_order() -> "tuple[JobOrder | ShardOrder, PreloadedTokenizer | None]":
    """Wait for the order; return it with the tokenizer that was preloaded meanwhile."""
    preloaded = None
    for line in sys.stdin:
        order = _parse(line)
        if isinstance(order, PreloadOrder):
            from mistudio.workers.jobs.preloaded import PreloadedTokenizer

            preloaded = PreloadedTokenizer.load(order)
        elif not isinstance(order, CancelOrder):
            return order, preloaded
    os._exit(ORPHANED)


def _watch_parent(cancel: Callable[[], None]) -> None:
    threading.Thread(target=_obey_parent, args=(cancel,), name="parent-watch", daemon=True).start()


def _obey_parent(cancel: Callable[[], None]) -> NoReturn:
    """Cancel when told to; end the process with its parent. A job may be cut off at any instruction."""
    for line in sys.stdin:
        if isinstance(_parse(line), CancelOrder):
            cancel()
    os._exit(ORPHANED)


def _parse(line: str) -> ChildOrder:
    """Return the order; a malformed one ends the process, and the parent records that its child died."""
    try:
        return parse_order(line)
    except MalformedMessage as error:
        log.critical("malformed order from the parent", error=str(error))
        os._exit(MALFORMED_ORDER)

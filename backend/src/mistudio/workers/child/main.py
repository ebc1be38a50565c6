"""What a child process does once it stands: take its order, watch for its parent, run the job."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, NoReturn, TypeAlias

import pyarrow as pa

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import Json
from mistudio.core.logging import configure_logging
from mistudio.services.job_service import JobService
from mistudio.workers.jobs.handlers import job_handlers
from mistudio.workers.jobs.runner import Runner

if TYPE_CHECKING:
    # Loading tokenizers costs half a second, which a download has no need of.
    from mistudio.workers.jobs.preloaded import PreloadedTokenizer

ChildOrder: TypeAlias = "dict[str, str | int | dict[str, Json] | None]"

ORPHANED = 75
# pyarrow looks for pandas at its first value, once: it must do so while the child hides it.
pa.array([0])


class PipeEventBus:
    """Hands events to the parent process, which publishes them."""

    def __init__(self, pipe: IO[str]) -> None:
        self._pipe = pipe

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Write one line; a parent that is gone is noticed by the watcher."""
        self._pipe.write(json.dumps([channel, event]) + "\n")
        self._pipe.flush()

    async def enqueue(self, job_id: str) -> None:
        """Tell the parent of a job that follows: a line without a channel."""
        self._pipe.write(json.dumps([None, job_id]) + "\n")
        self._pipe.flush()

    async def share(self, shards: int) -> None:
        """Let the parent call for help with so many shards of this job: a number without a channel."""
        self._pipe.write(json.dumps([None, shards]) + "\n")
        self._pipe.flush()


def run(pipe: IO[str]) -> None:
    """Run the job that standard input names, and tell ``pipe`` of it; ends with the job, or with the parent."""
    asyncio.run(_main(pipe))


def _watch(cancel: Callable[[], None]) -> None:
    """Obey the parent; end with it. Every step of every job may be cut off at any instruction."""
    for line in sys.stdin:
        if line.strip() == "cancel":
            cancel()
    _orphaned()


def _orphaned() -> NoReturn:
    os._exit(ORPHANED)


def _read_order() -> "tuple[ChildOrder, PreloadedTokenizer | None]":
    """The order, and what was loaded for it, as the parent told, before it came."""
    preloaded = None
    for line in sys.stdin:
        said = json.loads(line)
        if "job_id" in said:
            return said, preloaded
        from mistudio.workers.jobs.preloaded import PreloadedTokenizer

        preloaded = PreloadedTokenizer.of(said)
    _orphaned()


async def _main(pipe: IO[str]) -> None:
    order, preloaded = _read_order()
    settings = Settings.model_validate(order["settings"])
    configure_logging(settings)
    database = Database(settings.sqlalchemy_url)
    parent = PipeEventBus(pipe)
    jobs = JobService(database, parent)
    job_id, shard = str(order["job_id"]), order["shard"]
    token = str(order["token"]) if order["token"] else None
    if isinstance(shard, int):
        from mistudio.workers.jobs.shard_helper import HelperMonitor, help_tokenization

        monitor = HelperMonitor(jobs, job_id)
        _watch_parent(monitor.cancel)
        await help_tokenization(monitor, settings=settings, database=database, shard=shard, token=token)
    else:
        handlers = job_handlers(settings, database, preloaded=preloaded)
        runner = Runner(settings, jobs, handlers, enqueue=parent.enqueue, share=parent.share)
        _watch_parent(runner.cancel)
        await runner.run_job(job_id, owner=str(order["owner"]), token=token)
    await database.close()


def _watch_parent(cancel: Callable[[], None]) -> None:
    threading.Thread(target=_watch, args=(cancel,), name="parent-watch", daemon=True).start()

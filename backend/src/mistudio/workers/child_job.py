"""What a child process does once it stands: take its order, watch for its parent, run the job."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import IO, cast

import pyarrow as pa

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import Json
from mistudio.core.logging import configure_logging
from mistudio.services.job_service import JobService
from mistudio.workers.handlers import job_handlers
from mistudio.workers.runner import Runner

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


def run(pipe: IO[str]) -> None:
    """Run the job that standard input names, and tell ``pipe`` of it; ends with the job, or with the parent."""
    asyncio.run(_main(pipe))


def _watch(runner: Runner) -> None:
    """Obey the parent; end with it. Every step of every job may be cut off at any instruction."""
    for line in sys.stdin:
        if line.strip() == "cancel":
            runner.cancel()
    os._exit(ORPHANED)


async def _main(pipe: IO[str]) -> None:
    order = cast("dict[str, str | dict[str, Json] | None]", json.loads(sys.stdin.readline()))
    settings = Settings.model_validate(order["settings"])
    configure_logging(settings)
    database = Database(settings.sqlalchemy_url)
    parent = PipeEventBus(pipe)
    jobs = JobService(database, parent)
    runner = Runner(settings, jobs, job_handlers(settings, database), enqueue=parent.enqueue)
    threading.Thread(target=_watch, args=(runner,), name="parent-watch", daemon=True).start()
    token = order["token"]
    await runner.run_job(str(order["job_id"]), owner=str(order["owner"]), token=str(token) if token else None)
    await database.close()

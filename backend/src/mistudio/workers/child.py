"""The child process of one job in the embedded engine: ``python -m mistudio.workers.child``.

Its standard input brings one line with the job's id, the settings and the token, and then stays open: ``cancel`` on a
line stops the job, and its end means that the parent is gone, so the child goes at once. Its standard output carries
events to the parent, a JSON line each; whatever libraries print goes to standard error instead.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
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


class _WithoutPandas(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse pandas by name, leave everything else to the finders that follow."""
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is hidden for a moment", name=fullname)


def _spare_pandas() -> None:
    """Let pyarrow find out that there is no pandas: to know pandas' values, of which there are none here, it would
    import it before its first scalar, and cost every job 0.3 s and 35 MB. Afterwards pandas can be imported as ever.
    """
    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    pa.array([0])
    sys.meta_path.remove(finder)


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


def _take_standard_output() -> IO[str]:
    """The pipe to the parent, with file descriptor 1 sent to standard error from now on."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


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


if __name__ == "__main__":
    # A service manager signals all processes of a service; the pipe's end is what ends this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    events = _take_standard_output()
    _spare_pandas()
    asyncio.run(_main(events))
    # Threads of libraries must not hold the process back once the job's end is written down.
    events.flush()
    os._exit(0)

"""The child process of one job: ``python -m mistudio.workers.child``.

Standard input brings orders, standard output takes reports (``mistudio.workers.messages``). The order with the job may
come long after the start. When standard input ends, the parent is gone and the child exits at once. Whatever libraries
print goes to standard error.

Every job starts with these imports, so they decide how soon it starts. Modules that only some jobs need are imported by
those jobs, and this module imports nothing before it has made imports cheaper.
"""

import importlib
import os
import select
import signal
from typing import IO, Final

from mistudio.utils.imports import hide_packages
from mistudio.workers.child import UNNEEDED

# Modules that some jobs import later; a process on standby has the time to import them now.
_MODULES_OF_SOME_JOBS: Final = (
    "mistudio.services.tokenization_service",
    "mistudio.workers.jobs.preloaded",
    "gigatoken",
    "awkward",
)


def _take_standard_output() -> IO[str]:
    """Return the pipe to the parent, and redirect file descriptor 1 to standard error."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def _has_input() -> bool:
    """Whether an order has come, or the parent is gone."""
    return bool(select.select([0], [], [], 0)[0])


def _serve(pipe: IO[str]) -> None:
    """Import what a job needs, then run the job.

    Imports run with the garbage collector paused (saves 0.2 s) and without pandas (0.3 s, 35 MB) and rich (0.1 s).
    """
    with hide_packages(*UNNEEDED):
        from mistudio.workers.child.main import run

        if not _has_input():
            for name in _MODULES_OF_SOME_JOBS:
                importlib.import_module(name)
    run(pipe)


if __name__ == "__main__":
    # A service manager signals all processes of a service; this one ends with its pipe instead.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    reports = _take_standard_output()
    _serve(reports)
    # Threads of libraries must not keep the process alive once the job's end is recorded.
    reports.flush()
    os._exit(0)

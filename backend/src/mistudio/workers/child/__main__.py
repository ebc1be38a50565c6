"""The child process of one job: ``python -m mistudio.workers.child``.

Its standard input brings one line with the job's id, the settings and the token, perhaps long after it was started, and
then stays open: ``cancel`` on a line stops the job, and its end means that the parent is gone, so the child goes at
once. Its standard output carries events to the parent, a JSON line each; whatever libraries print goes to standard
error instead.

Every job begins with this, so what is imported decides how soon: modules that some jobs only need are imported by
those, and this one imports nothing before it has made imports cheaper.
"""

import importlib
import os
import select
import signal
from typing import IO, Final

from mistudio.utils.imports import imports_without
from mistudio.workers.child import UNNEEDED

# What some jobs import later: a process that stands ready has the time to do so now.
_AHEAD: Final = ("mistudio.services.tokenization_service", "mistudio.workers.jobs.preloaded", "gigatoken", "awkward")


def _take_standard_output() -> IO[str]:
    """The pipe to the parent, with file descriptor 1 sent to standard error from now on."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def _is_asked() -> bool:
    """Whether the order has come, or never will."""
    return bool(select.select([0], [], [], 0)[0])


def _serve(pipe: IO[str]) -> None:
    """Import with the collector at rest (0.2 s), and without what is not needed (pandas: 0.3 s and 35 MB; rich: 0.1 s).
    Then run the job.
    """
    with imports_without(*UNNEEDED):
        from mistudio.workers.child.main import run

        if not _is_asked():
            for name in _AHEAD:
                importlib.import_module(name)
    run(pipe)


if __name__ == "__main__":
    # A service manager signals all processes of a service; the pipe's end is what ends this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    events = _take_standard_output()
    _serve(events)
    # Threads of libraries must not hold the process back once the job's end is written down.
    events.flush()
    os._exit(0)

"""The child process of one job: ``python -m mistudio.workers.child``.

Its standard input brings one line with the job's id, the settings and the token, perhaps long after it was started, and
then stays open: ``cancel`` on a line stops the job, and its end means that the parent is gone, so the child goes at
once. Its standard output carries events to the parent, a JSON line each; whatever libraries print goes to standard
error instead.

Every job begins with this, so what is imported decides how soon: modules that some jobs only need are imported by
those, and this one imports nothing before it has made imports cheaper.
"""

import gc
import importlib
import os
import select
import signal
import sys
from importlib.abc import MetaPathFinder
from typing import IO, Final

# pyarrow imports the one to know its values, structlog the other to show tracebacks in colour: a job needs neither.
_UNNEEDED: Final = frozenset({"pandas", "rich"})

# What some jobs import later: a process that stands ready has the time to do so now.
_AHEAD: Final = ("mistudio.services.tokenizing", "mistudio.workers.foreseen", "gigatoken", "awkward")


class _Without(MetaPathFinder):
    """Finds none of the packages that are not needed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Refuse them by name, leave everything else to the finders that follow."""
        if fullname in _UNNEEDED:
            raise ModuleNotFoundError(f"{fullname} is hidden for a moment", name=fullname)


def _take_standard_output() -> IO[str]:
    """The pipe to the parent, with file descriptor 1 sent to standard error from now on."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return pipe


def _is_asked() -> bool:
    """Whether the order has come, or never will."""
    return bool(select.select([0], [], [], 0)[0])


def _serve(pipe: IO[str]) -> None:
    """Import with the collector at rest, which would look through every new module for garbage that is not there
    (0.2 s), and without what is not needed (pandas: 0.3 s and 35 MB; rich: 0.1 s). Then run the job.
    """
    gc.disable()
    finder = _Without()
    sys.meta_path.insert(0, finder)
    from mistudio.workers.child_job import run

    if not _is_asked():
        for name in _AHEAD:
            importlib.import_module(name)
    sys.meta_path.remove(finder)
    gc.freeze()
    gc.enable()
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

"""A process that has made the imports of another kind, and forks such ones: ``python -m fakes.nursery KIND``.

Its standard input is a socket. Each message is a JSON object with the environment and the working directory of a
process to be, and brings its three standard streams; the answer is the number of that process, which by then is a child
of whoever asked, if that one is a subreaper. Its module is run as ``python -m`` runs it. When the socket closes, the
nursery ends.

What Hugging Face's libraries read from the environment they read when they are imported, so they never are, here,
except in a nursery that was started with the environment of its processes.
"""

import importlib
import json
import os
import runpy
import socket
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from mistudio.utils.imports import hide_packages
from mistudio.workers.child import UNNEEDED

_MESSAGE_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Kind:
    """A kind of process: its module, and what is imported ahead of it."""

    module: str
    imports: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    has_own_environment: bool = False


KINDS: Final = {
    "job": Kind("mistudio.workers.child", ("mistudio.workers.child.main",), hidden=UNNEEDED),
    # Of what ``datasets`` imports, what costs most.
    "planner": Kind(
        "mistudio.corpus.hub.planner_child",
        ("mistudio.corpus.hub.plan_types", "pandas", "pyarrow.dataset", "fsspec", "httpx2", "aiohttp", "multiprocess"),
    ),
    # A server that forks both of the above itself: see the module.
    "studio": Kind("harness.forked_server", ("harness.preloaded",), has_own_environment=True),
}


def main(kind: Kind) -> None:
    """Import, then fork until nobody asks any more."""
    with hide_packages(*kind.hidden):
        for name in kind.imports:
            importlib.import_module(name)
    assert kind.has_own_environment or "huggingface_hub" not in sys.modules
    asking = socket.socket(fileno=0)
    asking.send(b"ready")
    fork_until_closed(kind.module, asking)


def fork_until_closed(module: str, asking: socket.socket) -> None:
    """Fork a process that runs ``module`` for each message that comes; see above."""
    # Of its own run it knows nothing yet.
    sys.modules.pop(module, None)
    while True:
        try:
            message, streams, _flags, _address = socket.recv_fds(asking, _MESSAGE_BYTES, 3)
        except ConnectionError:
            return
        if not message:
            return
        number = _fork(module, json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        with suppress(ConnectionError):
            asking.send(b"%d" % number)


def _fork(module: str, asked: Any, streams: list[int]) -> int:  # JSON of any kind
    """The number of a process whose parent is gone, so that the nearest subreaper has it."""
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        if os.fork() == 0:
            os.setsid()
            # Only now, so that whoever asked never meets a process without its session.
            os.write(writing, b"%d" % os.getpid())
            _become(module, asked, [*streams, reading, writing])
        os._exit(0)
    os.waitpid(parent, 0)
    told = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    return told


def _become(module: str, asked: Any, open_files: list[int]) -> NoReturn:  # JSON of any kind
    for number, stream in enumerate(open_files[:3]):
        os.dup2(stream, number)
    for file in open_files:
        os.close(file)
    os.chdir(asked["folder"])
    sys.path[0] = asked["folder"]
    os.environ.clear()
    os.environ.update(asked["environment"])
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main(KINDS[sys.argv[1]])

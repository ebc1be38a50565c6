"""A fork server: it makes the imports of a kind of process once, then forks such processes.

Run it as ``python -m fakes.fork_server KIND``, with a socket as standard input. Each message is a JSON object with the
environment and the working directory of the new process, and carries its three standard streams. The answer is the id
of that process, which by then is a child of the client, if the client is a subreaper. The process runs its module as
``python -m`` does. The server ends when the socket closes.

Hugging Face's libraries read the environment at their import, so a server imports none of them, unless it was started
with the environment of its processes.
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
    """A kind of process: its module, and the modules to import before the fork."""

    module: str
    imports: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    has_own_environment: bool = False


KINDS: Final = {
    "job": Kind("mistudio.workers.child", ("mistudio.workers.child.main",), hidden=UNNEEDED),
    # The slowest imports of ``datasets``.
    "planner": Kind(
        "mistudio.corpus.hub.planner_child",
        ("mistudio.corpus.hub.plan_types", "pandas", "pyarrow.dataset", "fsspec", "httpx2", "aiohttp", "multiprocess"),
    ),
    "preview": Kind("mistudio.services.tokenizations.preview_child", ("mistudio.core.child_environment", "pydantic")),
    # A server that forks both of the above itself: see the module.
    "studio": Kind("harness.forked_server", ("harness.preloaded",), has_own_environment=True),
}


def main(kind: Kind) -> None:
    """Import, then fork until the socket closes."""
    with hide_packages(*kind.hidden):
        for name in kind.imports:
            importlib.import_module(name)
    assert kind.has_own_environment or "huggingface_hub" not in sys.modules
    client = socket.socket(fileno=0)
    client.send(b"ready")
    fork_until_closed(kind.module, client)


def fork_until_closed(module: str, client: socket.socket) -> None:
    """Fork a process that runs ``module`` for each message; see above."""
    # runpy warns about a module that is already imported.
    sys.modules.pop(module, None)
    while True:
        try:
            message, streams, _flags, _address = socket.recv_fds(client, _MESSAGE_BYTES, 3)
        except ConnectionError:
            return
        if not message:
            return
        process_id = _fork(module, json.loads(message), streams)
        for stream in streams:
            os.close(stream)
        with suppress(ConnectionError):
            client.send(b"%d" % process_id)


def _fork(module: str, message: Any, streams: list[int]) -> int:  # JSON of any kind
    """Fork twice, so that the new process goes to the nearest subreaper, and return its id."""
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        if os.fork() == 0:
            os.setsid()
            # Only now: the client must never see a process without its session.
            os.write(writing, b"%d" % os.getpid())
            _become(module, message, [*streams, reading, writing])
        os._exit(0)
    os.waitpid(parent, 0)
    process_id = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    return process_id


def _become(module: str, message: Any, open_files: list[int]) -> NoReturn:  # JSON of any kind
    for number, stream in enumerate(open_files[:3]):
        os.dup2(stream, number)
    for file in open_files:
        os.close(file)
    os.chdir(message["folder"])
    sys.path[0] = message["folder"]
    os.environ.clear()
    os.environ.update(message["environment"])
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

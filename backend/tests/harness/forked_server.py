"""``mistudio serve`` or another command in a process that was forked, and that forks its jobs: a quick start.

``HARNESS_LOG`` names the file that gets its standard error, ``HARNESS_ARGUMENTS`` has its arguments as JSON. Everything
else is as in ``mistudio.cli``.
"""

import ctypes
import json
import mmap
import os
import struct
import sys
from collections.abc import Mapping
from typing import Final, Self

from fakes.fork_server import KINDS, fork_until_closed
from fakes.forked_starts import ForkedProcess, ForkServer
from mistudio.cli import app
from mistudio.utils import processes

_SET_NAME: Final = 15
# Where ``struct control`` of chaos/faulty_files.c has the group of the server.
_GROUP_OFFSET: Final = 32


class ReadyForkServer(ForkServer):
    """Forked from this very process, before it has threads. What it forks has the name of the kind."""

    @classmethod
    def fork(cls, kind: str, *others: "ReadyForkServer") -> Self:
        """Fork one; ``others`` are those that were forked before."""
        made = cls(kind)
        if os.fork() == 0:
            made._socket.close()
            for fork_server in others:
                fork_server._socket.close()
            name_process(kind)
            fork_until_closed(KINDS[kind].module, made._server_end)
            os._exit(0)
        made._server_end.close()
        return made

    def _start_server(self) -> None:
        """It runs already."""


def name_process(name: str) -> None:
    """Let ``/proc`` show this name."""
    ctypes.CDLL(None).prctl(_SET_NAME, name.encode(), 0, 0, 0)


def _take_log() -> None:
    log = os.open(os.environ.pop("HARNESS_LOG"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 2)
    os.close(log)


def _announce_group() -> None:
    path = os.environ.get("FAULTY_CONTROL")
    if path:
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as shared:  # noqa: PTH123 - os.open, no more
            struct.pack_into("@q", shared, _GROUP_OFFSET, os.getpgrp())


def main() -> None:
    """Fork the fork servers, then serve."""
    _take_log()
    _announce_group()
    name_process("server")
    job = ReadyForkServer.fork("job")
    planner = ReadyForkServer.fork("planner", job)
    every = {"job": job, "planner": planner, "preview": ReadyForkServer.fork("preview", job, planner)}
    fork_servers = {KINDS[kind].module: server for kind, server in every.items()}

    async def start_module(name: str, environment: Mapping[str, str], *, line_bytes: int) -> ForkedProcess:
        return await fork_servers[name].start(environment, line_bytes=line_bytes)

    processes.start_module = start_module  # type: ignore[assignment]  # what the server does with it, both can
    sys.argv = ["mistudio", *json.loads(os.environ.pop("HARNESS_ARGUMENTS"))]
    app()


if __name__ == "__main__":
    main()

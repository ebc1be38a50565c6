"""Forks child processes from a fork server, so that each start takes a test 1.5 seconds less.

Everything else is real: a process of its own, a child of this one, with its own environment, session and pipes, that
runs the module from its first line. Tests of the start itself use the fixture ``real_starts``.
"""

import asyncio
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from fakes.fork_server import KINDS
from mistudio.utils import processes

_TESTS: Final = Path(__file__).parent.parent
_SUBREAPER: Final = 36
# A fork copies only one thread of a process.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}


class ForkedProcess:
    """Stands in for ``asyncio.subprocess.Process``."""

    def __init__(self, pid: int, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None
        self._ended = asyncio.Event()
        self._pidfd = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._pidfd, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        _pid, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)
        self.stdin.close()
        self._ended.set()

    async def wait(self) -> int:
        """Wait for the end, and return the exit code."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        """Send SIGKILL."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """A fork server of one kind of process, started with the first of them, with ``environment`` added to its own."""

    def __init__(self, kind: str, environment: Mapping[str, str] | None = None) -> None:
        self._kind = kind
        self._environment = environment or {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket, self._server_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    async def start(self, environment: Mapping[str, str], *, line_bytes: int) -> ForkedProcess:
        """Start a process with exactly this environment; see ``start_module``."""
        loop = asyncio.get_running_loop()
        # The fork itself runs here: a cancel during it would leave a process without an owner.
        await asyncio.to_thread(self._start_server)
        pid, input_end, output_end = self._fork(environment)
        try:
            stdout = asyncio.StreamReader(line_bytes)
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(output_end, "rb", 0))
            # It reads nothing: the writer needs its flow control.
            unused = asyncio.StreamReader()
            pipe, protocol = await loop.connect_write_pipe(
                lambda: asyncio.StreamReaderProtocol(unused), os.fdopen(input_end, "wb", 0)
            )
            return ForkedProcess(pid, asyncio.StreamWriter(pipe, protocol, None, loop), stdout)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise

    def _fork(self, environment: Mapping[str, str]) -> tuple[int, int, int]:
        """Return the process id, and this end of its standard input and output."""
        stdin, input_end = os.pipe()
        output_end, stdout = os.pipe()
        message = {"environment": dict(environment), "folder": str(Path.cwd())}
        with self._lock, _subreaper():
            socket.send_fds(self._socket, [json.dumps(message).encode()], [stdin, stdout, 2])
            pid = int(self._socket.recv(20))
        os.close(stdin)
        os.close(stdout)
        return pid, input_end, output_end

    def _start_server(self) -> None:
        with self._lock:
            if self._process is not None:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fakes.fork_server", self._kind],
                stdin=self._server_end.fileno(),
                cwd=_TESTS,
                env={**os.environ, **_ONE_THREAD, **self._environment},
                start_new_session=True,
            )
            self._server_end.close()
            assert self._socket.recv(20) == b"ready"

    def close(self) -> None:
        """End the server; its processes belong to their parents."""
        self._socket.close()
        self._server_end.close()
        if self._process is not None:
            self._process.wait()


@contextmanager
def _subreaper() -> Iterator[None]:
    """Adopt descendants of this process whose parent ends."""
    _set_subreaper(1)
    try:
        yield
    finally:
        _set_subreaper(0)


def _set_subreaper(value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SUBREAPER, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def can_fork() -> bool:
    """Return whether this system allows it, and no coverage of child processes is measured."""
    return sys.platform == "linux" and not any(name.startswith("COVERAGE_PROCESS") for name in os.environ)


@contextmanager
def forked_starts() -> Iterator[None]:
    """Fork child processes while the block runs, where that is possible."""
    if not can_fork():
        yield
        return
    fork_servers = {kind.module: ForkServer(name) for name, kind in KINDS.items()}

    async def start_module(name: str, environment: Mapping[str, str], *, line_bytes: int) -> ForkedProcess:
        return await fork_servers[name].start(environment, line_bytes=line_bytes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "start_module", start_module)
        yield
    for fork_server in fork_servers.values():
        fork_server.close()

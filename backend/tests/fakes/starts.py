"""Child processes that are forked from one whose imports are made: each start costs a test a second and a half less.

Everything else is as it is in truth: a process of its own, a child of this one, with its own environment, session and
pipes, that runs the module from its first line. Tests of starting itself ask for ``true_starts``.
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

from fakes.nursery import KINDS
from mistudio.utils import processes

_TESTS: Final = Path(__file__).parent.parent
_SUBREAPER: Final = 36
# Of a process with threads a fork would have one only.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1"}


class ForkedProcess:
    """What ``asyncio.subprocess.Process`` is to those who start children here."""

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
        """How it ended, once it has."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        """SIGKILL."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """The process from which those of one kind are forked, started when the first is; it has ``environment``, too."""

    def __init__(self, kind: str, environment: Mapping[str, str] | None = None) -> None:
        self._kind = kind
        self._environment = environment or {}
        self._using = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    async def start(self, environment: Mapping[str, str], *, line_bytes: int) -> ForkedProcess:
        """A process with exactly this environment; see ``start_module``."""
        loop = asyncio.get_running_loop()
        # Not the fork itself: nobody would have the process if this were cancelled meanwhile.
        await asyncio.to_thread(self._begin)
        pid, asking, answering = self._fork(environment)
        try:
            stdout = asyncio.StreamReader(line_bytes)
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(answering, "rb", 0))
            # It reads nothing; it knows when what was written has gone.
            silent = asyncio.StreamReader()
            pipe, protocol = await loop.connect_write_pipe(
                lambda: asyncio.StreamReaderProtocol(silent), os.fdopen(asking, "wb", 0)
            )
            return ForkedProcess(pid, asyncio.StreamWriter(pipe, protocol, None, loop), stdout)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise

    def _fork(self, environment: Mapping[str, str]) -> tuple[int, int, int]:
        """The process, and this end of its standard input and output."""
        stdin, asking = os.pipe()
        answering, stdout = os.pipe()
        asked = {"environment": dict(environment), "folder": str(Path.cwd())}
        with self._using, _subreaper():
            socket.send_fds(self._socket, [json.dumps(asked).encode()], [stdin, stdout, 2])
            pid = int(self._socket.recv(20))
        os.close(stdin)
        os.close(stdout)
        return pid, asking, answering

    def _begin(self) -> None:
        with self._using:
            if self._process is not None:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fakes.nursery", self._kind],
                stdin=self._theirs.fileno(),
                cwd=_TESTS,
                env={**os.environ, **_ONE_THREAD, **self._environment},
                start_new_session=True,
            )
            self._theirs.close()
            assert self._socket.recv(20) == b"ready"

    def close(self) -> None:
        """End it; the processes that it forked are ended by those who have them."""
        self._socket.close()
        self._theirs.close()
        if self._process is not None:
            self._process.wait()


@contextmanager
def _subreaper() -> Iterator[None]:
    """Whatever loses its parent below this process becomes its child."""
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
    """Whether this system can do so, and nobody counts which lines a child runs."""
    return sys.platform == "linux" and not any(name.startswith("COVERAGE_PROCESS") for name in os.environ)


@contextmanager
def forked_starts() -> Iterator[None]:
    """While the block runs, children are forked, where that can be."""
    if not can_fork():
        yield
        return
    nurseries = {kind.module: Nursery(name) for name, kind in KINDS.items()}

    async def start_module(name: str, environment: Mapping[str, str], *, line_bytes: int) -> ForkedProcess:
        return await nurseries[name].start(environment, line_bytes=line_bytes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "start_module", start_module)
        yield
    for nursery in nurseries.values():
        nursery.close()

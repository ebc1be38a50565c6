"""A small disk that a server can really fill: a tmpfs that only the server's own processes see.

It is mounted in a mount namespace of its own, which Linux grants to root and, by way of a user namespace, to others.
Ballast takes up what a test wants to be full: bytes in one large file, files as many empty ones.
"""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path

import httpx2

from fakes.pace import PATIENCE
from fakes.process import ServerProcess, environment
from mistudio.core.config import Settings

_STARTED = "miStudio is at "
_STEP = 256 * 1024


@cache
def namespace_command() -> tuple[str, ...] | None:
    """The command that gives a process mounts of its own; None where this machine allows none."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return None
    for command in (("unshare", "-m"), ("unshare", "-Urm")):
        probe = [*command, "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    return None


class SmallDiskServer(ServerProcess):
    """A server whose DATA_DIR is a disk of its own; ``data_dir`` is where this process finds it."""

    def __init__(self, process: Process, url: str, log: Path, http: httpx2.AsyncClient, folder: Path) -> None:
        super().__init__(process, url, log, http)
        self.data_dir = Path(f"/proc/{process.pid}/root{folder}")

    def leave(self, room: int) -> None:
        """Let about ``room`` bytes be free; what the server writes at the same time comes on top."""
        ballast = self.data_dir / "ballast"
        ballast.touch()
        found = os.statvfs(self.data_dir)
        wanted = ballast.stat().st_size + found.f_bavail * found.f_frsize - room
        with ballast.open("r+b") as file, suppress(_NoRoom):
            file.truncate(min(ballast.stat().st_size, max(wanted, 0)))
            for start in range(ballast.stat().st_size, wanted, _STEP):
                _allocate(file.fileno(), start, min(_STEP, wanted - start))

    def leave_files(self, count: int) -> None:
        """Let there be room for ``count`` more files, whatever their size."""
        folder = self.data_dir / "ballast-files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number in range(os.statvfs(folder).f_ffree - count):
            (folder / str(number)).touch()


class _NoRoom(Exception):
    """Not a single byte more fits."""


def _allocate(descriptor: int, start: int, length: int) -> None:
    try:
        os.posix_fallocate(descriptor, start, length)
    except OSError as error:
        if length <= 1:
            raise _NoRoom from error
        _allocate(descriptor, start, length // 2)
        _allocate(descriptor, start + length // 2, length - length // 2)


@asynccontextmanager
async def server_on_small_disk(
    settings: Settings, log: Path, *, megabytes: int, files: int = 1000
) -> AsyncIterator[SmallDiskServer]:
    """A server with DATA_DIR on an empty disk of that size, which is gone with the server."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    mount = f"mount -t tmpfs -o size={megabytes}m,nr_inodes={files} tmpfs {shlex.quote(str(settings.data_dir))}"
    serve = shlex.join([sys.executable, "-m", "mistudio.cli", "serve", "--port", "0"])
    variables = environment(settings) | {"MISTUDIO_DISK_RESERVE_BYTES": str(settings.disk_reserve_bytes)}
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(*(namespace_command() or ()), "sh", "-c", f"{mount} && exec {serve}"),
            stdout=PIPE,
            stderr=errors,
            env=variables,
        )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            line = (await process.stdout.readline()).decode().strip()
        assert line.startswith(_STARTED), log.read_text(encoding="utf-8")
        url = line.removeprefix(_STARTED)
        async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE) as http:
            yield SmallDiskServer(process, url, log, http, settings.data_dir)
    finally:
        process.terminate()
        await process.wait()

"""A small disk that a server can fill: a tmpfs that only the server's own processes see.

It is mounted in a mount namespace of its own: Linux allows that to root, and to others in a user namespace. Ballast
takes the space that a test wants taken: one large file for bytes, many empty ones for the number of files.
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

from fakes.process import ServerProcess, environment
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings

_STARTED = "miStudio is at "
_STEP = 256 * 1024


@cache
def namespace_command() -> tuple[str, ...] | None:
    """Return the command that gives a process a mount namespace, None where this machine does not allow it."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return None
    for command in (("unshare", "-m"), ("unshare", "-Urm")):
        probe = [*command, "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    return None


class SmallDiskServer(ServerProcess):
    """A server whose DATA_DIR is a disk of its own; ``data_dir`` is its path in this process."""

    def __init__(self, process: Process, url: str, log: Path, http: httpx2.AsyncClient, folder: Path) -> None:
        super().__init__(process, url, log, http)
        self.data_dir = Path(f"/proc/{process.pid}/root{folder}")

    def set_free_bytes(self, room: int) -> None:
        """Leave about ``room`` bytes free, less what the server writes at the same time."""
        ballast = self.data_dir / "ballast"
        ballast.touch()
        found = os.statvfs(self.data_dir)
        wanted = ballast.stat().st_size + found.f_bavail * found.f_frsize - room
        with ballast.open("r+b") as file, suppress(_DiskIsFull):
            file.truncate(min(ballast.stat().st_size, max(wanted, 0)))
            for start in range(ballast.stat().st_size, wanted, _STEP):
                _allocate(file.fileno(), start, min(_STEP, wanted - start))

    def set_free_files(self, count: int) -> None:
        """Leave room for ``count`` more files."""
        folder = self.data_dir / "ballast-files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number in range(os.statvfs(folder).f_ffree - count):
            (folder / str(number)).touch()


class _DiskIsFull(Exception):
    """Not one more byte fits."""


def _allocate(descriptor: int, start: int, length: int) -> None:
    try:
        os.posix_fallocate(descriptor, start, length)
    except OSError as error:
        if length <= 1:
            raise _DiskIsFull from error
        _allocate(descriptor, start, length // 2)
        _allocate(descriptor, start + length // 2, length - length // 2)


@asynccontextmanager
async def server_on_small_disk(
    settings: Settings, log: Path, *, megabytes: int, files: int = 1000
) -> AsyncIterator[SmallDiskServer]:
    """Run a server with DATA_DIR on an empty disk of this size, which is gone with the server."""
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
        async with asyncio.timeout(TIMEOUT):
            line = (await process.stdout.readline()).decode().strip()
        assert line.startswith(_STARTED), log.read_text(encoding="utf-8")
        url = line.removeprefix(_STARTED)
        async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
            yield SmallDiskServer(process, url, log, http, settings.data_dir)
    finally:
        process.terminate()
        await process.wait()

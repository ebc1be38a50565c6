"""A server in a process of its own, as a user starts it, and clients that measure it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from common.measure import peak_memory

# A user's server has been running for a while: by then its standby process is loaded.
STANDBY_SECONDS = 5.0


@dataclass(frozen=True)
class RunningServer:
    """The address of a server, its process, and the seconds from its start until it announced the address."""

    url: str
    process_id: int
    seconds: float


@contextmanager
def run_server(data_dir: Path, **environment: str) -> Iterator[RunningServer]:
    """Run ``mistudio serve`` on a free port, with the given environment variables added to ours."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mistudio.cli", "serve", "--port", "0", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        text=True,
    )
    line = process.stdout.readline() if process.stdout else ""
    if "http" not in line:
        raise SystemExit(f"The server did not start: {line}")
    try:
        yield RunningServer(parse_address(line), process.pid, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait()


def parse_address(line: str) -> str:
    """Return the address in the line that a server prints when it is ready."""
    return line.strip().removeprefix("miStudio is at ")


async def time_request(
    session: aiohttp.ClientSession, url: str, *, method: str = "GET", **arguments: Any
) -> tuple[bytes, float]:  # aiohttp's own arguments
    """Return the body of the response, and the milliseconds until all of it had arrived."""
    start = time.perf_counter()
    async with session.request(method, url, **arguments) as response:
        body = await response.read()
        milliseconds = (time.perf_counter() - start) * 1000
        if not response.ok:
            raise SystemExit(f"{url}: {response.status} {body.decode()}")
        return body, milliseconds


async def request_json(
    session: aiohttp.ClientSession, url: str, **arguments: Any
) -> Any:  # aiohttp's own arguments; JSON
    """Return the JSON of the response."""
    return json.loads((await time_request(session, url, **arguments))[0])


async def wait_until_ready(session: aiohttp.ClientSession, url: str, *, pause: float = 0.1) -> dict[str, Any]:  # JSON
    """Return a dataset or tokenization once it is ready, asking after each pause; ends this program if it failed."""
    while (record := await request_json(session, url))["status"] != "ready":
        if record["status"] == "error":
            raise SystemExit(record["error_message"])
        await asyncio.sleep(pause)
    return dict(record)


@asynccontextmanager
async def connect_socket(url: str) -> AsyncIterator[socketio.AsyncClient]:
    """Connect a client to the server's socket."""
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(url, transports=["websocket"])
    try:
        yield client
    finally:
        await client.disconnect()


class JobPeak:
    """The peak memory of the child processes of a server that run jobs."""

    def __init__(self, process_id: int) -> None:
        self._tasks = Path(f"/proc/{process_id}/task")
        self.bytes = 0

    async def watch(self) -> None:
        """Look repeatedly until cancelled; what a job uses after the last look before its end is missed."""
        while True:
            for child in self._children():
                self.bytes = max(self.bytes, _peak_of_job(child))
            await asyncio.sleep(0.02)

    def _children(self) -> Iterator[int]:
        for children in self._tasks.glob("*/children"):
            try:
                yield from map(int, children.read_text(encoding="ascii").split())
            except OSError:
                continue


def _peak_of_job(process: int) -> int:
    try:
        command = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
        return peak_memory(process) if "mistudio.workers.child" in command else 0
    except OSError:
        return 0


@asynccontextmanager
async def watch_jobs(server: RunningServer) -> AsyncIterator[JobPeak]:
    """Watch the memory of a server's jobs."""
    peak = JobPeak(server.process_id)
    task = asyncio.create_task(peak.watch())
    try:
        yield peak
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

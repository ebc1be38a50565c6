"""A server in a process of its own, as a user starts it, and the clients that measure it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from common.measure import peak_bytes

# People find a server that has stood for a while: the process for the next job stands ready by then.
REST_SECONDS = 5.0


@dataclass(frozen=True)
class Served:
    """Where the server is, its process, and the seconds from its start until it said that it answers."""

    url: str
    process_id: int
    seconds: float


@contextmanager
def serving(data_dir: Path, **environment: str) -> Iterator[Served]:
    """``mistudio serve`` on a free port, with the variables given on top of ours."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mistudio.cli", "serve", "--port", "0", "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        text=True,
    )
    said = process.stdout.readline() if process.stdout else ""
    if "http" not in said:
        raise SystemExit(f"The server did not start: {said}")
    try:
        yield Served(said.strip().removeprefix("miStudio is at "), process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


async def timed(
    session: aiohttp.ClientSession, url: str, *, method: str = "GET", **arguments: Any
) -> tuple[bytes, float]:  # aiohttp's own arguments
    """The answer, and the milliseconds until all of it was there."""
    began = time.perf_counter()
    async with session.request(method, url, **arguments) as answer:
        body = await answer.read()
        milliseconds = (time.perf_counter() - began) * 1000
        if not answer.ok:
            raise SystemExit(f"{url}: {answer.status} {body.decode()}")
        return body, milliseconds


async def asked(session: aiohttp.ClientSession, url: str, **arguments: Any) -> Any:  # aiohttp's own arguments; JSON
    """The answer's JSON."""
    return json.loads((await timed(session, url, **arguments))[0])


@asynccontextmanager
async def socket_client(url: str) -> AsyncIterator[socketio.AsyncClient]:
    """A client of the server's socket."""
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(url, transports=["websocket"])
    try:
        yield client
    finally:
        await client.disconnect()


class PeakOfJobs:
    """Watches the children of a server that run jobs, and keeps the most memory that any of them held."""

    def __init__(self, process_id: int) -> None:
        self._tasks = Path(f"/proc/{process_id}/task")
        self.bytes = 0

    async def watch(self) -> None:
        """Look again and again, until cancelled; a job's peak is known to the last look before its end."""
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
        return peak_bytes(process) if "mistudio.workers.child" in command else 0
    except OSError:
        return 0

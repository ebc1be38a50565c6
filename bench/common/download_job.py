"""Runs a whole download as a user does: over HTTP against the test Hub, ready when the socket says so."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from common.server import RunningServer, connect_socket, request_json, watch_jobs
from fakes.hub import Hub


@dataclass(frozen=True)
class DownloadFigures:
    """A finished download: the dataset's record, seconds in all and after the Hub's last byte, peak bytes of its job.

    ``progress`` is the number of progress events, and whether the progress ever went back.
    """

    dataset: dict[str, Any]  # JSON
    seconds: float
    seconds_after_last_byte: float
    peak: int
    progress: str


class ProgressLog:
    """The progress of a download as its events report it, and the time when it was ready."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._progress: list[float] = []

    def receive(self, event: dict[str, Any]) -> None:  # JSON
        """Record an event; ends this program if the download failed."""
        self._progress.append(event.get("progress", 0.0))
        if event["type"] == "error":
            raise SystemExit(event["error"])
        if event["type"] == "completed":
            self.ready.set_result(time.monotonic())

    def __str__(self) -> str:
        order = "never back" if self._progress == sorted(self._progress) else "BACK"
        return f"{len(self._progress)} events, {order}"


class LastByte:
    """The time when the Hub sent its last byte."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.time = 0.0

    async def watch(self) -> None:
        """Look repeatedly until cancelled."""
        sent = -1
        while True:
            if (now := self._hub.bytes_sent(origin="files")) != sent:
                sent, self.time = now, time.monotonic()
            await asyncio.sleep(0.002)


@asynccontextmanager
async def _watch_last_byte(hub: Hub) -> AsyncIterator[LastByte]:
    last_byte = LastByte(hub)
    task = asyncio.create_task(last_byte.watch())
    try:
        yield last_byte
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def download(server: RunningServer, hub: Hub, repo_id: str) -> DownloadFigures:
    """Request a download, and wait until the socket reports that it is ready."""
    log = ProgressLog()
    address = f"{server.url}/api/datasets"
    async with (
        aiohttp.ClientSession() as session,
        connect_socket(server.url) as client,
        watch_jobs(server) as peak,
        _watch_last_byte(hub) as last_byte,
    ):
        start = time.monotonic()
        dataset = await request_json(session, f"{address}/download", method="POST", json={"repo_id": repo_id})
        channel = f"datasets/{dataset['id']}/progress"
        client.on(channel, log.receive)
        await client.call("subscribe", {"channel": channel})
        end = await log.ready
        dataset = await request_json(session, f"{address}/{dataset['id']}")
    return DownloadFigures(dataset, end - start, end - last_byte.time, peak.bytes, str(log))

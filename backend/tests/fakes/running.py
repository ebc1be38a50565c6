"""A whole server on a port of this machine, and a client that uses it over HTTP and sockets."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx2
import socketio
import uvicorn

from fakes.hub import Hub
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.main import Server, create_app
from mistudio.workers.embedded.queue import LocalQueue
from mistudio.workers.scaled_out.worker import WorkerHost


class Client:
    """A client of the server at ``url``."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def get(self, path: str, **params: object) -> Any:  # JSON of any kind
        """Return the JSON of a GET that must succeed."""
        answer = await self.http.get(path, params={name: str(value) for name, value in params.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def download(self, repo_id: str, **fields: object) -> Any:  # JSON of any kind
        """Request a download that must be accepted, and return its dataset."""
        answer = await self.http.post("/api/datasets/download", json={"repo_id": repo_id, **fields})
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def until(self, dataset_id: str, *statuses: str, timeout: float = TIMEOUT) -> Any:  # JSON of any kind
        """Return the dataset once it has one of ``statuses``."""
        async with asyncio.timeout(timeout):
            while (dataset := await self.get(f"/api/datasets/{dataset_id}"))["status"] not in statuses:
                assert dataset["status"] != "error", dataset["error_message"]
                await asyncio.sleep(0.02)
        return dataset

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[socketio.AsyncClient]:  # what the client takes
        """Connect a Socket.IO client."""
        async with aiohttp.ClientSession() as session:
            client = socketio.AsyncClient(http_session=session)
            await client.connect(self.url, transports=["websocket"], **options)
            yield client
            await client.disconnect()


class RunningServer(Client):
    """A server in this process with its ``parts``; ``worker`` runs its jobs on the scaled-out engine."""

    worker: WorkerHost | None = None

    def __init__(self, url: str, parts: Server, http: httpx2.AsyncClient) -> None:
        super().__init__(url, http)
        self.parts = parts

    def process_ids(self) -> list[int]:
        """Return the child processes that run this server's jobs."""
        queue = self.worker or self.parts.engine.queue
        assert isinstance(queue, LocalQueue | WorkerHost)
        return queue.process_ids()

    async def kill_while_bytes_come(self, hub: Hub, dataset_id: str) -> None:
        """Wait until the Hub has sent some more bytes, kill the processes of all jobs, and retry a dataset in error."""
        start, seconds = hub.bytes_sent(origin="files"), 0.0
        while hub.bytes_sent(origin="files") < start + 60_000 and seconds < 20:
            await asyncio.sleep(0.02)
            seconds += 0.02
        for process_id in self.process_ids():
            os.kill(process_id, signal.SIGKILL)
        if (await self.get(f"/api/datasets/{dataset_id}"))["status"] == "error":
            await self.http.post(f"/api/datasets/{dataset_id}/retry")


@asynccontextmanager
async def running_server(settings: Settings, *, headers: dict[str, str] | None = None) -> AsyncIterator[RunningServer]:
    """Start the application on a free port, and shut it down after the block."""
    app = create_app(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=2)
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    while not running.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    try:
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT) as http:
            yield RunningServer(url, app.state.server, http)
    finally:
        running.should_exit = True
        await task
        listener.close()

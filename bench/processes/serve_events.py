"""Run a server that publishes a child's events: data folder, number of events, seconds between them.

The server prints its address, and waits for a line on standard input before it starts the child. The child prints the
events into a pipe. The server reads them as the queue of the embedded engine does, publishes them, and ends.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvicorn

from common.measure import process_command
from mistudio.core.config import Settings
from mistudio.core.websocket import WebSocketManager
from mistudio.main import create_app


async def forward_events(socket: WebSocketManager, count: int, pause: float) -> None:
    """Start the child and publish its events."""
    process = await asyncio.create_subprocess_exec(
        *process_command("send_events", count, pause), stdout=asyncio.subprocess.PIPE
    )
    async for line in process.stdout or asyncio.StreamReader():
        channel, event = json.loads(line)
        await socket.publish(channel, event)
    await process.wait()


async def main(data_dir: str, count: int, pause: float) -> None:
    """Serve, forward the events, stop."""
    app = create_app(Settings(data_dir=Path(data_dir)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="websockets-sansio"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    sys.stdout.write(f"miStudio is at http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await forward_events(app.state.server.socket, count, pause)
    await asyncio.sleep(0.5)
    server.should_exit = True
    await task


if __name__ == "__main__":
    asyncio.run(main(*map(json.loads, sys.argv[1:])))

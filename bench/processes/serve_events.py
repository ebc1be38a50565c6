"""A server whose events come from a child through a pipe, as a job's do: data folder, events, seconds between them.

The child stamps each event with the machine's clock when it says it. The server reads lines as the queue of the
embedded engine does, and publishes them. Prints its address; waits for a line before the child begins; then ends.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvicorn

from mistudio.core.config import Settings
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.core.websocket import WebSocketManager
from mistudio.main import create_app

CHILD = "--child"


def say(count: int, pause: float) -> None:
    """The child's part; every event is as large as one of a job."""
    filler = {"scope": "dataset", "dataset_id": "ds_" + "0" * 32, "job_id": "job_" + "0" * 32, "status": "downloading"}
    for number in range(count):
        time.sleep(pause)
        event = {"type": "progress", "seq": number, "progress": 45.2, "sent": time.monotonic(), **filler}
        sys.stdout.write(json.dumps([DATASETS_CHANNEL, event]) + "\n")
        sys.stdout.flush()


async def forward(socket: WebSocketManager, *arguments: str) -> None:
    """The server's part."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, CHILD, *arguments), stdout=asyncio.subprocess.PIPE
    )
    async for line in process.stdout or asyncio.StreamReader():
        channel, event = json.loads(line)
        await socket.publish(channel, event)
    await process.wait()


async def main(data_dir: Path, *arguments: str) -> None:
    """Serve, forward, end."""
    app = create_app(Settings(data_dir=data_dir))
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="websockets-sansio")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    sys.stdout.write(f"miStudio is at http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await forward(app.state.server.socket, *arguments)
    await asyncio.sleep(0.5)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    if sys.argv[1] == CHILD:
        say(int(sys.argv[2]), float(sys.argv[3]))
    else:
        asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))

"""Publish events as a worker does: the address of Redis, the number of events, the seconds between them.

A child process prints the events into a pipe; this process publishes them to Redis.
"""

import asyncio
import json
import sys

from common.measure import process_command
from mistudio.core.websocket import RedisEventBus


async def main(redis_url: str, count: int, pause: float) -> None:
    """Forward the child's events."""
    bus = RedisEventBus(redis_url)
    process = await asyncio.create_subprocess_exec(
        *process_command("send_events", count, pause), stdout=asyncio.subprocess.PIPE
    )
    async for line in process.stdout or asyncio.StreamReader():
        channel, event = json.loads(line)
        await bus.publish(channel, event)
    await process.wait()
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main(*map(json.loads, sys.argv[1:])))

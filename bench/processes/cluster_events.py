"""Events as a worker sends them: a child says them into a pipe, this process hands them to Redis.

Arguments: the address of Redis, how many, seconds between them.
"""

import asyncio
import json
import sys

from mistudio.core.websocket import RedisEventBus
from processes import serve_events


async def main(redis_url: str, *arguments: str) -> None:
    """Forward what the child says."""
    bus = RedisEventBus(redis_url)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, serve_events.__file__, serve_events.CHILD, *arguments), stdout=asyncio.subprocess.PIPE
    )
    async for line in process.stdout or asyncio.StreamReader():
        channel, event = json.loads(line)
        await bus.publish(channel, event)
    await process.wait()
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

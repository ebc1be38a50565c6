"""What servers and workers of one Redis call out to each other: stop this job, let go of this dataset's files."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Literal

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

Broadcast = Literal["cancel", "forget"]

_CHANNEL = "mistudio:control"
_POLL_SECONDS = 5.0
_TROUBLE_SECONDS = 0.5


def connect(url: str) -> Redis:
    """A client of Redis that does not wait for ever."""
    client: Redis = Redis.from_url(url, socket_connect_timeout=3, socket_timeout=10, decode_responses=True)
    return client


async def call_out(redis: Redis, order: Broadcast, target: str) -> None:
    """Let everybody hear; where Redis is down nobody does, and the jobs table tells them instead."""
    try:
        await redis.publish(_CHANNEL, json.dumps([order, target]))
    except (RedisError, OSError) as error:
        log.warning("not called out", order=order, target=target, error=type(error).__name__)


async def listen(redis: Redis, hear: Callable[[Broadcast, str], Awaitable[None]], *, ready: asyncio.Event) -> None:
    """Hear every order until cancelled; ``ready`` is set once nothing is missed any more."""
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(_CHANNEL)
                ready.set()
                while True:
                    message = await pubsub.get_message(timeout=_POLL_SECONDS)
                    if message and message["type"] == "message":
                        await hear(*json.loads(message["data"]))
        except (RedisError, OSError) as error:
            log.warning("nothing is heard from others", error=type(error).__name__)
            await asyncio.sleep(_TROUBLE_SECONDS)

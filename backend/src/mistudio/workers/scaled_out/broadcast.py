"""Broadcasts between servers and workers over Redis: cancel this job, close the files of this dataset."""

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
_RETRY_SECONDS = 0.5


def connect_redis(url: str) -> Redis:
    """Return a client of Redis with time limits."""
    client: Redis = Redis.from_url(url, socket_connect_timeout=3, socket_timeout=10, decode_responses=True)
    return client


async def send_broadcast(redis: Redis, order: Broadcast, target: str) -> None:
    """Send an order to every server and worker. While Redis is down it is lost; the jobs table still tells them."""
    try:
        await redis.publish(_CHANNEL, json.dumps([order, target]))
    except (RedisError, OSError) as error:
        log.warning("broadcast not sent", order=order, target=target, error=type(error).__name__)


async def listen(redis: Redis, handle: Callable[[Broadcast, str], Awaitable[None]], *, ready: asyncio.Event) -> None:
    """Handle every order until cancelled; ``ready`` is set once subscribed."""
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(_CHANNEL)
                ready.set()
                while True:
                    message = await pubsub.get_message(timeout=_POLL_SECONDS)
                    if message and message["type"] == "message":
                        await handle(*json.loads(message["data"]))
        except (RedisError, OSError) as error:
            log.warning("broadcasts not received: subscribing again", error=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)

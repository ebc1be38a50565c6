"""Events on their way through Redis, which goes and comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from fakes.cluster import Valkey, fresh_database, scaled_out
from fakes.pace import PATIENCE
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.core.websocket import RedisEventBus


@pytest.fixture
def redis() -> Iterator[Valkey]:
    """A Redis that nobody else uses."""
    with Valkey() as running:
        yield running


async def connections(redis: Valkey) -> int:
    """How many connections to it are open, but for the one that asks."""
    async with Redis.from_url(redis.url) as client:
        return len(await client.client_list()) - 1


@asynccontextmanager
async def closing_bus(redis: Valkey) -> AsyncIterator[RedisEventBus]:
    """A worker's bus."""
    bus = RedisEventBus(redis.url)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def listening(server: RunningServer) -> AsyncIterator[list[int]]:
    """The numbers of the events that a client of this server hears."""
    heard: list[int] = []
    async with server.socket() as client:
        client.on(DATASETS_CHANNEL, lambda event: heard.append(event["number"]))
        await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        yield heard


async def until_heard(bus: Any, heard: list[int], number: int) -> None:  # a bus of any kind
    """Send this event until it is heard: one that meets a Redis that is not there is lost."""
    async with asyncio.timeout(PATIENCE):
        while number not in heard:
            await bus.publish(DATASETS_CHANNEL, {"number": number})
            await asyncio.sleep(0.05)


async def test_events_go_on_when_redis_is_back_and_nothing_stays_open(
    settings: Settings, postgres_url: str, redis: Valkey
) -> None:
    """Both from a worker's bus and from a server's own; what their ends leave behind is no connection."""
    async with fresh_database(postgres_url) as database_url, closing_bus(redis) as bus:
        given = scaled_out(settings, database_url=database_url, redis_url=redis.url)
        async with running_server(given) as server, listening(server) as heard:
            await until_heard(bus, heard, 1)
            await until_heard(server.parts.socket, heard, 2)
            redis.stop()
            await bus.publish(DATASETS_CHANNEL, {"number": 3})
            await server.parts.socket.publish(DATASETS_CHANNEL, {"number": 3})
            redis.start()
            await until_heard(bus, heard, 4)
            await until_heard(server.parts.socket, heard, 5)
            # A server's own clients hear it without Redis; what a worker said meanwhile is lost.
            assert 1 == heard.count(3)
    assert 0 == await connections(redis)


async def test_what_a_server_says_while_it_ends_opens_nothing(
    settings: Settings, postgres_url: str, redis: Valkey
) -> None:
    """Its watcher may give a job back as the last thing that it does."""
    async with fresh_database(postgres_url) as database_url:
        given = scaled_out(settings, database_url=database_url, redis_url=redis.url)
        async with running_server(given) as server:
            close = server.parts.engine.close

            async def close_and_tell() -> None:
                await close()
                await server.parts.socket.publish(DATASETS_CHANNEL, {"number": 1})

            server.parts.engine.close = close_and_tell  # type: ignore[method-assign]
    assert 0 == await connections(redis)

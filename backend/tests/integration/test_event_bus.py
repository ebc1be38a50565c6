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
from mistudio.services.storage_service import StorageService
from mistudio.workers.engines import ScaledOutEngine


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
async def server_on(redis: Valkey, settings: Settings, postgres_url: str) -> AsyncIterator[RunningServer]:
    """A server of the scaled-out engine, on this Redis and with a database of its own."""
    async with fresh_database(postgres_url) as database_url:
        given = scaled_out(settings, database_url=database_url, redis_url=redis.url)
        async with running_server(given) as server:
            yield server


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
    async with (
        closing_bus(redis) as bus,
        server_on(redis, settings, postgres_url) as server,
        listening(server) as heard,
    ):
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
    settings: Settings, postgres_url: str, redis: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its watcher may give a job back as the last thing that it does."""
    said: list[int] = []

    async def close_and_tell(engine: ScaledOutEngine) -> None:
        await close(engine)
        await server.parts.socket.publish(DATASETS_CHANNEL, {"number": 1})
        said.append(1)

    close = ScaledOutEngine.close
    monkeypatch.setattr(ScaledOutEngine, "close", close_and_tell)
    async with server_on(redis, settings, postgres_url) as server:
        pass
    assert [1] == said
    assert 0 == await connections(redis)


async def test_what_is_said_while_a_bus_closes_leaves_nothing_open(redis: Valkey) -> None:
    """What is on its way arrives, or is let go of; what comes later is lost."""
    bus = RedisEventBus(redis.url)
    saying = [asyncio.create_task(bus.publish(DATASETS_CHANNEL, {"number": number})) for number in range(20)]
    await asyncio.sleep(0)
    await bus.close()
    await asyncio.gather(*saying)
    await bus.publish(DATASETS_CHANNEL, {"number": 20})
    assert 0 == await connections(redis)


async def test_what_is_called_out_while_a_server_ends_leaves_nothing_open(
    settings: Settings, postgres_url: str, redis: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders are emptied after the engine was closed, and others are to let go of their files."""
    called: list[str] = []

    async def call_out_and_close(storage: StorageService) -> None:
        for name in ("ds_1", "ds_2", "ds_3"):
            server.parts.engine.forget(name)
            called.append(name)
        await close(storage)
        server.parts.engine.forget("ds_4")

    close = StorageService.close
    monkeypatch.setattr(StorageService, "close", call_out_and_close)
    async with server_on(redis, settings, postgres_url) as server:
        pass
    assert ["ds_1", "ds_2", "ds_3"] == called
    assert 0 == await connections(redis)

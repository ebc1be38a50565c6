"""Events through a Redis that stops and starts again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from fakes.cluster import Valkey, fresh_database, scale_out
from fakes.running import RunningServer, running_server
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.core.websocket import RedisEventBus
from mistudio.services.storage_service import StorageService
from mistudio.workers.engines import ScaledOutEngine


@pytest.fixture
def redis() -> Iterator[Valkey]:
    """A Redis of the test's own."""
    with Valkey() as running:
        yield running


async def count_connections(redis: Valkey) -> int:
    """Return the number of open connections, without the one of this call."""
    async with Redis.from_url(redis.url) as client:
        return len(await client.client_list()) - 1


@asynccontextmanager
async def closing_bus(redis: Valkey) -> AsyncIterator[RedisEventBus]:
    """Open the bus of a worker."""
    bus = RedisEventBus(redis.url)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def server_on(redis: Valkey, settings: Settings, postgres_url: str) -> AsyncIterator[RunningServer]:
    """Run a server of the scaled-out engine on this Redis, with a database of its own."""
    async with fresh_database(postgres_url) as database_url:
        given = scale_out(settings, database_url=database_url, redis_url=redis.url)
        async with running_server(given) as server:
            yield server


@asynccontextmanager
async def subscribe(server: RunningServer) -> AsyncIterator[list[int]]:
    """Yield the numbers of the events that a client of this server receives."""
    received: list[int] = []
    async with server.socket() as client:
        client.on(DATASETS_CHANNEL, lambda event: received.append(event["number"]))
        await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        yield received


async def publish_until_received(bus: Any, received: list[int], number: int) -> None:  # a bus of any kind
    """Publish this event until it is received, because an event is lost while Redis is down."""
    async with asyncio.timeout(TIMEOUT):
        while number not in received:
            await bus.publish(DATASETS_CHANNEL, {"number": number})
            await asyncio.sleep(0.05)


async def test_events_continue_after_redis_restarts_and_no_connection_stays_open(
    settings: Settings, postgres_url: str, redis: Valkey
) -> None:
    """This holds for the bus of a worker and for a server's own."""
    async with (
        closing_bus(redis) as bus,
        server_on(redis, settings, postgres_url) as server,
        subscribe(server) as received,
    ):
        await publish_until_received(bus, received, 1)
        await publish_until_received(server.parts.socket, received, 2)
        redis.stop()
        await bus.publish(DATASETS_CHANNEL, {"number": 3})
        await server.parts.socket.publish(DATASETS_CHANNEL, {"number": 3})
        redis.start()
        await publish_until_received(bus, received, 4)
        await publish_until_received(server.parts.socket, received, 5)
        # A server's own clients receive its events without Redis; a worker's event is lost meanwhile.
        assert 1 == received.count(3)
    assert 0 == await count_connections(redis)


async def test_an_event_during_a_servers_end_opens_no_connection(
    settings: Settings, postgres_url: str, redis: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watchdog may give a job back while the server closes."""
    published: list[int] = []

    async def close_and_publish(engine: ScaledOutEngine) -> None:
        await close(engine)
        await server.parts.socket.publish(DATASETS_CHANNEL, {"number": 1})
        published.append(1)

    close = ScaledOutEngine.close
    monkeypatch.setattr(ScaledOutEngine, "close", close_and_publish)
    async with server_on(redis, settings, postgres_url) as server:
        pass
    assert [1] == published
    assert 0 == await count_connections(redis)


async def test_events_during_a_bus_close_leave_no_connection(redis: Valkey) -> None:
    """Events being sent arrive or are dropped; later ones are lost."""
    bus = RedisEventBus(redis.url)
    publishing = [asyncio.create_task(bus.publish(DATASETS_CHANNEL, {"number": number})) for number in range(20)]
    await asyncio.sleep(0)
    await bus.close()
    await asyncio.gather(*publishing)
    await bus.publish(DATASETS_CHANNEL, {"number": 20})
    assert 0 == await count_connections(redis)


async def test_broadcasts_during_a_servers_end_leave_no_connection(
    settings: Settings, postgres_url: str, redis: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders are deleted after the engine has closed, and other servers must close their files."""
    sent: list[str] = []

    async def broadcast_and_close(storage: StorageService) -> None:
        for name in ("ds_1", "ds_2", "ds_3"):
            server.parts.engine.forget(name)
            sent.append(name)
        await close(storage)
        server.parts.engine.forget("ds_4")

    close = StorageService.close
    monkeypatch.setattr(StorageService, "close", broadcast_and_close)
    async with server_on(redis, settings, postgres_url) as server:
        pass
    assert ["ds_1", "ds_2", "ds_3"] == sent
    assert 0 == await count_connections(redis)

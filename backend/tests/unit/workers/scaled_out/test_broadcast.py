"""``mistudio.workers.scaled_out.broadcast``: orders to every server and worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from structlog.testing import capture_logs

from fakes.cluster import Valkey
from fakes.timing import TIMEOUT, wait_until
from mistudio.utils.tasks import end_task
from mistudio.workers.scaled_out.broadcast import Broadcast, connect_redis, listen, send_broadcast


@asynccontextmanager
async def listener(redis: Redis) -> AsyncIterator[list[tuple[str, str]]]:
    """Yield the orders that a listener receives."""
    received: list[tuple[str, str]] = []

    async def handle(order: Broadcast, target: str) -> None:
        received.append((order, target))

    ready = asyncio.Event()
    task = asyncio.create_task(listen(redis, handle, ready=ready))
    async with asyncio.timeout(TIMEOUT):
        await ready.wait()
    yield received
    await end_task(task)


async def test_every_listener_receives_every_order(redis: Redis) -> None:
    """Orders arrive in the order of their sending."""
    async with listener(redis) as one, listener(redis) as other:
        await send_broadcast(redis, "cancel", "job_1")
        await send_broadcast(redis, "forget", "ds_1")
        await wait_until(lambda: len(one) == len(other) == 2)
    assert [("cancel", "job_1"), ("forget", "ds_1")] == one == other


async def test_orders_are_lost_while_redis_is_down_and_arrive_afterwards() -> None:
    """Sending raises nothing, and the listener subscribes again."""
    with Valkey() as server:
        redis = connect_redis(server.url)
        async with listener(redis) as received:
            server.stop()
            with capture_logs() as logged:
                await send_broadcast(redis, "cancel", "job_1")
            assert "broadcast not sent" in [line["event"] for line in logged]
            server.start()
            async with asyncio.timeout(TIMEOUT):
                while ("cancel", "job_2") not in received:
                    await send_broadcast(redis, "cancel", "job_2")
                    await asyncio.sleep(0.05)
        assert ("cancel", "job_1") not in received
        await redis.aclose()

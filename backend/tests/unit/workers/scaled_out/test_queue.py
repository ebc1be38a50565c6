"""``mistudio.workers.scaled_out.queue``: job ids on their way to Celery workers."""

import asyncio
import base64
import json
from typing import Any

import pytest
from redis.asyncio import Redis

from fakes.cluster import Valkey
from fakes.records import add_dataset, add_job
from fakes.timing import TIMEOUT
from mistudio.core.celery_app import create_celery
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.schemas.job import JobKind
from mistudio.services.job_service import JobService
from mistudio.workers.scaled_out.broadcast import connect_redis
from mistudio.workers.scaled_out.queue import BROKER_ERRORS, CeleryQueue


async def read_messages(settings: Settings, queue: str) -> list[tuple[str, list[Any]]]:  # JSON of any kind
    """Return the tasks in a queue of the broker with their arguments, oldest first."""
    async with Redis.from_url(settings.celery_broker_url, decode_responses=True) as broker:
        messages = [json.loads(message) for message in await broker.lrange(queue, 0, -1)]
    bodies = [json.loads(base64.b64decode(message["body"])) for message in messages]
    return [(message["headers"]["task"], body[0]) for message, body in zip(messages, bodies, strict=True)][::-1]


@pytest.mark.parametrize(
    ("kind", "task", "name"),
    [
        ("download", "mistudio.download_dataset", "downloads"),
        ("import", "mistudio.import_dataset", "downloads"),
        ("index", "mistudio.index_dataset", "indexes"),
    ],
)
async def test_a_job_goes_to_the_queue_of_its_kind(
    async_db: Database, queue: CeleryQueue, scaled_out: Settings, *, kind: JobKind, task: str, name: str
) -> None:
    """Only its id crosses the broker, and Redis records when it did."""
    job = await add_job(async_db, await add_dataset(async_db), kind=kind)
    await queue.enqueue(job.id)
    assert [(task, [job.id])] == await read_messages(scaled_out, name)
    assert 1 == await queue.count_waiting(name)
    first = await queue.last_messages([job.id, "job_unknown"])
    await queue.enqueue(job.id)
    second = await queue.last_messages([job.id])
    assert [job.id] == list(first) == list(second)
    assert first != second


async def test_an_unknown_job_is_not_sent(queue: CeleryQueue) -> None:
    """A deleted dataset takes its jobs along."""
    await queue.enqueue("job_unknown")
    assert ({}, 0) == (await queue.last_messages(["job_unknown"]), await queue.count_waiting("downloads"))
    assert {} == await queue.last_messages([])


async def test_every_shard_but_the_first_is_offered_to_workers(queue: CeleryQueue, scaled_out: Settings) -> None:
    """The job makes the first one itself."""
    await queue.share("job_1", 4)
    shards = [("mistudio.tokenize_shard", ["job_1", number]) for number in (1, 2, 3)]
    assert shards == await read_messages(scaled_out, "tokenization")


async def test_a_cancel_returns_when_the_job_has_stopped(
    async_db: Database, jobs: JobService, queue: CeleryQueue
) -> None:
    """It waits for the worker, and not at all for a job that does not run."""
    job = await add_job(async_db, await add_dataset(async_db))
    await jobs.claim(job.id, "worker")
    cancelling = asyncio.create_task(queue.cancel(job.id))
    await asyncio.sleep(0.2)
    assert not cancelling.done()
    await jobs.release(job.id, "worker", backoff_seconds=0.0)
    async with asyncio.timeout(TIMEOUT):
        await cancelling
        await queue.cancel(job.id)
        await queue.cancel("job_unknown")


async def test_a_broker_that_is_down_loses_no_job(async_db: Database, jobs: JobService, scaled_out: Settings) -> None:
    """Enqueuing and sharing raise nothing, because the watchdog sends again; the check says that it is down."""
    job = await add_job(async_db, await add_dataset(async_db))
    with Valkey() as server:
        settings = scaled_out.model_copy(update={"redis_url": server.url, "celery_broker_url": server.url})
        redis = connect_redis(server.url)
        queue = CeleryQueue(settings, jobs, app=create_celery(settings), redis=redis)
        await queue.check_broker()
        server.stop()
        await queue.enqueue(job.id)
        await queue.share(job.id, 3)
        with pytest.raises(BROKER_ERRORS):
            await queue.check_broker()
        await queue.close()
        await redis.aclose()

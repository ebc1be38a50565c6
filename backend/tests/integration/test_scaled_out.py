"""The scaled-out engine on real PostgreSQL and Valkey, with workers that are killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from structlog.testing import capture_logs

from fakes.cluster import Valkey, fresh_database, scale_out, stop_database, worker_process
from fakes.hub import Hub
from fakes.process import find_events
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from fakes.timing import TIMEOUT, wait_until
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify
from mistudio.models import Job
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key


@pytest.fixture
async def cluster(settings: Settings, postgres_url: str, redis_url: str) -> AsyncIterator[Settings]:
    """Settings of the scaled-out engine with an empty database and an empty Redis."""
    async with fresh_database(postgres_url) as database_url, Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        yield scale_out(settings, database_url=database_url, redis_url=redis_url)


async def wait_for_bytes(server: Any, dataset_id: str) -> None:  # any client
    """Wait until the download reports its first bytes."""
    async with asyncio.timeout(TIMEOUT):
        while not ((job := (await server.get(f"/api/datasets/{dataset_id}"))["job"]) and job["done"]):
            await asyncio.sleep(0.02)


def find_children(process_id: int) -> list[int]:
    """Return the processes that this one started."""
    found = [path.read_text(encoding="ascii") for path in Path(f"/proc/{process_id}/task").glob("*/children")]
    return [int(child) for children in found for child in children.split()]


async def find_owner(server: RunningServer, dataset_id: str) -> str | None:
    """Return the owner of the dataset's job."""
    async with server.parts.database.read() as session:
        return await session.scalar(select(Job.owner).where(Job.dataset_id == dataset_id))


async def test_a_worker_downloads_and_every_server_publishes(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """One server takes the request, the other publishes its events and its deletion."""
    add_stories(hub)
    received: list[Any] = []  # events as JSON
    async with (
        worker_process(cluster, tmp_path / "worker.log"),
        running_server(cluster) as one,
        running_server(cluster) as other,
        other.socket() as client,
    ):
        client.on("datasets", received.append)
        await client.call("subscribe", {"channel": "datasets"})
        dataset = await one.download("lab/stories")
        assert (await other.until(dataset["id"], "ready"))["num_samples"] > 0
        ready = await other.get("/api/health/ready")
        assert {"database", "broker", "redis", "workers", "engine", "disk"} == set(ready["checks"])
        assert "ok" == ready["status"]
        assert 204 == (await one.http.delete(f"/api/datasets/{dataset['id']}")).status_code
        async with asyncio.timeout(TIMEOUT):
            while "deleted" not in [event["type"] for event in received]:
                await asyncio.sleep(0.02)
    assert "created" == received[0]["type"]


async def test_a_killed_workers_job_is_taken_over(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """After a SIGKILL another worker continues from the bytes on disk, and the dataset has every row.

    The logs of both workers and the server name the dataset, the job and the attempt.
    """
    hub.rate = 1e6
    add_large(hub)
    log = tmp_path / "worker.log"
    with capture_logs() as logged:
        async with running_server(cluster) as server:
            async with worker_process(cluster, log) as doomed:
                dataset = await server.download("lab/large")
                await wait_for_bytes(server, dataset["id"])
                doomed.kill()
                await doomed.wait()
            hub.rate = None
            async with worker_process(cluster, log):
                assert "ready" == (await server.until(dataset["id"], "ready"))["status"]
            job = (await server.get("/api/jobs"))[0]
    names = {"job_id": job["id"], "dataset_id": dataset["id"], "attempt": 1}
    taken = [line for line in logged if line["event"] == "job taken from a silent worker"]
    for line in (*find_events(log, "job started"), *find_events(log, "job ended"), *taken):
        assert names == {name: line[name] for name in names}
    assert (2, 1, 1) == (len(find_events(log, "job started")), len(find_events(log, "job ended")), len(taken))
    assert 1 == job["attempt"]


async def find_parts_down(server: RunningServer) -> set[str]:
    """Return the parts that /api/health/ready reports as down."""
    answer = await server.http.get("/api/health/ready")
    down = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    assert (503 if down else 200) == answer.status_code
    return down


async def test_readiness_names_the_part_that_is_down(cluster: Settings, tmp_path: Path) -> None:
    """The broker is checked apart from the Redis of events, and a missing worker is reported too."""
    with Valkey() as broker:
        given = cluster.model_copy(update={"celery_broker_url": broker.url})
        async with running_server(given) as server:
            assert {"workers"} == await find_parts_down(server)
            async with worker_process(given, tmp_path / "worker.log"):
                assert set() == await find_parts_down(server)
                broker.stop()
                assert {"broker"} == await find_parts_down(server)
                broker.start()
                assert set() == await find_parts_down(server)


async def test_each_part_may_restart_during_a_job(
    settings: Settings, postgres_url: str, hub: Hub, tmp_path: Path
) -> None:
    """Redis restarts empty, then the database and the server restart: the job succeeds in one try.

    Meanwhile readiness names the parts that are down. Then the worker is told to stop: its next job waits, and no try
    is counted.
    """
    hub.rate = 2e5
    add_large(hub)
    async with fresh_database(postgres_url) as database_url, AsyncExitStack() as stack:
        redis = stack.enter_context(Valkey())
        given = scale_out(settings, database_url=database_url, redis_url=redis.url)
        # The lease outlives the restarts, however busy the machine is.
        cluster = given.model_copy(update={"lease_seconds": 60.0})
        async with running_server(cluster) as server:
            worker = await stack.enter_async_context(worker_process(cluster, tmp_path / "worker.log"))
            dataset = await server.download("lab/large")
            await wait_for_bytes(server, dataset["id"])
            assert set() == await find_parts_down(server)
            redis.stop()
            assert {"broker", "redis", "workers"} == await find_parts_down(server)
            redis.start()
            async with stop_database(postgres_url):
                assert "database" in await find_parts_down(server)
                answer = await server.http.get("/api/datasets")
                assert (503, "unavailable") == (answer.status_code, answer.json()["code"])
        async with running_server(cluster) as server:
            hub.rate = None
            await server.until(dataset["id"], "ready")
            assert [("succeeded", 1)] == [(job["state"], job["attempt"]) for job in await server.get("/api/jobs")]
            assert [] == verify(cluster.datasets_dir / dataset["id"])
            metrics = (await server.http.get("/metrics")).text
            assert 'mistudio_jobs{kind="download",state="succeeded"} 1.0' in metrics
            hub.rate = 2e5
            add_large(hub, "lab/second")
            second = await server.download("lab/second")
            await wait_for_bytes(server, second["id"])
            worker.terminate()
            assert 0 == await worker.wait()
            job = (await server.get("/api/jobs", dataset_id=second["id"]))[0]
            assert ("queued", 0) == (job["state"], job["attempt"])


async def test_a_worker_that_was_stopped_writes_nothing_afterwards(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """Stopped for longer than its lease, it loses its job to another worker, which alone makes the dataset."""
    hub.rate = 2e5
    add_large(hub)
    log = tmp_path / "worker.log"
    async with running_server(cluster) as server, AsyncExitStack() as stack:
        stopped_worker = await stack.enter_async_context(worker_process(cluster, log))
        dataset = await server.download("lab/large")
        await wait_for_bytes(server, dataset["id"])
        before = await find_owner(server, dataset["id"])
        stopped = [stopped_worker.pid, *find_children(stopped_worker.pid)]
        for process_id in stopped:
            os.kill(process_id, signal.SIGSTOP)
        try:
            await stack.enter_async_context(worker_process(cluster, tmp_path / "other.log"))
            async with asyncio.timeout(TIMEOUT):
                while await find_owner(server, dataset["id"]) in {before, None}:
                    await asyncio.sleep(0.02)
        finally:
            for process_id in stopped:
                os.kill(process_id, signal.SIGCONT)
        hub.rate = None
        await server.until(dataset["id"], "ready")
        await wait_until(lambda: "job lost to another runner" in log.read_text(encoding="utf-8"))
        assert ["succeeded"] == [job["state"] for job in await server.get("/api/jobs")]
        assert [] == verify(cluster.datasets_dir / dataset["id"])


async def test_a_worker_stops_on_request_without_a_database(
    cluster: Settings, postgres_url: str, hub: Hub, tmp_path: Path
) -> None:
    """It cannot give its job back; another worker gets the job when the lease expires."""
    hub.rate = 2e5
    add_large(hub)
    log = tmp_path / "worker.log"
    async with running_server(cluster) as server:
        async with worker_process(cluster, log) as ended:
            dataset = await server.download("lab/large")
            await wait_for_bytes(server, dataset["id"])
            async with stop_database(postgres_url), asyncio.timeout(TIMEOUT):
                ended.terminate()
                assert 0 == await ended.wait()
        hub.rate = None
        async with worker_process(cluster, log):
            assert "ready" == (await server.until(dataset["id"], "ready"))["status"]
    assert "job not given back: its lease will end" in log.read_text(encoding="utf-8")


async def test_a_message_that_the_broker_lost_is_sent_again(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """Redis is emptied while a job waits: the watchdog enqueues the job again."""
    add_stories(hub)
    async with running_server(cluster) as server:
        dataset = await server.download("lab/stories")
        async with Redis.from_url(cluster.redis_url) as redis:
            await redis.flushdb()
        async with worker_process(cluster, tmp_path / "worker.log"):
            assert "ready" == (await server.until(dataset["id"], "ready"))["status"]


async def test_a_cancel_reaches_a_worker(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """The response comes when the job has stopped. The worker got the cancel as a broadcast, not by a heartbeat."""
    hub.rate = 2e5
    add_large(hub)
    async with worker_process(cluster, tmp_path / "worker.log"), running_server(cluster) as server:
        dataset = await server.download("lab/large")
        await wait_for_bytes(server, dataset["id"])
        answer = await server.http.post(f"/api/datasets/{dataset['id']}/cancel")
    assert ("error", "cancelled") == (answer.json()["status"], answer.json()["error_code"])


async def test_tokens_are_encrypted_in_redis(cluster: Settings) -> None:
    """Redis never has the token itself, another key cannot decrypt it, and a drop deletes it."""
    async with Redis.from_url(cluster.redis_url, decode_responses=True) as redis:
        vault = RedisTokenVault(redis, sealing_key(cluster))
        await vault.put("job_1", "hf_secret")
        assert "hf_secret" not in str(await redis.get("mistudio:token:job_1"))
        assert 0 < await redis.ttl("mistudio:token:job_1") <= 24 * 3600
        assert "hf_secret" == await RedisTokenVault(redis, sealing_key(cluster)).get("job_1")
        foreign = Settings.model_validate({**cluster.model_dump(), "secret_key": "another secret"})
        assert await RedisTokenVault(redis, sealing_key(foreign)).get("job_1") is None
        await vault.drop("job_1")
        assert await vault.get("job_1") is None


def test_sqlite_is_refused() -> None:
    """Several machines cannot share a SQLite file; the message says what to set."""
    with pytest.raises(ValueError, match="set DATABASE_URL to postgresql"):
        Settings(celery_broker_url="redis://broker", redis_url="redis://broker", database_url="")

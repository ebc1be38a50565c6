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

from fakes.cluster import Valkey, database_gone, fresh_database, scaled_out, worker_process
from fakes.hub import Hub
from fakes.pace import PATIENCE, until_true
from fakes.process import events_in
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify
from mistudio.models import Job
from mistudio.workers.scaled_out.token_vault import RedisTokenVault, sealing_key


@pytest.fixture
async def cluster(settings: Settings, postgres_url: str, redis_url: str) -> AsyncIterator[Settings]:
    """Settings of the scaled-out engine with an empty database and an empty Redis."""
    async with fresh_database(postgres_url) as database_url, Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        yield scaled_out(settings, database_url=database_url, redis_url=redis_url)


async def until_bytes(server: Any, dataset_id: str) -> None:  # any client
    """Return once the download's first bytes were told."""
    async with asyncio.timeout(PATIENCE):
        while not ((job := (await server.get(f"/api/datasets/{dataset_id}"))["job"]) and job["done"]):
            await asyncio.sleep(0.02)


def children_of(process_id: int) -> list[int]:
    """The processes that this one started."""
    found = [path.read_text(encoding="ascii") for path in Path(f"/proc/{process_id}/task").glob("*/children")]
    return [int(child) for children in found for child in children.split()]


async def owner(server: RunningServer, dataset_id: str) -> str | None:
    """Who has the dataset's job."""
    async with server.parts.database.read() as session:
        return await session.scalar(select(Job.owner).where(Job.dataset_id == dataset_id))


async def test_a_worker_downloads_and_clients_of_every_server_hear(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """Asked of one server, told by the other; a delete is heard everywhere."""
    add_stories(hub)
    told: list[Any] = []  # events as JSON
    async with (
        worker_process(cluster, tmp_path / "worker.log"),
        running_server(cluster) as one,
        running_server(cluster) as other,
        other.socket() as client,
    ):
        client.on("datasets", told.append)
        await client.call("subscribe", {"channel": "datasets"})
        dataset = await one.download("lab/stories")
        assert (await other.until(dataset["id"], "ready"))["num_samples"] > 0
        ready = await other.get("/api/health/ready")
        assert {"database", "broker", "redis", "workers", "engine", "disk"} == set(ready["checks"])
        assert "ok" == ready["status"]
        assert 204 == (await one.http.delete(f"/api/datasets/{dataset['id']}")).status_code
        async with asyncio.timeout(PATIENCE):
            while "deleted" not in [event["type"] for event in told]:
                await asyncio.sleep(0.02)
    assert "created" == told[0]["type"]


async def test_a_killed_workers_job_is_taken_over(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """SIGKILL in the middle: another worker goes on from the bytes that are there, and every row is there.

    The logs of everybody who had to do with it name the dataset, the job and the attempt.
    """
    hub.rate = 1e6
    add_large(hub)
    log = tmp_path / "worker.log"
    with capture_logs() as told:
        async with running_server(cluster) as server:
            async with worker_process(cluster, log) as doomed:
                dataset = await server.download("lab/large")
                await until_bytes(server, dataset["id"])
                doomed.kill()
                await doomed.wait()
            hub.rate = None
            async with worker_process(cluster, log):
                assert "ready" == (await server.until(dataset["id"], "ready"))["status"]
            job = (await server.get("/api/jobs"))[0]
    names = {"job_id": job["id"], "dataset_id": dataset["id"], "attempt": 1}
    taken = [line for line in told if line["event"] == "job taken from a silent worker"]
    for line in (*events_in(log, "job started"), *events_in(log, "job ended"), *taken):
        assert names == {name: line[name] for name in names}
    assert (2, 1, 1) == (len(events_in(log, "job started")), len(events_in(log, "job ended")), len(taken))
    assert 1 == job["attempt"]


async def parts_down(server: RunningServer) -> set[str]:
    """What /api/health/ready names."""
    answer = await server.http.get("/api/health/ready")
    down = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    assert (503 if down else 200) == answer.status_code
    return down


async def test_readiness_names_the_part_that_is_down(cluster: Settings, tmp_path: Path) -> None:
    """A broker that is not the Redis of events is a part of its own; without a worker, that is said."""
    with Valkey() as broker:
        given = cluster.model_copy(update={"celery_broker_url": broker.url})
        async with running_server(given) as server:
            assert {"workers"} == await parts_down(server)
            async with worker_process(given, tmp_path / "worker.log"):
                assert set() == await parts_down(server)
                broker.stop()
                assert {"broker"} == await parts_down(server)
                broker.start()
                assert set() == await parts_down(server)


async def test_each_part_may_be_restarted_under_a_job(
    settings: Settings, postgres_url: str, hub: Hub, tmp_path: Path
) -> None:
    """Redis comes back empty, the database comes back, the server is another one: the job ends well, in one try.

    Meanwhile readiness names what is down. Then the worker is told to end: its next job waits, at no cost of a try.
    """
    hub.rate = 2e5
    add_large(hub)
    async with fresh_database(postgres_url) as database_url, AsyncExitStack() as stack:
        redis = stack.enter_context(Valkey())
        given = scaled_out(settings, database_url=database_url, redis_url=redis.url)
        # The lease outlives the restarts, however busy the machine is.
        cluster = given.model_copy(update={"lease_seconds": 60.0})
        async with running_server(cluster) as server:
            worker = await stack.enter_async_context(worker_process(cluster, tmp_path / "worker.log"))
            dataset = await server.download("lab/large")
            await until_bytes(server, dataset["id"])
            assert set() == await parts_down(server)
            redis.stop()
            assert {"broker", "redis", "workers"} == await parts_down(server)
            redis.start()
            async with database_gone(postgres_url):
                assert "database" in await parts_down(server)
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
            await until_bytes(server, second["id"])
            worker.terminate()
            assert 0 == await worker.wait()
            job = (await server.get("/api/jobs", dataset_id=second["id"]))[0]
            assert ("queued", 0) == (job["state"], job["attempt"])


async def test_a_worker_that_was_away_writes_nothing_any_more(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """Stopped for longer than its lease, it finds its job with another one: the dataset is made once, by that one."""
    hub.rate = 2e5
    add_large(hub)
    log = tmp_path / "worker.log"
    async with running_server(cluster) as server, AsyncExitStack() as stack:
        away = await stack.enter_async_context(worker_process(cluster, log))
        dataset = await server.download("lab/large")
        await until_bytes(server, dataset["id"])
        before = await owner(server, dataset["id"])
        stopped = [away.pid, *children_of(away.pid)]
        for process_id in stopped:
            os.kill(process_id, signal.SIGSTOP)
        try:
            await stack.enter_async_context(worker_process(cluster, tmp_path / "other.log"))
            async with asyncio.timeout(PATIENCE):
                while await owner(server, dataset["id"]) in {before, None}:
                    await asyncio.sleep(0.02)
        finally:
            for process_id in stopped:
                os.kill(process_id, signal.SIGCONT)
        hub.rate = None
        await server.until(dataset["id"], "ready")
        await until_true(lambda: "job lost to another runner" in log.read_text(encoding="utf-8"))
        assert ["succeeded"] == [job["state"] for job in await server.get("/api/jobs")]
        assert [] == verify(cluster.datasets_dir / dataset["id"])


async def test_a_worker_ends_when_told_to_though_the_database_is_gone(
    cluster: Settings, postgres_url: str, hub: Hub, tmp_path: Path
) -> None:
    """It cannot give its job back then: another one takes it over when the lease has ended."""
    hub.rate = 2e5
    add_large(hub)
    log = tmp_path / "worker.log"
    async with running_server(cluster) as server:
        async with worker_process(cluster, log) as ended:
            dataset = await server.download("lab/large")
            await until_bytes(server, dataset["id"])
            async with database_gone(postgres_url), asyncio.timeout(PATIENCE):
                ended.terminate()
                assert 0 == await ended.wait()
        hub.rate = None
        async with worker_process(cluster, log):
            assert "ready" == (await server.until(dataset["id"], "ready"))["status"]
    assert "job not given back: its lease will end" in log.read_text(encoding="utf-8")


async def test_what_the_broker_lost_is_enqueued_again(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """Redis is emptied while a job waits: a watcher sees it, and the job is done."""
    add_stories(hub)
    async with running_server(cluster) as server:
        dataset = await server.download("lab/stories")
        async with Redis.from_url(cluster.redis_url) as redis:
            await redis.flushdb()
        async with worker_process(cluster, tmp_path / "worker.log"):
            assert "ready" == (await server.until(dataset["id"], "ready"))["status"]


async def test_a_cancel_reaches_a_worker(cluster: Settings, hub: Hub, tmp_path: Path) -> None:
    """The answer to the cancel comes when the job has stopped; it was called out, not found by a heartbeat."""
    hub.rate = 2e5
    add_large(hub)
    async with worker_process(cluster, tmp_path / "worker.log"), running_server(cluster) as server:
        dataset = await server.download("lab/large")
        await until_bytes(server, dataset["id"])
        answer = await server.http.post(f"/api/datasets/{dataset['id']}/cancel")
    assert ("error", "cancelled") == (answer.json()["status"], answer.json()["error_code"])


async def test_tokens_travel_sealed(cluster: Settings) -> None:
    """Redis never has the token itself, another key opens nothing, and after a drop it is gone."""
    async with Redis.from_url(cluster.redis_url, decode_responses=True) as redis:
        vault = RedisTokenVault(redis, sealing_key(cluster))
        await vault.put("job_1", "hf_secret")
        assert "hf_secret" not in str(await redis.get("mistudio:token:job_1"))
        assert 0 < await redis.ttl("mistudio:token:job_1") <= 24 * 3600
        assert "hf_secret" == await RedisTokenVault(redis, sealing_key(cluster)).get("job_1")
        foreign = Settings.model_validate({**cluster.model_dump(), "secret_key": "of somebody else"})
        assert await RedisTokenVault(redis, sealing_key(foreign)).get("job_1") is None
        await vault.drop("job_1")
        assert await vault.get("job_1") is None


def test_sqlite_is_refused() -> None:
    """Several machines cannot share a SQLite file; the sentence says what to set."""
    with pytest.raises(ValueError, match="set DATABASE_URL to postgresql"):
        Settings(celery_broker_url="redis://broker", redis_url="redis://broker", database_url="")

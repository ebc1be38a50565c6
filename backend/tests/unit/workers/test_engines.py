"""``mistudio.workers.engines``: one embedded server per folder, and the state of each part."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fakes.bus import RecordingBus
from fakes.cluster import Valkey
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.core.ownership import AlreadyServed, find_server_url
from mistudio.services.job_service import JobService
from mistudio.workers.engines import EmbeddedEngine, ScaledOutEngine


@pytest.fixture
async def embedded(settings: Settings, jobs: JobService, bus: RecordingBus) -> AsyncIterator[EmbeddedEngine]:
    """An embedded engine that has its folder."""
    engine = EmbeddedEngine(settings, jobs, bus=bus)
    engine.acquire()
    yield engine
    await engine.release()


async def test_one_embedded_engine_per_folder(
    embedded: EmbeddedEngine, settings: Settings, jobs: JobService, bus: RecordingBus
) -> None:
    """A second one is refused until the first has released the folder; commands find the first."""
    second = EmbeddedEngine(settings, jobs, bus=bus)
    with pytest.raises(AlreadyServed):
        second.acquire()
    embedded.announce("http://127.0.0.1:1")
    assert "http://127.0.0.1:1" == find_server_url(settings.data_dir)
    await embedded.release()
    second.acquire()
    await second.release()


async def test_the_embedded_engine_reports_its_dispatcher(embedded: EmbeddedEngine) -> None:
    """It has no other part, and deletions concern no other server."""
    embedded.forget("ds_1")
    assert {"engine": False} == {name: check.ok for name, check in (await embedded.checks()).items()}
    await embedded.start()
    assert {"engine": True} == {name: check.ok for name, check in (await embedded.checks()).items()}
    await embedded.close()
    assert {"engine": False} == {name: check.ok for name, check in (await embedded.checks()).items()}


def scale_out_on(server: Valkey, settings: Settings) -> Settings:
    """Settings of the scaled-out engine on this Redis."""
    given = {"redis_url": server.url, "celery_broker_url": server.url, "database_url": "postgresql+psycopg://none/none"}
    return Settings.model_validate({**settings.model_dump(), **given})


async def find_parts_down(engine: ScaledOutEngine) -> set[str]:
    """Return the parts that are down."""
    return {name for name, check in (await engine.checks()).items() if not check.ok}


async def test_the_scaled_out_engine_reports_each_part(settings: Settings, jobs: JobService) -> None:
    """Before its start, without a worker, and without Redis."""
    with Valkey() as server:
        engine = ScaledOutEngine(scale_out_on(server, settings), jobs)
        engine.acquire()
        engine.announce("http://127.0.0.1:1")
        assert {"engine", "workers"} == await find_parts_down(engine)
        assert "mistudio worker" in (await engine.checks())["workers"].detail
        await engine.start()
        assert {"workers"} == await find_parts_down(engine)
        server.stop()
        assert {"broker", "redis", "workers"} == await find_parts_down(engine)
        await engine.close()
        await engine.release()


async def test_a_deletion_reaches_every_other_server(settings: Settings, jobs: JobService) -> None:
    """They close the files of the deleted dataset."""
    forgotten: list[str] = []
    with Valkey() as server:
        given = scale_out_on(server, settings)
        one, other = ScaledOutEngine(given, jobs), ScaledOutEngine(given, jobs, on_forget=forgotten.append)
        await other.start()
        async with asyncio.timeout(TIMEOUT):
            while not forgotten:
                one.forget("ds_1")
                await asyncio.sleep(0.05)
        assert {"ds_1"} == set(forgotten)
        await other.close()
        for engine in (one, other):
            await engine.release()

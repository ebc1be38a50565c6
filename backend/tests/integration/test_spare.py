"""A process that stands ready for the next job: taken, replaced, and gone whenever its server is."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.pace import until_true
from fakes.process import processes_of, server_process
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.workers.local_queue import LocalQueue


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As they are unless somebody switches it off."""
    return settings.model_copy(update={"spare_process": True})


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """A server of the embedded engine."""
    async with running_server(settings) as running:
        yield running


def spare_of(server: RunningServer) -> int | None:
    """The process that stands ready."""
    queue = server.parts.engine.queue
    assert isinstance(queue, LocalQueue)
    return queue.spare_process_id


async def test_a_job_takes_it_and_another_one_follows(server: RunningServer, hub: Hub) -> None:
    """The job runs in the very process that stood ready; when it has ended, another one stands there."""
    hub.rate = 1e6
    add_large(hub)
    await until_true(lambda: spare_of(server))
    first = spare_of(server)
    dataset = await server.download("lab/large")
    await until_true(server.process_ids)
    assert [first] == server.process_ids()
    hub.rate = None
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]
    await until_true(lambda: spare_of(server) not in (None, first))


async def test_one_that_died_is_missed_by_nobody(server: RunningServer, hub: Hub) -> None:
    """The job gets a process of its own, and no attempt is lost."""
    add_stories(hub)
    await until_true(lambda: spare_of(server))
    os.kill(spare_of(server) or 0, signal.SIGKILL)
    dataset = await server.download("lab/stories")
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]
    job = (await server.get("/api/jobs"))[0]
    assert ("succeeded", 1) == (job["state"], job["attempt"])


async def test_it_ends_with_its_server(settings: Settings, tmp_path: Path) -> None:
    """Whether the server ends in order or by SIGKILL; Ctrl-C and a service manager's signal are not for it."""
    async with running_server(settings) as server:
        await until_true(lambda: spare_of(server))
        process_id = spare_of(server) or 0
        await until_true(lambda: ignored_by(process_id) >= {signal.SIGINT, signal.SIGTERM})
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process_id, number)
        assert process_id == spare_of(server)
    assert not Path(f"/proc/{process_id}").exists()
    async with server_process(settings, tmp_path / "server.log") as process:
        await until_true(lambda: len(processes_of(settings.data_dir)) == 2)
        await process.kill()
    await until_true(lambda: processes_of(settings.data_dir) == [])


def ignored_by(process_id: int) -> set[int]:
    """The signals that this process ignores."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    mask = next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn"))
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}

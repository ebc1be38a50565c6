"""The standby process: taken by a job, preloaded, replaced, and gone with its server."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.process import find_processes, server_process
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from fakes.timing import wait_until
from mistudio.core.config import Settings
from mistudio.workers.embedded.queue import LocalQueue

# These tests are about how child processes start.
pytestmark = pytest.mark.usefixtures("real_starts")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The default: a standby process is kept."""
    return settings.model_copy(update={"spare_process": True})


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """A server of the embedded engine."""
    async with running_server(settings) as running:
        yield running


def save_tokenizer(settings: Settings) -> str:
    """Save a tokenizer on which the fast engine is right, and return its name."""
    folder = settings.data_dir / "tokenizers" / "small"
    folder.mkdir(parents=True)
    for name, content in small.make_files(small.train_byte_level()).items():
        (folder / name).write_bytes(content)
    return "./tokenizers/small"


def standby_of(server: RunningServer) -> int | None:
    """The server's standby process."""
    queue = server.parts.engine.queue
    assert isinstance(queue, LocalQueue)
    return queue.standby_process_id


async def test_a_job_takes_the_standby_process_and_another_replaces_it(server: RunningServer, hub: Hub) -> None:
    """The job runs in the very process that was on standby; when the job has ended, another one is on standby."""
    hub.rate = 1e6
    add_large(hub)
    await wait_until(lambda: standby_of(server))
    first = standby_of(server)
    dataset = await server.download("lab/large")
    await wait_until(server.process_ids)
    assert [first] == server.process_ids()
    hub.rate = None
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]
    await wait_until(lambda: standby_of(server) not in (None, first))


async def test_a_job_runs_though_the_standby_process_died(server: RunningServer, hub: Hub) -> None:
    """The job gets a new process, and no attempt is lost."""
    add_stories(hub)
    await wait_until(lambda: standby_of(server))
    os.kill(standby_of(server) or 0, signal.SIGKILL)
    dataset = await server.download("lab/stories")
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]
    job = (await server.get("/api/jobs"))[0]
    assert ("succeeded", 1) == (job["state"], job["attempt"])


async def test_a_request_preloads_its_tokenizer(settings: Settings, hub: Hub) -> None:
    """Even a refused request does: the next one's job takes the process, and makes what it makes without."""
    name = save_tokenizer(settings)
    add_stories(hub)
    async with running_server(settings.model_copy(update={"spare_process": False})) as server:
        dataset = await server.download("lab/stories")
        await server.until(dataset["id"], "ready")
        await wait_until(lambda: server.process_ids() == [])
        address = f"/api/datasets/{dataset['id']}/tokenize"
        refused = await server.http.post(address, json={"tokenizer": name, "begin_of_row_token": 100_000})
        assert (422, "validation_error") == (refused.status_code, refused.json()["code"])
        assert standby_of(server) is not None
        accepted = (await server.http.post(address, json={"tokenizer": name})).json()
        await wait_until(lambda: (standby_of(server), server.process_ids()) == (None, []))
        made = await server.get(f"/api/tokenizations/{accepted['id']}")
        assert ("ready", "passed", "gigatoken 0.10.0") == (made["status"], made["audit"]["verdict"], made["engine"])


async def test_the_standby_process_ends_with_its_server(settings: Settings, tmp_path: Path) -> None:
    """Whether the server closes or is killed; the process ignores Ctrl-C and a service manager's signal."""
    async with running_server(settings) as server:
        await wait_until(lambda: standby_of(server))
        process_id = standby_of(server) or 0
        await wait_until(lambda: ignored_signals(process_id) >= {signal.SIGINT, signal.SIGTERM})
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process_id, number)
        assert process_id == standby_of(server)
    assert not Path(f"/proc/{process_id}").exists()
    async with server_process(settings, tmp_path / "server.log") as process:
        await wait_until(lambda: len(find_processes(settings.data_dir)) == 2)
        await process.kill()
    await wait_until(lambda: find_processes(settings.data_dir) == [])


def ignored_signals(process_id: int) -> set[int]:
    """The signals that this process ignores."""
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    mask = next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn"))
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}

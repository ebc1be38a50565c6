"""A process that stands ready for the next job: told, taken, replaced, and gone whenever its server is."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.pace import PATIENCE, until_true
from fakes.process import processes_of, server_process
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.models import Tokenization
from mistudio.workers.child.standby import StandbyProcess
from mistudio.workers.embedded.queue import LocalQueue
from mistudio.workers.jobs.preloaded import PreloadedTokenizer
from mistudio.workers.messages import PreloadOrder

# What is tested is how they start.
pytestmark = pytest.mark.usefixtures("true_starts")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As they are unless somebody switches it off."""
    return settings.model_copy(update={"spare_process": True})


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """A server of the embedded engine."""
    async with running_server(settings) as running:
        yield running


def saved(settings: Settings) -> str:
    """The name of a tokenizer below DATA_DIR, on which the fast engine is right."""
    folder = settings.data_dir / "tokenizers" / "small"
    folder.mkdir(parents=True)
    for name, content in small.files_of(small.byte_level()).items():
        (folder / name).write_bytes(content)
    return "./tokenizers/small"


def preload_order(settings: Settings, name: str) -> PreloadOrder:
    """The order to load this tokenizer."""
    return PreloadOrder(tokenizer=name, revision=None, cache_dir=settings.cache_dir, data_dir=settings.data_dir)


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


async def test_a_request_has_its_tokenizer_loaded_ahead(settings: Settings, hub: Hub) -> None:
    """Even one that is refused: the next one's job takes the process, and comes to what it would come to without."""
    name = saved(settings)
    add_stories(hub)
    async with running_server(settings.model_copy(update={"spare_process": False})) as server:
        dataset = await server.download("lab/stories")
        await server.until(dataset["id"], "ready")
        await until_true(lambda: server.process_ids() == [])
        address = f"/api/datasets/{dataset['id']}/tokenize"
        refused = await server.http.post(address, json={"tokenizer": name, "begin_of_row_token": 100_000})
        assert (422, "validation_error") == (refused.status_code, refused.json()["code"])
        assert spare_of(server) is not None
        asked = (await server.http.post(address, json={"tokenizer": name})).json()
        await until_true(lambda: (spare_of(server), server.process_ids()) == (None, []))
        made = await server.get(f"/api/tokenizations/{asked['id']}")
        assert ("ready", "passed", "gigatoken 0.10.0") == (made["status"], made["audit"]["verdict"], made["engine"])


async def test_what_is_loaded_ahead_is_for_its_job_only(settings: Settings) -> None:
    """Another job gets a process of its own; the one that was foreseen gets the one that was told."""
    spare = StandbyProcess(settings.model_copy(update={"spare_process": False}), preloaded_seconds=PATIENCE)
    await spare.tell(preload_order(settings, saved(settings)))
    preloaded_id = spare.process_id
    another = await spare.take(wants_preloaded=False)
    preloaded = await spare.take(wants_preloaded=True)
    assert (preloaded_id, None) == (preloaded.pid, spare.process_id)
    assert another.pid != preloaded_id
    for process in (another, preloaded):
        process.kill()
        await process.wait()
    await spare.close()


async def test_what_nobody_came_for_is_let_go(settings: Settings) -> None:
    """And where a process shall stand ready, one without it follows."""
    spare = StandbyProcess(settings, preloaded_seconds=0.0)
    order = preload_order(settings, "./tokenizers/nothing")
    await spare.tell(order)
    preloaded_id = spare.process_id
    await until_true(lambda: spare.process_id not in (None, preloaded_id))
    await spare.close()
    await spare.tell(order)
    assert spare.process_id is None


def test_only_the_very_tokenizer_is_taken(settings: Settings) -> None:
    """One that is another by now, or that cannot be loaded, is as if it had never been foreseen."""
    name = saved(settings)
    preloaded = PreloadedTokenizer.load(preload_order(settings, name))
    assert preloaded is not None
    record = Tokenization(tokenizer=name, fingerprint=preloaded.tokenizer.fingerprint)
    assert preloaded.is_of(record)
    assert not preloaded.is_of(Tokenization(tokenizer=name, fingerprint="another"))
    assert PreloadedTokenizer.load(preload_order(settings, "./tokenizers/nothing")) is None


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

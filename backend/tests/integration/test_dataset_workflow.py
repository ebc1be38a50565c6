"""The life of a dataset, with everything that can happen to processes meanwhile."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Fault, Hub
from fakes.process import ServerProcess, find_events, find_processes, server_process, start_process
from fakes.repositories import add_large, add_stories
from fakes.running import Client, RunningServer, running_server
from fakes.timing import TIMEOUT, process_clock, wait_until
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify
from mistudio.models import new_id

MIB = 1 << 20


def leftovers(settings: Settings) -> list[str]:
    """Files in folders that should be empty once all work is done."""
    folders = (settings.staging_dir, settings.trash_dir)
    parts = [path.name for path in settings.data_dir.rglob("*") if path.name.endswith((".part", ".tmp", ".journal"))]
    return [path.name for folder in folders for path in folder.iterdir()] + parts


async def until_done(server: Client, dataset_id: str, share: float) -> Any:  # JSON of any kind
    """The dataset once its download has this share of its bytes."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            dataset = await server.get(f"/api/datasets/{dataset_id}")
            job = dataset["job"]
            if dataset["status"] in {"ready", "error"} or (
                job and job["total"] and job["done"] >= share * job["total"]
            ):
                return dataset
            await asyncio.sleep(0.02)


def body_bytes(hub: Hub) -> int:
    """Bytes that the Hub sent of files."""
    return sum(record.bytes_sent for record in hub.requests if record.origin == "files")


def needless(server: ServerProcess) -> list[str]:
    """Packages that this server has in its memory and never uses."""
    mapped = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    return [name for name in ("pandas", "aiohttp") if f"/site-packages/{name}/" in mapped]


async def test_a_killed_server_continues_by_itself(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """SIGKILL twice during a download: each next server resumes inside the files, and the data is complete."""
    hub.rate = 1.5e6
    add_large(hub, files=3, megabytes=4.0)
    log = tmp_path / "server.log"
    async with server_process(settings, log) as server:
        dataset_id = (await server.download("lab/large"))["id"]
        await until_done(server, dataset_id, 0.25)
        await server.kill()
    async with server_process(settings, log) as server:
        resumed = await until_done(server, dataset_id, 0.5)
        assert "downloading" == resumed["status"]
        await server.kill()
    hub.rate = None
    async with server_process(settings, log) as server:
        ready = await server.until(dataset_id, "ready", "error")
        assert ("ready", None) == (ready["status"], ready["error_code"])
        job = (await server.get("/api/jobs"))[0]
        assert ("succeeded", 1) == (job["state"], job["attempt"])
        await server.get(f"/api/datasets/{dataset_id}/samples", limit=1)
        assert [] == needless(server)
    again = body_bytes(hub) - ready["metadata"]["source_bytes"]
    assert again < 2 * 3 * MIB, f"{again:,} bytes were fetched again by two kills with three files in flight"
    assert [] == verify(settings.datasets_dir / dataset_id)
    assert [] == leftovers(settings)


async def test_children_end_with_their_parent(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """Within a second of the server's SIGKILL none of its processes is left."""
    hub.rate = 3e5
    add_large(hub)
    async with server_process(settings, tmp_path / "server.log") as server:
        await until_done(server, (await server.download("lab/large"))["id"], 0.1)
        assert len(find_processes(settings.data_dir)) >= 2
        await server.kill()
    with process_clock() as pace:
        while find_processes(settings.data_dir) and pace.seconds < 1.0:
            await asyncio.sleep(0.05)
    assert [] == find_processes(settings.data_dir)


async def test_a_second_server_names_the_process_that_has_the_folder(settings: Settings, tmp_path: Path) -> None:
    """It ends at once with a sentence, and the first one continues."""
    log = tmp_path / "second.log"
    async with server_process(settings, tmp_path / "first.log") as server:
        process, line = await start_process(settings, log)
        assert (1, "") == (await process.wait(), line)
        assert f"Process {server.process.pid}" in log.read_text(encoding="utf-8")
        assert "ok" == (await server.get("/api/health"))["status"]


async def child_of(server: RunningServer) -> int:
    """The process of the one job that runs."""
    async with asyncio.timeout(TIMEOUT):
        while not (found := server.process_ids()):
            await asyncio.sleep(0.01)
    return found[0]


async def kill_child(server: RunningServer) -> None:
    """SIGKILL the process of the one job that runs, and wait until the server knows."""
    process_id = await child_of(server)
    os.kill(process_id, signal.SIGKILL)
    async with asyncio.timeout(TIMEOUT):
        while process_id in server.process_ids():
            await asyncio.sleep(0.01)


@BOTH_ENGINES
async def test_three_deaths_without_progress_fail_the_job(server: RunningServer, hub: Hub) -> None:
    """A child that dies repeatedly without progress fails its job."""
    hub.faults.add(Fault(origin="files", stall_after=0))
    add_large(hub)
    dataset = await server.download("lab/large")
    for _death in range(3):
        await kill_child(server)
    failed = await server.until(dataset["id"], "error")
    assert "worker_died" == failed["error_code"]
    hub.faults.clear()
    await server.http.post(f"/api/datasets/{dataset['id']}/retry")
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]


@BOTH_ENGINES
async def test_deaths_after_progress_cost_no_attempt(server: RunningServer, hub: Hub) -> None:
    """Killed four times while it receives bytes, the job still succeeds."""
    hub.rate = 1e6
    add_large(hub, megabytes=2.0)
    dataset = await server.download("lab/large")
    for share in (0.1, 0.25, 0.4, 0.55):
        await until_done(server, dataset["id"], share)
        await kill_child(server)
    hub.rate = None
    assert "ready" == (await server.until(dataset["id"], "ready", "error"))["status"]


@BOTH_ENGINES
@pytest.mark.parametrize("fault", [None, Fault(origin="files", stall_after=300_000)], ids=["slow", "stalled"])
async def test_cancel_retry_delete(server: RunningServer, hub: Hub, settings: Settings, fault: Fault | None) -> None:
    """A cancel takes less than a second, whatever the socket does; a retry continues; a deletion leaves nothing."""
    hub.rate = 5e5
    if fault:
        hub.faults.add(fault)
    add_large(hub)
    dataset = await server.download("lab/large")
    path = f"/api/datasets/{dataset['id']}"
    await until_done(server, dataset["id"], 0.2)
    with process_clock() as pace:
        cancelled = (await server.http.post(f"{path}/cancel")).json()
    assert pace.seconds < 1.0
    assert ("error", "cancelled") == (cancelled["status"], cancelled["error_code"])
    assert cancelled["error_message"].startswith("Cancelled at ")
    assert cancelled["progress"] > 10
    # Beside a Celery worker, the job's process ends a moment after its job.
    await wait_until(lambda: server.process_ids() == [])
    fetched = body_bytes(hub)
    hub.rate = None
    hub.faults.clear()
    retried = (await server.http.post(f"{path}/retry")).json()
    assert "downloading" == retried["status"]
    assert retried["progress"] >= cancelled["progress"] - 0.01
    ready = await server.until(dataset["id"], "ready", "error")
    assert "ready" == ready["status"]
    assert body_bytes(hub) - ready["metadata"]["source_bytes"] < 3 * MIB
    assert fetched > 0
    assert [] == verify(settings.datasets_dir / dataset["id"])
    assert [] == leftovers(settings)
    assert 204 == (await server.http.delete(path)).status_code
    await server.parts.storage.close()
    assert [] == list(settings.datasets_dir.iterdir())
    assert [] == leftovers(settings)


async def test_delete_while_it_downloads(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The job is stopped first, and nothing is left."""
    hub.rate = 3e5
    add_large(hub)
    dataset = await server.download("lab/large")
    await until_done(server, dataset["id"], 0.1)
    with process_clock() as pace:
        assert 204 == (await server.http.delete(f"/api/datasets/{dataset['id']}")).status_code
    assert pace.seconds < 5.0
    await server.parts.storage.close()
    assert [] == server.process_ids()
    assert [] == await server.get("/api/jobs")
    assert [] == leftovers(settings)


@pytest.mark.parametrize("closed", ["gated", "private"])
async def test_a_token_is_never_written_down_and_gone_after_a_restart(
    settings: Settings, hub: Hub, tmp_path: Path, closed: str
) -> None:
    """No file of DATA_DIR and no line of the log has it; after a restart the job asks for it, and continues with it."""
    token = "hf_SecretOfTheTest"
    hub.rate = 1.5e6
    add_large(hub, "lab/closed", megabytes=3.0)
    repository = hub.find("datasets", "lab/closed")
    assert repository is not None
    repository.gated, repository.private = closed == "gated", closed == "private"
    hub.add_token(token, "lab/closed")
    log = tmp_path / "server.log"
    async with server_process(settings, log) as server:
        dataset_id = (await server.download("lab/closed", access_token=token))["id"]
        await until_done(server, dataset_id, 0.5)
        await server.kill()
    hub.rate = None
    async with server_process(settings, log) as server:
        failed = await server.until(dataset_id, "error", "ready")
        assert "auth_required" == failed["error_code"]
        assert "Retry with the token" in failed["error_message"]
        kept = body_bytes(hub)
        answer = await server.http.post(f"/api/datasets/{dataset_id}/retry", json={"access_token": token})
        assert 202 == answer.status_code
        ready = await server.until(dataset_id, "ready", "error")
        assert "ready" == ready["status"]
        assert body_bytes(hub) - kept < ready["metadata"]["source_bytes"]
    written = [path for path in settings.data_dir.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]
    assert [] == written
    assert token not in log.read_text(encoding="utf-8")


async def test_a_start_finishes_what_a_kill_interrupted(settings: Settings, hub: Hub) -> None:
    """A marked deletion is finished, a request without a record leaves nothing, and the trash is emptied."""
    add_stories(hub)
    async with running_server(settings) as server:
        dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    deleted, asked = new_id("ds"), new_id("ds")
    for folder in (settings.datasets_dir / deleted, settings.staging_dir / deleted, settings.staging_dir / asked):
        folder.mkdir()
        (folder / "plan.json").write_bytes(b"{}")
    (settings.datasets_dir / deleted / "raw").mkdir()
    (settings.trash_dir / f"{deleted}.deleted").touch()
    (settings.trash_dir / f"{dataset['id']}.deleted").touch()
    (settings.trash_dir / f"staging-{asked}-{'0' * 32}").mkdir()
    async with running_server(settings) as server:
        await server.parts.storage.close()
        assert [dataset["id"]] == [path.name for path in settings.datasets_dir.iterdir()]
        assert [] == leftovers(settings)
        assert "ready" == (await server.get(f"/api/datasets/{dataset['id']}"))["status"]


async def test_a_start_never_touches_foreign_files(settings: Settings, hub: Hub) -> None:
    """Files with other names, and finished datasets of a database that was replaced, are kept."""
    add_stories(hub)
    async with running_server(settings) as server:
        dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    for path in settings.data_dir.glob("mistudio.db*"):
        path.unlink()
    for folder in (settings.datasets_dir, settings.staging_dir, settings.trash_dir):
        (folder / "my-research").mkdir()
        (folder / ".DS_Store").write_bytes(b"x")
    async with running_server(settings) as server:
        await server.parts.storage.close()
        assert 0 == (await server.get("/api/datasets"))["pagination"]["total"]
    assert {"my-research", ".DS_Store", dataset["id"]} == {path.name for path in settings.datasets_dir.iterdir()}
    assert {"my-research", ".DS_Store"} == {path.name for path in settings.trash_dir.iterdir()}
    assert [] == verify(settings.datasets_dir / dataset["id"])


async def test_ctrl_c_costs_no_attempt(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """A signal to the server and all its children ends it in order; the next start continues the same attempt."""
    hub.rate = 5e5
    add_large(hub)
    log = tmp_path / "server.log"
    async with server_process(settings, log) as server:
        dataset_id = (await server.download("lab/large"))["id"]
        await until_done(server, dataset_id, 0.2)
        for process_id in find_processes(settings.data_dir):
            os.kill(process_id, signal.SIGINT)
        await server.process.wait()
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert [] == find_events(log, "child died")
    hub.rate = None
    async with server_process(settings, log) as server:
        await server.until(dataset_id, "ready")
        job = (await server.get("/api/jobs"))[0]
    assert 1 == job["attempt"]
    starts = [(line["dataset_id"], line["job_id"], line["attempt"]) for line in find_events(log, "job started")]
    assert [(dataset_id, job["id"], 1)] * 2 == starts


async def test_a_child_that_always_dies_at_the_same_point_fails_its_job(server: RunningServer, hub: Hub) -> None:
    """Only progress beyond that of earlier processes counts."""
    hub.rate = 3e5
    add_large(hub, megabytes=0.5)
    dataset = await server.download("lab/large")
    await until_done(server, dataset["id"], 0.5)
    for _death in range(4):
        await asyncio.sleep(0.1)
        await kill_child(server)
    assert "worker_died" == (await server.until(dataset["id"], "error"))["error_code"]


async def test_a_pause_that_the_hub_asks_for_is_kept(server: RunningServer, hub: Hub) -> None:
    """The job waits as long as the Hub said, reports until when, and continues."""
    add_stories(hub)
    hub.faults.add(Fault(path="*/resolve/*train*", status=429, retry_after="90", times=1))
    dataset = await server.download("lab/stories")
    async with asyncio.timeout(TIMEOUT):
        while not (job := (await server.get(f"/api/datasets/{dataset['id']}"))["job"]) or not job["not_before"]:
            await asyncio.sleep(0.02)
    assert ("queued", "rate_limited") == (job["state"], job["error_code"])
    assert "downloading" == (await server.get(f"/api/datasets/{dataset['id']}"))["status"]
    assert 200 == (await server.http.post(f"/api/datasets/{dataset['id']}/cancel")).status_code

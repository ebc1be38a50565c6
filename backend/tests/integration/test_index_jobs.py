"""Indexes are built by jobs of their own: after a dataset is ready, on request, and again if they are stale."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.datasets import add_ready
from fakes.hub import Hub
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.index_builder import build_index, has_current_index, read_index_manifest

ROWS: dict[str, list[list[dict[str, object]]]] = {"train": [[{"text": f"row {row} of the index"} for row in range(30)]]}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings by which every dataset gets an index."""
    return settings.model_copy(update={"search_index": "auto"})


async def until(server: RunningServer, dataset_id: str, fits: Callable[[Any], bool]) -> Any:  # JSON
    """The dataset once its index is as wanted."""
    async with asyncio.timeout(60):
        while not fits((dataset := await server.get(f"/api/datasets/{dataset_id}"))["index"]):
            await asyncio.sleep(0.02)
    return dataset


def is_ready(index: Any) -> bool:  # JSON
    """Whether it is ready."""
    return bool(index["state"] == "ready")


async def uses_index(server: RunningServer, dataset_id: str) -> bool:
    """Whether a search uses the index; its hits are right in any case."""
    answer = await server.get(f"/api/datasets/{dataset_id}/samples", search="row 7")
    assert 1 == answer["pagination"]["total"]
    return bool(answer["search"]["index"])


@BOTH_ENGINES
async def test_a_download_is_followed_by_its_index(server: RunningServer, hub: Hub, tmp_path: Path) -> None:
    """Without changing the dataset's status; its use of the disk is shown, and it is deleted with the dataset."""
    (tmp_path / "train.jsonl").write_text("".join(f'{{"text": "row {row}"}}\n' for row in range(20)), encoding="utf-8")
    repository = tmp_path / "repository"
    repository.mkdir()
    (tmp_path / "train.jsonl").rename(repository / "train.jsonl")
    hub.add("lab/rows", repository)
    heard: list[Any] = []  # events as JSON
    async with server.socket() as client:
        dataset = await server.download("lab/rows")
        channel = f"datasets/{dataset['id']}/progress"
        client.on(channel, heard.append)
        await client.call("subscribe", {"channel": channel})
        ready = await until(server, dataset["id"], is_ready)
        async with asyncio.timeout(10):
            while not any(event["scope"] == "index" and event["type"] == "completed" for event in heard):
                await asyncio.sleep(0.02)
    assert ("ready", 100.0) == (ready["status"], ready["index"]["progress"])
    progress = [event for event in heard if event["scope"] == "index" and event["type"] == "progress"]
    assert {"building"} == {event["status"] for event in progress}
    assert {("indexing", "rows", 20)} == {(event["phase"], event["unit"], event["total"]) for event in progress}
    assert await uses_index(server, dataset["id"])
    storage = await server.get("/api/system/storage")
    assert {"raw", "index"} <= {part["part"] for part in storage["datasets"][0]["parts"]}
    assert 204 == (await server.http.delete(f"/api/datasets/{dataset['id']}")).status_code


@BOTH_ENGINES
async def test_an_index_is_built_and_removed_on_request(server: RunningServer) -> None:
    """Only once; without an index, a search reads the data; a dataset that cannot be indexed says so."""
    dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
    address = f"/api/datasets/{dataset_id}/index"
    assert not await uses_index(server, dataset_id)
    first, second = [await server.http.post(address) for _time in range(2)]
    assert [202, 202] == [first.status_code, second.status_code]
    await until(server, dataset_id, is_ready)
    jobs = await server.get("/api/jobs", dataset_id=dataset_id)
    assert ["index"] == [job["kind"] for job in jobs]
    assert await uses_index(server, dataset_id)
    assert "ready" == (await server.http.post(address)).json()["index"]["state"]
    assert 1 == len(await server.get("/api/jobs", dataset_id=dataset_id))
    removed = await server.http.delete(address)
    assert (200, "none") == (removed.status_code, removed.json()["index"]["state"])
    assert not await uses_index(server, dataset_id)
    for method in ("POST", "DELETE"):
        assert 404 == (await server.http.request(method, "/api/datasets/ds_none/index")).status_code


@BOTH_ENGINES
async def test_a_build_can_be_stopped_killed_and_deleted(server: RunningServer) -> None:
    """Stopped, there is none; killed, it is built again; deleted with its dataset, nothing is left."""
    large: dict[str, list[list[dict[str, object]]]] = {
        "train": [[{"text": f"row {row} " * 1_200} for row in range(200)] for _file in range(15)]
    }
    dataset_id = await add_ready(server.parts.database, server.parts.storage, large)
    address, folder = f"/api/datasets/{dataset_id}/index", server.parts.storage.folder(dataset_id)

    def is_under_way(index: Any) -> bool:  # JSON
        return bool(index["state"] == "building" and index["progress"] > 0)

    await server.http.post(address)
    await until(server, dataset_id, is_under_way)
    stopped = (await server.http.delete(address)).json()
    assert ("none", "ready") == (stopped["index"]["state"], stopped["status"])
    assert not has_current_index(folder)
    await server.http.post(address)
    await until(server, dataset_id, is_under_way)
    for process_id in server.process_ids():
        os.kill(process_id, signal.SIGKILL)
    await until(server, dataset_id, is_ready)
    assert 2 == len(list((folder / "index").iterdir()))
    await server.http.delete(address)
    await server.http.post(address)
    await until(server, dataset_id, is_under_way)
    assert 204 == (await server.http.delete(f"/api/datasets/{dataset_id}")).status_code
    assert not folder.exists()
    # A worker gets the message through Redis.
    async with asyncio.timeout(60):
        while server.process_ids():
            await asyncio.sleep(0.02)


async def test_a_start_repairs_the_indexes(settings: Settings) -> None:
    """Stale and missing ones are made again, those that are there are known, and what a person removed stays away.

    Where the dataset's files are gone nothing is begun that could only fail.
    """
    async with running_server(settings) as server:
        parts = server.parts
        stale, gone, removed, found = [await add_ready(parts.database, parts.storage, ROWS) for _copy in range(4)]
        for dataset_id in (stale, gone, removed):
            await server.http.post(f"/api/datasets/{dataset_id}/index")
            await until(server, dataset_id, is_ready)
        await server.http.delete(f"/api/datasets/{removed}/index")
        outdate(parts.storage.folder(stale))
        shutil.rmtree(parts.storage.folder(gone) / "index")
        await asyncio.to_thread(build_index, parts.storage.folder(found), monitor=NullMonitor(), heap_bytes=15_000_000)
        never, bare = [await add_ready(parts.database, parts.storage, ROWS) for _copy in range(2)]
        shutil.rmtree(parts.storage.folder(bare))
    async with running_server(settings.model_copy(update={"search_index": "off"})) as server:
        states = [(await server.get(f"/api/datasets/{name}"))["index"]["state"] for name in (stale, gone, found, never)]
        assert ["none", "none", "ready", "none"] == states
        assert not await uses_index(server, stale)
        await server.http.post(f"/api/datasets/{stale}/index")
        await until(server, stale, is_ready)
        outdate(server.parts.storage.folder(stale))
    async with running_server(settings) as server:
        for dataset_id in (stale, found, never):
            await until(server, dataset_id, is_ready)
            assert await uses_index(server, dataset_id)
        assert "none" == (await server.get(f"/api/datasets/{removed}"))["index"]["state"]
        assert not await uses_index(server, removed)
        assert [] == (await server.get("/api/jobs", dataset_id=bare))


async def test_a_search_repairs_an_index_that_it_cannot_use(settings: Settings) -> None:
    """While the server runs: gone, damaged or of other rules; it answers from the data, and the index comes back."""
    async with running_server(settings) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
        folder = server.parts.storage.folder(dataset_id)
        await server.http.post(f"/api/datasets/{dataset_id}/index")
        await until(server, dataset_id, is_ready)
        for harm in (remove, damage, outdate):
            before = read_index_manifest(folder)
            harm(folder)
            assert not await uses_index(server, dataset_id)
            await until(server, dataset_id, is_ready)
            assert await uses_index(server, dataset_id)
            assert before != read_index_manifest(folder)


def remove(folder: Path) -> None:
    """The index is gone."""
    shutil.rmtree(folder / "index")


def damage(folder: Path) -> None:
    """One of its files is damaged, which the next reader notices."""
    manifest = read_index_manifest(folder)
    assert manifest is not None
    (folder / "index" / manifest.folder / "meta.json").write_text("{", encoding="utf-8")
    path = folder / "index" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")


def outdate(folder: Path) -> None:
    """It was made by other rules."""
    path = folder / "index" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Unicode", "Other"), encoding="utf-8")

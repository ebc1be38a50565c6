"""A disk that fills up while a dataset is made, filled for real: what has come is kept, and a retry goes on.

Where a machine allows no disk of one's own, these tests cannot run; tests/unit/test_no_room.py holds the same rules
without one, on a reserve that no disk has and on a database that may not grow.
"""

import asyncio
import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

from fakes.hub import Hub
from fakes.pace import PATIENCE
from fakes.repositories import CARD, add_large, add_stories, parquet_bytes, story_rows
from fakes.running import Client
from fakes.small_disk import SmallDiskServer, namespace_command, server_on_small_disk
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import verify

MIB = 1 << 20

pytestmark = pytest.mark.skipif(namespace_command() is None, reason="this machine allows no mounts of one's own")


async def until_done(server: Client, dataset_id: str, share: float) -> Any:  # JSON of any kind
    """The job once it has this share of its bytes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            job = (await server.get(f"/api/datasets/{dataset_id}"))["job"]
            if job and job["total"] and job["done"] >= share * job["total"]:
                return job
            await asyncio.sleep(0.02)


async def failed_with_disk_full(server: SmallDiskServer, dataset_id: str) -> Any:  # JSON of any kind
    """The dataset in error, for the one reason, in words to act on, with nothing of it to be seen as data."""
    failed = await server.until(dataset_id, "error", "ready")
    assert "disk_full" == failed["error_code"]
    assert "disk is full" in failed["error_message"]
    assert "is kept" in failed["error_message"]
    assert "retry" in failed["error_message"]
    assert not (server.data_dir / "datasets" / dataset_id).exists()
    return failed


async def goes_on(server: SmallDiskServer, dataset_id: str) -> Any:  # JSON of any kind
    """The dataset after a retry that succeeds."""
    assert 202 == (await server.http.post(f"/api/datasets/{dataset_id}/retry")).status_code
    ready = await server.until(dataset_id, "ready", "error")
    assert ("ready", None) == (ready["status"], ready["error_code"])
    assert [] == verify(server.data_dir / "datasets" / dataset_id)
    assert [] == list((server.data_dir / "staging").iterdir())
    return ready


async def other_dataset(server: SmallDiskServer, hub: Hub) -> str:
    """A dataset that was ready before."""
    add_stories(hub)
    return str((await server.until((await server.download("lab/stories"))["id"], "ready"))["id"])


@pytest.mark.parametrize(
    ("reserve", "left"), [(8 * MIB, 6 * MIB), (0, 0)], ids=["the reserve is touched", "the last byte is gone"]
)
async def test_while_downloading(settings: Settings, hub: Hub, tmp_path: Path, reserve: int, left: int) -> None:
    """Somebody else fills the disk: with a reserve the download stops before it is full, and says so at once.

    On the very last byte not even the database can say it: it does as soon as it can. Other datasets can be read.
    """
    settings = settings.model_copy(update={"disk_reserve_bytes": reserve})
    hub.rate = 2e6
    add_large(hub, files=2, megabytes=5)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=64) as server:
        other = await other_dataset(server, hub)
        dataset_id = (await server.download("lab/large"))["id"]
        await until_done(server, dataset_id, 0.2)
        server.leave(left)
        if not reserve:
            await asyncio.sleep(0.5)
            assert "downloading" == (await server.get(f"/api/datasets/{dataset_id}"))["status"]
            assert 507 == (await server.http.post(f"/api/datasets/{dataset_id}/cancel")).status_code
            assert 30 == len((await server.get(f"/api/datasets/{other}/samples", limit=30))["data"])
            server.leave(8 * MIB)
        await failed_with_disk_full(server, dataset_id)
        assert 30 == len((await server.get(f"/api/datasets/{other}/samples", limit=30))["data"])
        fetched, hub.rate = hub.bytes_sent(origin="files"), None
        assert "disk_full" == await refused_retry(server, dataset_id)
        server.leave(40 * MIB)
        ready = await goes_on(server, dataset_id)
        whole = ready["metadata"]["source_bytes"]
        assert hub.bytes_sent(origin="files") - fetched < 0.9 * whole
        assert [] == verify(server.data_dir / "datasets" / other)


async def refused_retry(server: SmallDiskServer, dataset_id: str) -> str:
    """How a retry ends while there is no more room than before."""
    await server.http.post(f"/api/datasets/{dataset_id}/retry")
    return str((await server.until(dataset_id, "error", "ready"))["error_code"])


async def test_while_a_file_is_read(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """The file that has come is kept, so that the retry fetches nothing."""
    noise = random.Random(7)
    lines = [json.dumps({"text": base64.b64encode(noise.randbytes(3000)).decode()}) for _ in range(1000)]
    content = "\n".join(lines)
    hub.rate = 2e6
    hub.add("lab/noise", {"README.md": CARD}).commit({"train.jsonl": content}, lfs=True, keep=True)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=32) as server:
        dataset_id = (await server.download("lab/noise"))["id"]
        job = await until_done(server, dataset_id, 0.1)
        server.leave(job["total"] - job["done"] + MIB)
        await failed_with_disk_full(server, dataset_id)
        assert [] == list((server.data_dir / "staging" / dataset_id / "raw").iterdir())
        fetched = hub.bytes_sent(origin="files")
        server.leave(16 * MIB)
        ready = await goes_on(server, dataset_id)
        assert (1000, fetched) == (ready["num_samples"], hub.bytes_sent(origin="files"))


async def test_at_the_manifest(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """No room for one more file, at the very last: nothing is to be seen, and the retry only writes that file."""
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n" + "".join(
        f"  - split: {split}\n    path: all.parquet\n" for split in ("train", "validation", "test")
    )
    hub.add("lab/thrice", {"README.md": f"{card}---\n", "all.parquet": parquet_bytes(story_rows("all", 50))})
    hub.fault(origin="files", delay=2.0)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=16, files=200) as server:
        dataset_id = (await server.download("lab/thrice"))["id"]
        staging = server.data_dir / "staging" / dataset_id
        async with asyncio.timeout(PATIENCE):
            while not list(staging.glob("source/*.part")):
                await asyncio.sleep(0.01)
        # The source's place becomes the store's; its report and two more links of it follow, then the manifest.
        server.leave_files(3)
        await failed_with_disk_full(server, dataset_id)
        assert 3 == len(list((staging / "raw").iterdir()))
        fetched = hub.bytes_sent(origin="files")
        server.leave_files(50)
        ready = await goes_on(server, dataset_id)
        assert {"train": 50, "validation": 50, "test": 50} == {
            split["name"]: split["num_rows"] for split in ready["splits"]
        }
        assert fetched == hub.bytes_sent(origin="files")

"""A disk that really fills up while a dataset is made: the files so far are kept, and a retry goes on.

On machines that allow no mounts, tests/unit/workers/jobs/test_disk_full.py tests the same rules with a reserve larger
than any disk and with a database that may not grow.
"""

import asyncio
import base64
import json
import random
from pathlib import Path
from typing import Any

import pytest

from fakes.hub import Hub
from fakes.repositories import CARD, add_large, add_stories, parquet_bytes, story_rows
from fakes.running import Client
from fakes.small_disk import SmallDiskServer, namespace_command, server_on_small_disk
from fakes.timing import TIMEOUT, wait_until
from mistudio.core.config import Settings
from mistudio.core.reserve import RESERVE_NAME
from mistudio.corpus.store.manifest import verify

MIB = 1 << 20

pytestmark = pytest.mark.skipif(namespace_command() is None, reason="This machine allows no mount namespace.")


async def wait_for_share(server: Client, dataset_id: str, share: float) -> Any:  # JSON of any kind
    """Return the job once it has this share of its bytes."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            job = (await server.get(f"/api/datasets/{dataset_id}"))["job"]
            if job and job["total"] and job["done"] >= share * job["total"]:
                return job
            await asyncio.sleep(0.02)


async def wait_for_disk_full(server: SmallDiskServer, dataset_id: str) -> Any:  # JSON of any kind
    """Wait for the error, whose message says what to do; the dataset has no data yet."""
    failed = await server.until(dataset_id, "error", "ready")
    assert "disk_full" == failed["error_code"]
    assert "disk" in failed["error_message"]
    assert "is kept" in failed["error_message"]
    assert "retry" in failed["error_message"]
    assert not (server.data_dir / "datasets" / dataset_id).exists()
    return failed


async def retry_until_ready(server: SmallDiskServer, dataset_id: str) -> Any:  # JSON of any kind
    """Retry, and return the dataset once it is ready."""
    assert 202 == (await server.http.post(f"/api/datasets/{dataset_id}/retry")).status_code
    ready = await server.until(dataset_id, "ready", "error")
    assert ("ready", None) == (ready["status"], ready["error_code"])
    assert [] == verify(server.data_dir / "datasets" / dataset_id)
    assert [] == list((server.data_dir / "staging").iterdir())
    return ready


async def add_other_dataset(server: SmallDiskServer, hub: Hub) -> str:
    """Make another dataset that is ready, and return its id."""
    add_stories(hub)
    return str((await server.until((await server.download("lab/stories"))["id"], "ready"))["id"])


@pytest.mark.parametrize(("reserve", "left"), [(8 * MIB, 6 * MIB), (0, 0)], ids=["with a reserve", "without a reserve"])
async def test_a_disk_that_fills_up_during_a_download(
    settings: Settings, hub: Hub, tmp_path: Path, reserve: int, left: int
) -> None:
    """The download says so at once, also where no byte is left: its end is recorded in the emergency reserve.

    Other datasets can be read.
    """
    settings = settings.model_copy(update={"disk_reserve_bytes": reserve})
    hub.rate = 2e6
    add_large(hub, files=2, megabytes=5)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=64) as server:
        other = await add_other_dataset(server, hub)
        dataset_id = (await server.download("lab/large"))["id"]
        await wait_for_share(server, dataset_id, 0.2)
        server.set_free_bytes(left)
        await wait_for_disk_full(server, dataset_id)
        assert 30 == len((await server.get(f"/api/datasets/{other}/samples", limit=30))["data"])
        fetched, hub.rate = hub.bytes_sent(origin="files"), None
        assert "disk_full" == await retry_until_ended(server, dataset_id)
        server.set_free_bytes(40 * MIB)
        ready = await retry_until_ready(server, dataset_id)
        whole = ready["metadata"]["source_bytes"]
        assert hub.bytes_sent(origin="files") - fetched < 0.9 * whole
        assert [] == verify(server.data_dir / "datasets" / other)


async def test_a_full_disk_does_not_block_its_own_cure(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """Without one free byte a job can be cancelled, a dataset deleted, and the reserve is filled once there is room."""
    hub.rate = 2e5
    add_large(hub, files=2, megabytes=5)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=64) as server:
        other, reserve = await add_other_dataset(server, hub), server.data_dir / RESERVE_NAME
        await wait_until(reserve.exists)
        whole = reserve.stat().st_size
        references = f"/api/datasets/{other}/references"
        added = await server.http.post(references, json={"kind": "training", "ref_id": "run-1", "name": "run"})
        running = (await server.download("lab/large"))["id"]
        server.set_free_bytes(0)
        statuses = [
            (await server.http.post(f"/api/datasets/{running}/cancel")).status_code,
            (await server.http.delete(f"/api/datasets/{running}")).status_code,
        ]
        server.set_free_bytes(0)
        sample = await server.http.post("/api/datasets/sample")
        assert (507, "disk_full") == (sample.status_code, sample.json()["code"])
        server.set_free_bytes(0)
        statuses.append((await server.http.delete(f"{references}/{added.json()['id']}")).status_code)
        statuses.append((await server.http.delete(f"/api/datasets/{other}")).status_code)
        # The job may have met the full disk before its cancel.
        assert statuses[0] in (200, 409)
        assert [204, 204, 204] == statuses[1:]
        assert 0 < reserve.stat().st_size < whole
        server.set_free_bytes(40 * MIB)
        await wait_until(lambda: reserve.stat().st_size == whole)
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


async def retry_until_ended(server: SmallDiskServer, dataset_id: str) -> str:
    """Retry, and return the error code with which the retry ends."""
    await server.http.post(f"/api/datasets/{dataset_id}/retry")
    return str((await server.until(dataset_id, "error", "ready"))["error_code"])


async def test_a_disk_that_fills_up_while_a_file_is_read(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """The downloaded file is kept, so the retry downloads nothing."""
    noise = random.Random(7)
    lines = [json.dumps({"text": base64.b64encode(noise.randbytes(3000)).decode()}) for _ in range(1000)]
    content = "\n".join(lines)
    hub.rate = 2e6
    hub.add("lab/noise", {"README.md": CARD}).commit({"train.jsonl": content}, lfs=True, keep=True)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=32) as server:
        dataset_id = (await server.download("lab/noise"))["id"]
        job = await wait_for_share(server, dataset_id, 0.1)
        server.set_free_bytes(job["total"] - job["done"] + MIB)
        await wait_for_disk_full(server, dataset_id)
        assert [] == list((server.data_dir / "staging" / dataset_id / "raw").iterdir())
        fetched = hub.bytes_sent(origin="files")
        server.set_free_bytes(16 * MIB)
        ready = await retry_until_ready(server, dataset_id)
        assert (1000, fetched) == (ready["num_samples"], hub.bytes_sent(origin="files"))


async def test_a_disk_that_fills_up_before_the_manifest(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """There is no room for the last file: the dataset has no data yet, and the retry writes only that file."""
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n" + "".join(
        f"  - split: {split}\n    path: all.parquet\n" for split in ("train", "validation", "test")
    )
    hub.add("lab/thrice", {"README.md": f"{card}---\n", "all.parquet": parquet_bytes(story_rows("all", 50))})
    hub.fault(origin="files", delay=2.0)
    async with server_on_small_disk(settings, tmp_path / "log", megabytes=16, files=200) as server:
        dataset_id = (await server.download("lab/thrice"))["id"]
        staging = server.data_dir / "staging" / dataset_id
        async with asyncio.timeout(TIMEOUT):
            while not list(staging.glob("source/*.part")):
                await asyncio.sleep(0.01)
        # The source file moves into the store; then come its report, two more links of it, and the manifest.
        server.set_free_files(3)
        await wait_for_disk_full(server, dataset_id)
        assert 3 == len(list((staging / "raw").iterdir()))
        fetched = hub.bytes_sent(origin="files")
        server.set_free_files(50)
        ready = await retry_until_ready(server, dataset_id)
        assert {"train": 50, "validation": 50, "test": 50} == {
            split["name"]: split["num_rows"] for split in ready["splits"]
        }
        assert fetched == hub.bytes_sent(origin="files")

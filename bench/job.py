"""The whole job, from the button to ``ready``, against the test Hub; and pages of what it made; `make bench-job`.

First a repository of several files at a limited rate: how long after the last byte it is ready. Then one of many
hundred MB of text as fast as it comes: what the job's process needs in memory, beside that of a small one, and pages
at random places of its rows. The server runs in a process of its own and is asked over HTTP.

``--huge GIGABYTES`` does one thing only: a single file of more than that on the disk, from the plan to the last row.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow.parquet as pq

from common import DATA
from common.measure import machine, percentile, run, script, table
from common.server import PeakOfJobs, Served, asked, serving, socket_client, timed
from common.texts import base_text, made_once
from fakes.hub import Hub
from mistudio.utils.file_utils import get_directory_size

FILES = 6
PAGES = 400


@dataclass(frozen=True)
class Job:
    """A finished job: the dataset's record, seconds in all and after the Hub's last byte, peak bytes of its process,
    and how its progress went.
    """

    dataset: dict[str, Any]  # JSON
    seconds: float
    after_last_byte: float
    peak: int
    progress: str


def _parts(base: Path, count: int) -> Path:
    """A folder with the text of ``base`` in so many Parquet files."""

    def make(folder: Path) -> None:
        folder.mkdir()
        whole = pq.read_table(base)
        size = -(-len(whole) // count)
        for number in range(count):
            pq.write_table(whole.slice(number * size, size), folder / f"train-{number:05d}-of-{count:05d}.parquet")

    return made_once(DATA / "job" / f"{base.stem}-{count}", make)


def _repeated(base: Path, times: int) -> Path:
    """A folder with one Parquet file that has the text of ``base`` so many times."""

    def make(folder: Path) -> None:
        folder.mkdir()
        file = pq.ParquetFile(base)
        with pq.ParquetWriter(folder / "train.parquet", file.schema_arrow, compression="zstd") as writer:
            for _time in range(times):
                for batch in file.iter_batches(100_000):
                    writer.write_batch(batch)

    return made_once(DATA / "job" / f"{base.stem}-times-{times}", make)


async def _last_byte(hub: Hub) -> float:
    """When the Hub's files began to rest, seconds of the monotonic clock; runs until cancelled."""
    sent, at = -1, 0.0
    try:
        while True:
            if (now := hub.bytes_sent(origin="files")) != sent:
                sent, at = now, time.monotonic()
            await asyncio.sleep(0.002)
    except asyncio.CancelledError:
        return at


@asynccontextmanager
async def _watched(peak: PeakOfJobs) -> AsyncIterator[None]:
    task = asyncio.create_task(peak.watch())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def get(served: Served, hub: Hub, repo_id: str) -> Job:
    """Press the button, and wait for the socket to say that it is ready."""
    ready: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    told: list[float] = []

    def heard(event: dict[str, Any]) -> None:  # an event as JSON
        told.append(event.get("progress", 0.0))
        if event["type"] == "error":
            raise SystemExit(event["error"])
        if event["type"] == "completed":
            ready.set_result(time.monotonic())

    peak = PeakOfJobs(served.process_id)
    async with aiohttp.ClientSession() as session, socket_client(served.url) as client, _watched(peak):
        began, resting = time.monotonic(), asyncio.create_task(_last_byte(hub))
        address = f"{served.url}/api/datasets"
        dataset = await asked(session, f"{address}/download", method="POST", json={"repo_id": repo_id})
        channel = f"datasets/{dataset['id']}/progress"
        client.on(channel, heard)
        await client.call("subscribe", {"channel": channel})
        ended = await ready
        resting.cancel()
        dataset = await asked(session, f"{address}/{dataset['id']}")
        went = f"{len(told)} events, {'never back' if told == sorted(told) else 'BACK'}"
        return Job(dataset, ended - began, ended - await resting, peak.bytes, went)


async def pages(served: Served, dataset: dict[str, Any], *, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds within the server, and those of the client, of so many random pages of 50 rows."""
    chance = random.Random(5)
    last = dataset["num_samples"] // 50
    address = f"{served.url}/api/datasets/{dataset['id']}/samples"
    within, outside = [], []
    async with aiohttp.ClientSession() as session:
        for _page in range(count):
            page = {"page": chance.randint(1, last), "limit": 50}
            body, milliseconds = await timed(session, address, params=page)
            within.append(json.loads(body)["search"]["took_ms"])
            outside.append(milliseconds)
    return within, outside


def _scan_seconds(folder: Path) -> float:
    """Seconds that taking in the last file of the folder takes by itself."""
    file = max(folder.iterdir())
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        target = str(Path(scratch) / "out.parquet")
        return min(
            float(json.loads(run(script("ingest_file", str(file), "parquet", file.name, target)).output)["seconds"])
            for _time in range(3)
        )


async def limited(hub: Hub, folder: Path, rate: float) -> None:
    """Several files at a limited rate: what the user waits for once the last byte is there."""
    rows = []
    for number in range(3):
        hub.add(f"bench/limited-{number}", folder, lfs=True)
        hub.rate = rate
        with tempfile.TemporaryDirectory(dir=DATA) as data, serving(Path(data), HF_ENDPOINT=hub.url) as served:
            job = await get(served, hub, f"bench/limited-{number}")
        rows.append([f"{job.seconds:.2f}", f"{job.after_last_byte:.2f}", f"{_scan_seconds(folder):.2f}"])
    hub.rate = None
    size = f"{get_directory_size(folder) / 1e6:.0f} MB"
    table(
        f"{FILES} Parquet files, {size}, {rate / 1e6:.0f} MB/s per connection: three runs",
        ["seconds in all", "from the last byte to ready", "one scan of the last file"],
        rows,
    )


async def sizes(hub: Hub, base: Path, megabytes: int, large: int) -> None:
    """A small and a large one: memory, rate; then pages of the large one."""
    rows = []
    with tempfile.TemporaryDirectory(dir=DATA) as data, serving(Path(data), HF_ENDPOINT=hub.url) as served:
        for times in (1, large // megabytes):
            folder = _repeated(base, times)
            hub.add(f"bench/size-{times}", folder, lfs=True)
            job = await get(served, hub, f"bench/size-{times}")
            text = job.dataset["metadata"]["text_bytes"]
            figures = [text / 1e6, job.dataset["size_bytes"] / 1e6, job.seconds, text / job.seconds / 1e6]
            rows.append([*(f"{figure:,.0f}" for figure in figures), f"{job.peak / 1e6:.0f}"])
        table(
            "One Parquet file, as fast as the test Hub sends it",
            ["text MB", "disk MB", "seconds", "MB of text/s", "peak MB of the job's process"],
            rows,
        )
        await pages(served, job.dataset, count=10)
        times_of = await pages(served, job.dataset, count=PAGES)
    table(
        f"{PAGES} pages of 50 rows at random places of {job.dataset['num_samples']:,}",
        ["", "p50 ms", "p95 ms", "p99 ms"],
        [
            [name, *(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99))]
            for name, times in zip(("within the server", "over HTTP"), times_of, strict=True)
        ],
    )


def _huge_file(base: Path, folder: Path, least: int) -> int:
    """One Parquet file of at least so many bytes in ``folder``, not packed; the number of its rows."""
    folder.mkdir()
    file, rows = pq.ParquetFile(base), 0
    path = folder / "train.parquet"
    with pq.ParquetWriter(path, file.schema_arrow, compression="none", use_dictionary=False) as writer:
        while path.stat().st_size < least:
            for batch in file.iter_batches(10_000):
                writer.write_batch(batch)
                rows += batch.num_rows
    return rows


async def huge(hub: Hub, base: Path, gigabytes: float) -> None:
    """One file larger than memory ought to be: plan, progress, memory and counts."""
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        folder = Path(scratch) / "huge"
        rows = _huge_file(base, folder, int(gigabytes * 1e9))
        for file in hub.add("bench/huge", folder, lfs=True).files():
            # Known before the Hub is asked, as at the real one: its first answer would else wait for the hashing.
            sys.stdout.write(f"{file.size:,} bytes, sha256 {file.sha256[:12]}, git {file.git_sha1[:12]}\n")
        environment = {"HF_ENDPOINT": hub.url, "MISTUDIO_SEARCH_INDEX": "off"}
        with serving(Path(scratch) / "data", **environment) as served:
            job = await get(served, hub, "bench/huge")
        found, text = job.dataset["num_samples"], job.dataset["metadata"]["text_bytes"]
        if found != rows:
            raise SystemExit(f"{found:,} rows became of {rows:,}.")
        sent = hub.bytes_sent(origin="files")
    table(
        "One huge Parquet file, as fast as the test Hub sends it",
        ["file MB", "sent MB", "rows", "text MB", "disk MB", "seconds", "after the last byte", "progress", "peak MB"],
        [
            [
                *(f"{size / 1e6:,.0f}" for size in (job.dataset["metadata"]["source_bytes"], sent)),
                f"{rows:,}",
                *(f"{size / 1e6:,.0f}" for size in (text, job.dataset["size_bytes"])),
                f"{job.seconds:.0f}",
                f"{job.after_last_byte:.0f}",
                job.progress,
                f"{job.peak / 1e6:.0f}",
            ]
        ],
    )


async def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text, the small dataset")
    parser.add_argument("--large", type=int, default=3000, help="of text, the large one")
    parser.add_argument("--rate", type=float, default=4e6, help="bytes a second and connection")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text`, instead of text that is made")
    parser.add_argument("--huge", type=float, help="gigabytes of one file: this alone is measured")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    base = base_text(options.megabytes, options.text)
    with Hub() as hub:
        if options.huge:
            await huge(hub, base, options.huge)
            return
        await limited(hub, _parts(base, FILES), options.rate)
        await sizes(hub, base, options.megabytes, options.large)


if __name__ == "__main__":
    asyncio.run(main())

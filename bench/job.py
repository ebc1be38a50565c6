"""Measure the whole download job against the test Hub, and pages of its result; `make bench-job`.

First several files come at a limited rate: how long does it take from the last byte to ready? Then many hundred MB of
text come at full rate: how much memory does the job need, compared with a small one, and how fast are pages at random
positions? The server runs in a process of its own and is asked over HTTP.

``--huge GIGABYTES`` only downloads a single file of at least this size, from the plan to the last row.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow.parquet as pq

from common import DATA
from common.download_job import DownloadFigures, download
from common.measure import describe_machine, percentile, print_table, process_command, run
from common.server import RunningServer, run_server, time_request
from common.texts import make_once, prepare_text
from fakes.hub import Hub
from mistudio.utils.file_utils import get_directory_size

FILES = 6
PAGES = 400
LIMITED_RUNS = 3


def split_text(base: Path, count: int) -> Path:
    """Return a folder with the text of ``base`` in ``count`` Parquet files."""

    def make(folder: Path) -> None:
        folder.mkdir()
        table = pq.read_table(base)
        size = -(-len(table) // count)
        for number in range(count):
            pq.write_table(table.slice(number * size, size), folder / f"train-{number:05d}-of-{count:05d}.parquet")

    return make_once(DATA / "job" / f"{base.stem}-{count}", make)


def repeat_text(base: Path, times: int) -> Path:
    """Return a folder with one Parquet file that repeats the text of ``base``."""

    def make(folder: Path) -> None:
        folder.mkdir()
        file = pq.ParquetFile(base)
        with pq.ParquetWriter(folder / "train.parquet", file.schema_arrow, compression="zstd") as writer:
            for _time in range(times):
                for batch in file.iter_batches(100_000):
                    writer.write_batch(batch)

    return make_once(DATA / "job" / f"{base.stem}-times-{times}", make)


async def time_pages(server: RunningServer, dataset: dict[str, Any], *, count: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds within the server and at the client of ``count`` random pages of 50 rows."""
    chance = random.Random(5)
    last = dataset["num_samples"] // 50
    address = f"{server.url}/api/datasets/{dataset['id']}/samples"
    server_times, client_times = [], []
    async with aiohttp.ClientSession() as session:
        for _page in range(count):
            page = {"page": chance.randint(1, last), "limit": 50}
            body, milliseconds = await time_request(session, address, params=page)
            server_times.append(json.loads(body)["search"]["took_ms"])
            client_times.append(milliseconds)
    return server_times, client_times


def time_ingest(folder: Path) -> float:
    """Return the seconds that ingesting the last file of the folder takes on its own."""
    file = max(folder.iterdir())
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        command = process_command("ingest_file", str(file), "parquet", file.name, str(Path(scratch) / "out.parquet"))
        return min(float(json.loads(run(command).output)["seconds"]) for _time in range(3))


async def measure_limited_rate(hub: Hub, folder: Path, rate: float) -> None:
    """Download several files at a limited rate, and print what the user waits for after the last byte."""
    rows = []
    for number in range(LIMITED_RUNS):
        hub.add(f"bench/limited-{number}", folder, lfs=True)
        hub.rate = rate
        with tempfile.TemporaryDirectory(dir=DATA) as data, run_server(Path(data), HF_ENDPOINT=hub.url) as server:
            figures = await download(server, hub, f"bench/limited-{number}")
        seconds = [figures.seconds, figures.seconds_after_last_byte, time_ingest(folder)]
        rows.append([f"{each:.2f}" for each in seconds])
    hub.rate = None
    size = f"{get_directory_size(folder) / 1e6:.0f} MB"
    print_table(
        f"{FILES} Parquet files, {size}, {rate / 1e6:.0f} MB/s per connection: {LIMITED_RUNS} runs",
        ["seconds in all", "from the last byte to ready", "one scan of the last file"],
        rows,
    )


async def measure_sizes(hub: Hub, base: Path, megabytes: int, large: int) -> None:
    """Download a small and a large file, print memory and rates, then measure pages of the large one."""
    rows = []
    with tempfile.TemporaryDirectory(dir=DATA) as data, run_server(Path(data), HF_ENDPOINT=hub.url) as server:
        for times in (1, large // megabytes):
            hub.add(f"bench/size-{times}", repeat_text(base, times), lfs=True)
            figures = await download(server, hub, f"bench/size-{times}")
            rows.append(_size_row(figures))
        print_table(
            "One Parquet file, as fast as the test Hub sends it",
            ["text MB", "disk MB", "seconds", "MB of text/s", "peak MB of the job's process"],
            rows,
        )
        await measure_pages(server, figures.dataset)


def _size_row(figures: DownloadFigures) -> list[str]:
    text, disk = figures.dataset["metadata"]["text_bytes"] / 1e6, figures.dataset["size_bytes"] / 1e6
    cells = [text, disk, figures.seconds, text / figures.seconds, figures.peak / 1e6]
    return [f"{cell:,.0f}" for cell in cells]


async def measure_pages(server: RunningServer, dataset: dict[str, Any]) -> None:
    """Print the times of pages at random positions."""
    await time_pages(server, dataset, count=10)
    server_times, client_times = await time_pages(server, dataset, count=PAGES)
    print_table(
        f"{PAGES} pages of 50 rows at random positions of {dataset['num_samples']:,}",
        ["", "p50 ms", "p95 ms", "p99 ms"],
        [
            [name, *(f"{percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99))]
            for name, times in {"within the server": server_times, "over HTTP": client_times}.items()
        ],
    )


def write_huge_file(base: Path, folder: Path, least: int) -> int:
    """Write one uncompressed Parquet file of at least ``least`` bytes into ``folder``; return its number of rows."""
    folder.mkdir()
    file, rows = pq.ParquetFile(base), 0
    path = folder / "train.parquet"
    with pq.ParquetWriter(path, file.schema_arrow, compression="none", use_dictionary=False) as writer:
        while path.stat().st_size < least:
            for batch in file.iter_batches(10_000):
                writer.write_batch(batch)
                rows += batch.num_rows
    return rows


async def measure_huge_file(hub: Hub, base: Path, gigabytes: float) -> None:
    """Download one huge file, check the number of its rows, and print progress and memory."""
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        folder = Path(scratch) / "huge"
        rows = write_huge_file(base, folder, int(gigabytes * 1e9))
        for file in hub.add("bench/huge", folder, lfs=True).files():
            # Hashes the file before the job starts: the real Hub knows its checksums, too.
            sys.stdout.write(f"{file.size:,} bytes, sha256 {file.sha256[:12]}, git {file.git_sha1[:12]}\n")
        environment = {"HF_ENDPOINT": hub.url, "MISTUDIO_SEARCH_INDEX": "off"}
        with run_server(Path(scratch) / "data", **environment) as server:
            figures = await download(server, hub, "bench/huge")
        if (found := figures.dataset["num_samples"]) != rows:
            raise SystemExit(f"The dataset has {found:,} rows, its source {rows:,}.")
    print_table(
        "One huge Parquet file, as fast as the test Hub sends it",
        ["file MB", "sent MB", "rows", "text MB", "disk MB", "seconds", "after the last byte", "progress", "peak MB"],
        [_huge_row(figures, hub.bytes_sent(origin="files"))],
    )


def _huge_row(figures: DownloadFigures, sent: int) -> list[str]:
    dataset = figures.dataset
    source, text = dataset["metadata"]["source_bytes"], dataset["metadata"]["text_bytes"]
    return [
        *(f"{size / 1e6:,.0f}" for size in (source, sent)),
        f"{dataset['num_samples']:,}",
        *(f"{size / 1e6:,.0f}" for size in (text, dataset["size_bytes"])),
        *(f"{seconds:.0f}" for seconds in (figures.seconds, figures.seconds_after_last_byte)),
        figures.progress,
        f"{figures.peak / 1e6:.0f}",
    ]


async def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text in the small dataset")
    parser.add_argument("--large", type=int, default=3000, help="megabytes of text in the large dataset")
    parser.add_argument("--rate", type=float, default=4e6, help="bytes per second and connection")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text` instead of generated text")
    parser.add_argument("--huge", type=float, help="measure only one file of this many gigabytes")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    base = prepare_text(options.megabytes, options.text)
    with Hub() as hub:
        if options.huge:
            await measure_huge_file(hub, base, options.huge)
            return
        await measure_limited_rate(hub, split_text(base, FILES), options.rate)
        await measure_sizes(hub, base, options.megabytes, options.large)


if __name__ == "__main__":
    asyncio.run(main())

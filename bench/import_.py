"""Import one very large file through the API: rates, and the memory of server and job; `make bench-import`.

The file is JSON lines packed with zstd: generated text, repeated up to the given size. The server runs in a process of
its own and receives the file as a browser would send it.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from common import DATA
from common.formats import FORMATS, prepare_file
from common.measure import describe_machine, peak_memory, print_table
from common.server import request_json, run_server, wait_until_ready, watch_jobs
from common.texts import make_once, prepare_text

TEXT_MEGABYTES = 150


def repeat_file(file: Path, size: int) -> Path:
    """Return a file of at least ``size`` bytes that repeats ``file``: a zstd file may have many frames."""
    times = -(-size // file.stat().st_size)

    def make(path: Path) -> None:
        with path.open("wb") as out:
            for _time in range(times):
                out.write(file.read_bytes())

    return make_once(DATA / "import" / f"{times}-times-{file.name}", make)


async def measure_import(file: Path, size: int) -> list[str]:
    """Import the file of ``size`` bytes, and return a row of the table."""
    with tempfile.TemporaryDirectory(dir=DATA) as data, run_server(Path(data)) as server:
        before = peak_memory(server.process_id)
        async with watch_jobs(server) as peak:
            upload_seconds, job_seconds, dataset = await _import(f"{server.url}/api/datasets", file)
        text = dataset["metadata"]["text_bytes"]
        figures = [size / 1e6, size / upload_seconds / 1e6, text / 1e6, text / job_seconds / 1e6]
        memory = [(peak_memory(server.process_id) - before) / 1e6, peak.bytes / 1e6]
        return [f"{figure:,.0f}" for figure in (*figures, *memory)]


async def _import(url: str, file: Path) -> tuple[float, float, dict[str, Any]]:  # JSON
    """Return the seconds of the upload and of the job, and the dataset."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        with file.open("rb") as source:
            form = aiohttp.FormData()
            form.add_field("files", source, filename="stories.jsonl.zst")
            start = time.monotonic()
            dataset = await request_json(session, f"{url}/upload", method="POST", data=form)
        sent = time.monotonic()
        dataset = await wait_until_ready(session, f"{url}/{dataset['id']}", pause=0.2)
        return sent - start, time.monotonic() - sent, dataset


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=3000, help="of the packed file")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    kind = next(kind for kind in FORMATS if kind.ending == ".jsonl.zst")
    file = repeat_file(prepare_file(prepare_text(TEXT_MEGABYTES, None), kind), options.megabytes * 1_000_000)
    header = ["file MB", "sent MB/s", "text MB", "text MB/s", "server grew by MB", "job's process, peak MB"]
    print_table("One file of JSON lines, zstd", header, [asyncio.run(measure_import(file, file.stat().st_size))])


if __name__ == "__main__":
    main()

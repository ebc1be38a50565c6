"""Importing one very large file through the API: memory of the server and of the job, rates; `make bench-import`.

The file is JSON lines packed with zstd, of text that is made, repeated until it has the size that is asked for. The
server runs in a process of its own and gets the file as a browser would send it.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import aiohttp

from common import DATA
from common.formats import FORMATS, written
from common.measure import machine, peak_bytes, table
from common.server import PeakOfJobs, asked, serving
from common.texts import base_text, made_once


def _repeated(file: Path, size: int) -> Path:
    """The file again and again: a packed file may have many frames."""
    times = -(-size // file.stat().st_size)

    def make(path: Path) -> None:
        with path.open("wb") as out:
            for _time in range(times):
                out.write(file.read_bytes())

    return made_once(DATA / "import" / f"{times}-times-{file.name}", make)


async def measured(file: Path, size: int) -> list[str]:
    """One line of the table."""
    with tempfile.TemporaryDirectory(dir=DATA) as data, serving(Path(data)) as served:
        peak = PeakOfJobs(served.process_id)
        before, watch = peak_bytes(served.process_id), asyncio.create_task(peak.watch())
        limit = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=limit) as session:
            with file.open("rb") as source:
                form = aiohttp.FormData()
                form.add_field("files", source, filename="stories.jsonl.zst")
                began = time.monotonic()
                dataset = await asked(session, f"{served.url}/api/datasets/upload", method="POST", data=form)
            sent = time.monotonic()
            while dataset["status"] not in {"ready", "error"}:
                await asyncio.sleep(0.2)
                dataset = await asked(session, f"{served.url}/api/datasets/{dataset['id']}")
            ended = time.monotonic()
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        if dataset["status"] == "error":
            raise SystemExit(dataset["error_message"])
        text = dataset["metadata"]["text_bytes"]
        figures = [size / 1e6, size / (sent - began) / 1e6, text / 1e6, text / (ended - sent) / 1e6]
        memory = [(peak_bytes(served.process_id) - before) / 1e6, peak.bytes / 1e6]
        return [f"{figure:,.0f}" for figure in (*figures, *memory)]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=3000, help="of the packed file")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    kind = next(kind for kind in FORMATS if kind.ending == ".jsonl.zst")
    file = _repeated(written(base_text(150, None), kind), options.megabytes * 1_000_000)
    header = ["file MB", "sent MB/s", "text MB", "text MB/s", "server grew by MB", "job's process, peak MB"]
    table("One file of JSON lines, zstd", header, [asyncio.run(measured(file, file.stat().st_size))])


if __name__ == "__main__":
    main()

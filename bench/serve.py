"""The server under many clients: the list of 1,000 datasets, and its start; `make bench-serve`.

The server runs in a process of its own, as a user starts it. Fifty clients ask once a second, then as fast as they can.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from measure import TESTS, machine, percentile, table

sys.path.insert(0, str(TESTS))

from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade

CLIENTS = 50


async def populate(settings: Settings, count: int) -> None:
    """``count`` ready datasets, one of them with a job that waits."""
    database = Database(settings.sqlalchemy_url)
    await upgrade(database)
    for number in range(count):
        await add_dataset(
            database,
            name=f"dataset {number}",
            status="ready",
            num_samples=1000 * number,
            size_bytes=10**6 * number,
            splits=[{"name": "train", "num_files": 1, "num_rows": 1000, "num_bytes": 10**6}],
            meta={"description": "A dataset. " * 100, "columns": [{"name": "text", "type": "string", "kind": "text"}]},
        )
    await database.close()


async def ask(session: aiohttp.ClientSession, url: str) -> float:
    """Milliseconds of one request for the list."""
    began = time.perf_counter()
    async with session.get(f"{url}/api/datasets") as answer:
        body = await answer.read()
        assert answer.status == 200, body
    return (time.perf_counter() - began) * 1000


async def paced(session: aiohttp.ClientSession, url: str, seconds: float, number: int) -> list[float]:
    """One client that asks once a second."""
    await asyncio.sleep(number / CLIENTS)
    times = []
    for _second in range(int(seconds)):
        began = time.perf_counter()
        times.append(await ask(session, url))
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))
    return times


async def eager(session: aiohttp.ClientSession, url: str, seconds: float, _number: int) -> list[float]:
    """One client that asks again as soon as it has its answer."""
    end, times = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        times.append(await ask(session, url))
    return times


Client = Callable[[aiohttp.ClientSession, str, float, int], Awaitable[list[float]]]


async def load(url: str, client: Client, seconds: float) -> list[float]:
    """The times of all clients together."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
        times = await asyncio.gather(*(client(session, url, seconds, number) for number in range(CLIENTS)))
    return [value for one in times for value in one]


def start(settings: Settings) -> tuple[subprocess.Popen[str], str]:
    """The server, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mistudio.cli", "serve", "--port", "0", "--data-dir", str(settings.data_dir)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip().removeprefix("miStudio is at ")


async def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        await populate(settings, options.datasets)
        began = time.perf_counter()
        process, url = start(settings)
        started = time.perf_counter() - began
        rows = []
        for name, client in (("50 clients, once a second", paced), ("50 clients, as fast as they can", eager)):
            times = await load(url, client, options.seconds)
            rate = len(times) / options.seconds
            figures = [percentile(times, share) for share in (0.5, 0.95, 0.99)]
            rows.append([name, f"{rate:,.0f}", *(f"{figure:.1f}" for figure in figures)])
        process.terminate()
        process.wait()
    table(
        f"GET /api/datasets, {options.datasets:,} datasets, a page of 50",
        ["", "requests/s", "p50 ms", "p95 ms", "p99 ms"],
        rows,
    )
    table("Start", ["", "seconds"], [["second start until it answers", f"{started:.2f}"]])


if __name__ == "__main__":
    asyncio.run(main())

"""The server under many clients: the list of 1,000 datasets, events, and its start; `make bench-serve`.

The server runs in a process of its own, as a user starts it. Fifty clients ask once a second, then as fast as they can.
Events begin in a child of the server, as a job's do, and are clocked when a client has them.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from common.measure import machine, percentile, script, table
from common.server import REST_SECONDS, serving, socket_client, timed
from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.core.migrations import upgrade

CLIENTS = 50
EVENTS = 400
EVENT_SECONDS = 0.05
STARTS = 5
SHARES = (0.5, 0.95, 0.99)


async def populate(settings: Settings, count: int) -> None:
    """``count`` ready datasets."""
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


async def paced(session: aiohttp.ClientSession, url: str, seconds: float, number: int) -> list[float]:
    """One client that asks once a second."""
    await asyncio.sleep(number / CLIENTS)
    times = []
    for _second in range(int(seconds)):
        began = time.perf_counter()
        times.append((await timed(session, f"{url}/api/datasets"))[1])
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))
    return times


async def eager(session: aiohttp.ClientSession, url: str, seconds: float, _number: int) -> list[float]:
    """One client that asks again as soon as it has its answer."""
    end, times = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        times.append((await timed(session, f"{url}/api/datasets"))[1])
    return times


Client = Callable[[aiohttp.ClientSession, str, float, int], Awaitable[list[float]]]


async def load(url: str, client: Client, seconds: float) -> list[float]:
    """The times of all clients together."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
        times = await asyncio.gather(*(client(session, url, seconds, number) for number in range(CLIENTS)))
    return [value for one in times for value in one]


def _figures(times: list[float]) -> list[str]:
    return [f"{percentile(times, share):.1f}" for share in SHARES]


async def lists(settings: Settings, datasets: int, seconds: float) -> None:
    """The list under load; the datasets have no files, so that none is to be indexed."""
    rows = []
    with serving(settings.data_dir, SEARCH_INDEX="off") as served:
        await asyncio.sleep(REST_SECONDS)
        await load(served.url, eager, 1.0)
        for name, client in (("50 clients, once a second", paced), ("50 clients, as fast as they can", eager)):
            times = await load(served.url, client, seconds)
            rows.append([name, f"{len(times) / seconds:,.0f}", *_figures(times)])
    title = f"GET /api/datasets, {datasets:,} datasets, a page of 50"
    table(title, ["", "requests/s", "p50 ms", "p95 ms", "p99 ms"], rows)


async def events(folder: Path, clients: int) -> list[float]:
    """Milliseconds from an event's beginning in the child until each of the clients has it."""
    times: list[float] = []
    complete = asyncio.Event()

    def heard(event: dict[str, Any]) -> None:  # an event as JSON
        if "sent" in event:
            times.append((time.monotonic() - event["sent"]) * 1000)
        if len(times) == EVENTS * clients:
            complete.set()

    command = [*script("serve_events"), str(folder), str(EVENTS), str(EVENT_SECONDS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 (the server; nothing else runs yet)
    line = process.stdout.readline() if process.stdout else ""
    async with AsyncExitStack() as stack:
        for _client in range(clients):
            client = await stack.enter_async_context(socket_client(line.strip().removeprefix("miStudio is at ")))
            client.on(DATASETS_CHANNEL, heard)
            await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
        await asyncio.wait_for(complete.wait(), 10 + 2 * EVENTS * EVENT_SECONDS)
    process.communicate(timeout=20)
    return times


async def starts(settings: Settings) -> None:
    """From the command until the first answer, the database being there."""
    seconds = []
    for _start in range(STARTS):
        began = time.perf_counter()
        with serving(settings.data_dir, SEARCH_INDEX="off") as served:
            async with aiohttp.ClientSession() as session:
                await timed(session, f"{served.url}/api/datasets")
            seconds.append(time.perf_counter() - began)
    table(
        f"From `mistudio serve` to the first list, {STARTS} starts",
        ["median s", "slowest s"],
        [[f"{sorted(seconds)[STARTS // 2]:.2f}", f"{max(seconds):.2f}"]],
    )


async def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "many")
        settings.data_dir.mkdir()
        await populate(settings, options.datasets)
        await lists(settings, options.datasets, options.seconds)
        rows = [
            [f"{clients}", f"{clients / EVENT_SECONDS:,.0f}", *_figures(await events(Path(folder) / "few", clients))]
            for clients in (1, CLIENTS)
        ]
        table(
            f"From the child's word to the client, an event every {EVENT_SECONDS * 1000:.0f} ms",
            ["clients", "messages/s", "p50 ms", "p95 ms", "p99 ms"],
            rows,
        )
        await starts(settings)


if __name__ == "__main__":
    asyncio.run(main())

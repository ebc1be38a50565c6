"""Measure the server with many clients: the list of 1,000 datasets, events, and its start; `make bench-serve`.

The server runs in a process of its own, as a user starts it. Fifty clients request the list once a second, then as fast
as they can. Events come from a child of the server, as a job's do; the clock stops when a client has them.
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

from common.measure import describe_machine, percentile, print_table, process_command
from common.records import add_ready_datasets
from common.server import STANDBY_SECONDS, connect_socket, parse_address, run_server, time_request
from mistudio.core.config import Settings
from mistudio.core.events import DATASETS_CHANNEL

CLIENTS = 50
EVENTS = 400
EVENT_SECONDS = 0.05
STARTS = 5
SHARES = (0.5, 0.95, 0.99)
# The datasets have no files: a server that indexes would fail on each of them.
NO_INDEX = {"MISTUDIO_SEARCH_INDEX": "off"}


async def request_each_second(session: aiohttp.ClientSession, url: str, seconds: float, number: int) -> list[float]:
    """Request the list once a second; return the milliseconds of each response."""
    await asyncio.sleep(number / CLIENTS)
    times = []
    for _second in range(int(seconds)):
        start = time.perf_counter()
        times.append((await time_request(session, f"{url}/api/datasets"))[1])
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - start)))
    return times


async def request_repeatedly(session: aiohttp.ClientSession, url: str, seconds: float, _number: int) -> list[float]:
    """Request the list again after each response; return the milliseconds of each."""
    end, times = time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        times.append((await time_request(session, f"{url}/api/datasets"))[1])
    return times


Client = Callable[[aiohttp.ClientSession, str, float, int], Awaitable[list[float]]]
CLIENT_KINDS: dict[str, Client] = {
    f"{CLIENTS} clients, once a second": request_each_second,
    f"{CLIENTS} clients, as fast as they can": request_repeatedly,
}


async def run_clients(url: str, client: Client, seconds: float) -> list[float]:
    """Run all clients at once; return the times of them all."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:
        times = await asyncio.gather(*(client(session, url, seconds, number) for number in range(CLIENTS)))
    return [value for one in times for value in one]


def _format_percentiles(times: list[float]) -> list[str]:
    return [f"{percentile(times, share):.1f}" for share in SHARES]


async def measure_list(settings: Settings, datasets: int, seconds: float) -> None:
    """Print the times of the list under load."""
    rows = []
    with run_server(settings.data_dir, **NO_INDEX) as server:
        await asyncio.sleep(STANDBY_SECONDS)
        await run_clients(server.url, request_repeatedly, 1.0)
        for name, client in CLIENT_KINDS.items():
            times = await run_clients(server.url, client, seconds)
            rows.append([name, f"{len(times) / seconds:,.0f}", *_format_percentiles(times)])
    title = f"GET /api/datasets, {datasets:,} datasets, a page of 50"
    print_table(title, ["", "requests/s", "p50 ms", "p95 ms", "p99 ms"], rows)


async def measure_events(folder: Path) -> None:
    """Print how long events take to reach one client and many."""
    rows = []
    for clients in (1, CLIENTS):
        times = await time_events(folder, clients)
        rows.append([f"{clients}", f"{clients / EVENT_SECONDS:,.0f}", *_format_percentiles(times)])
    print_table(
        f"From the child to the client, an event every {EVENT_SECONDS * 1000:.0f} ms",
        ["clients", "messages/s", "p50 ms", "p95 ms", "p99 ms"],
        rows,
    )


async def time_events(folder: Path, clients: int) -> list[float]:
    """Return the milliseconds that each event takes from the child to each client."""
    times: list[float] = []
    complete = asyncio.Event()

    def receive(event: dict[str, Any]) -> None:  # JSON
        if "sent" in event:
            times.append((time.monotonic() - event["sent"]) * 1000)
        if len(times) == EVENTS * clients:
            complete.set()

    command = process_command("serve_events", str(folder), EVENTS, EVENT_SECONDS)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 (the server; nothing else runs yet)
    line = process.stdout.readline() if process.stdout else ""
    async with AsyncExitStack() as stack:
        for _client in range(clients):
            client = await stack.enter_async_context(connect_socket(parse_address(line)))
            client.on(DATASETS_CHANNEL, receive)
            await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
        await asyncio.wait_for(complete.wait(), 10 + 2 * EVENTS * EVENT_SECONDS)
    process.communicate(timeout=20)
    return times


async def measure_starts(settings: Settings) -> None:
    """Print the time from the command to the first response, with an existing database."""
    seconds = []
    for _number in range(STARTS):
        start = time.perf_counter()
        with run_server(settings.data_dir, **NO_INDEX) as server:
            async with aiohttp.ClientSession() as session:
                await time_request(session, f"{server.url}/api/datasets")
            seconds.append(time.perf_counter() - start)
    print_table(
        f"From `mistudio serve` to the first list, {STARTS} starts",
        ["median s", "slowest s"],
        [[f"{sorted(seconds)[STARTS // 2]:.2f}", f"{max(seconds):.2f}"]],
    )


async def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=1000, help="in the list")
    parser.add_argument("--seconds", type=float, default=20.0, help="for which the clients request the list")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "many")
        settings.data_dir.mkdir()
        await add_ready_datasets(settings, options.datasets)
        await measure_list(settings, options.datasets, options.seconds)
        await measure_events(Path(folder) / "few")
        await measure_starts(settings)


if __name__ == "__main__":
    asyncio.run(main())

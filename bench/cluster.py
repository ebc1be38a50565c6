"""The scaled-out engine whole: two servers, two workers that are killed, PostgreSQL, Valkey; `make bench-cluster`.

Ten datasets are downloaded at once, asked of both servers in turns, from a Hub that is slow enough for many kills:
one worker after the other gets SIGKILL as the bytes come, and another one is started in its place. Each dataset must
end ready, its files as their checksums say, with every row in its place; that is done twice. Events go from a process
that sends them as a worker does, by way of Redis, to a client of a server, and are clocked there.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from common.measure import machine, percentile, script, table
from common.server import socket_client
from fakes.cluster import database_server, fresh_database, redis_server, scaled_out, worker_process
from fakes.hub import Hub
from fakes.process import ServerProcess, server_process
from fakes.repositories import parquet_bytes
from mistudio import open_dataset
from mistudio.core.config import Settings
from mistudio.core.events import DATASETS_CHANNEL
from mistudio.corpus.store.manifest import verify
from mistudio.utils.file_utils import ensure_dir

DATASETS = 10
WORKERS = 2
FILES = 3
ROWS = 60_000
ROW_BYTES = 160
RATE = 160_000.0
KILLS = 12
EVENTS = 400
EVENT_SECONDS = 0.05
SHARES = (0.5, 0.95, 0.99)


@dataclass
class Workers:
    """Workers that are killed in turns and replaced, as the Hub ``sent`` bytes; ``deaths`` counts."""

    settings: Settings
    log: Path
    sent: Callable[[], int]
    step: int
    deaths: int = 0
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def live(self, place: int) -> None:
        """One worker after the other in this place, until ``end``; each dies after some more bytes have come."""
        begin = self.sent()
        for turn in itertools.count(1):
            async with worker_process(self.settings, self.log) as process:
                while self.sent() < begin + (turn * WORKERS + place) * self.step:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._ended.wait(), 0.05)
                    if self._ended.is_set():
                        return
                process.kill()
                self.deaths += 1
                await process.wait()

    def end(self) -> None:
        """Kill none any more."""
        self._ended.set()


@asynccontextmanager
async def cluster(folder: Path, hub: Hub) -> AsyncIterator[tuple[Settings, list[ServerProcess]]]:
    """Two servers on PostgreSQL and Valkey, and what they were set to."""
    with database_server() as postgres, redis_server() as redis:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(fresh_database(postgres))
            given = Settings(
                data_dir=folder / "data",
                hf_endpoint=hub.url,
                hf_home=folder / "hf",
                retry_backoff_seconds=0.5,
                search_index="off",
            )
            # Twice what tests have: here machines are busy, and who is late must not count as dead.
            settings = scaled_out(given, database_url=url, redis_url=redis).model_copy(update={"lease_seconds": 6.0})
            servers = [
                await stack.enter_async_context(server_process(settings, folder / f"server-{number}.log"))
                for number in range(2)
            ]
            yield settings, servers


def add_repositories(hub: Hub) -> list[str]:
    """Ten repositories with the same rows, answered in order; random digits, so that the files are large."""
    digits = random.Random(10)
    texts = [f"{number:06d} {digits.randbytes(ROW_BYTES).hex()}" for number in range(ROWS)]
    each = ROWS // FILES
    files = {
        f"data/train-{number:05d}-of-{FILES:05d}.parquet": parquet_bytes(
            [{"text": text} for text in texts[number * each : (number + 1) * each]], group_rows=2_000
        )
        for number in range(FILES)
    }
    for number in range(DATASETS):
        hub.add(f"lab/digits-{number}", files)
    return texts


async def latencies(settings: Settings, listening: ServerProcess) -> list[float]:
    """Milliseconds from a worker's event to a client of this server, for many events."""
    times: list[float] = []

    def hear(event: dict[str, float]) -> None:
        if "sent" in event:
            times.append((time.monotonic() - event["sent"]) * 1000)

    async with socket_client(listening.url) as client:
        client.on(DATASETS_CHANNEL, hear)
        await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        process = await asyncio.create_subprocess_exec(
            *script("cluster_events"),
            *(settings.redis_url, str(EVENTS), str(EVENT_SECONDS)),
        )
        await process.wait()
        await asyncio.sleep(1.0)
    if len(times) != EVENTS:
        raise SystemExit(f"{EVENTS - len(times)} of {EVENTS} events did not come.")
    return times


async def whole_round(
    settings: Settings, servers: list[ServerProcess], hub: Hub, *, expected: list[str], log: Path
) -> list[str]:
    """Ten datasets at once under kills, from the first request to the last proof, then all are deleted; its figures."""
    began = time.monotonic()
    turns = itertools.cycle(servers)
    ids = [(await next(turns).download(f"lab/digits-{number}"))["id"] for number in range(DATASETS)]
    workers = Workers(settings, log, lambda: _sent(hub), DATASETS * _size(hub) // KILLS)
    async with asyncio.TaskGroup() as living:
        for place in range(WORKERS):
            living.create_task(workers.live(place))
        for dataset_id in ids:
            await next(turns).until(dataset_id, "ready")
        workers.end()
    seconds = time.monotonic() - began
    attempts = [job["attempt"] for job in await servers[0].get("/api/jobs")]
    whole = sum(_is_whole(settings, dataset_id, expected) for dataset_id in ids)
    if whole < DATASETS:
        raise SystemExit(f"{DATASETS - whole} of {DATASETS} datasets are not whole.")
    for dataset_id in ids:
        (await next(turns).http.delete(f"/api/datasets/{dataset_id}")).raise_for_status()
    return [str(workers.deaths), f"{whole} of {DATASETS}", f"{len(expected):,}", str(max(attempts)), f"{seconds:.0f}"]


def _sent(hub: Hub) -> int:
    return sum(record.bytes_sent for record in hub.requests if record.origin == "files")


def _size(hub: Hub) -> int:
    """Bytes of one dataset's files."""
    repository = hub.find("datasets", "lab/digits-0")
    sha = repository.resolve("main") if repository else None
    return sum(file["size"] for file in repository.describe(sha, blobs=True)["siblings"]) if repository and sha else 0


def _is_whole(settings: Settings, dataset_id: str, expected: list[str]) -> bool:
    """Whether the files are as their checksums say, and every row is there, in order, once."""
    folder = settings.datasets_dir / dataset_id
    texts = (row["text"] for row in open_dataset(folder).rows("train"))
    return not verify(folder) and all(one == other for one, other in itertools.zip_longest(expected, texts))


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="how often ten datasets are downloaded under kills")
    parser.add_argument("--folder", type=Path, help="where data and logs go; they stay there")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    with tempfile.TemporaryDirectory(prefix="mistudio-cluster-") as made, Hub() as hub:
        folder = ensure_dir(options.folder or Path(made))
        expected = add_repositories(hub)
        async with cluster(folder, hub) as (settings, servers):
            idle = await latencies(settings, servers[1])
            hub.rate = RATE
            log = folder / "workers.log"
            rows = [
                await whole_round(settings, servers, hub, expected=expected, log=log)
                for _round in range(options.rounds)
            ]
    header = ["workers killed", "datasets ready and whole", "rows each", "most attempts of a job", "seconds"]
    table(f"{DATASETS} datasets at once, {WORKERS} workers under SIGKILL, 2 servers", header, rows)
    figures = [f"{percentile(idle, share):.1f}" for share in SHARES]
    table("Events, from a worker to a client of a server, ms", ["median", "p95", "p99"], [figures])


if __name__ == "__main__":
    asyncio.run(main())

"""Kill the workers of the scaled-out engine and check that no row is lost; `make bench-cluster`.

Two servers share PostgreSQL, Valkey and two workers. Clients request ten datasets at once, from both servers in turn.
The Hub is slow enough for many kills: as bytes arrive, one worker after the other gets SIGKILL and is replaced. Each
dataset must end ready, with files that match their checksums and every row in its place. Another table shows how long
events take from a worker through Redis to a client of a server.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from common.cluster import start_cluster
from common.measure import describe_machine, percentile, print_table, process_command
from common.server import connect_socket
from fakes.cluster import worker_process
from fakes.hub import Hub
from fakes.process import ServerProcess
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
class WorkerPool:
    """Workers that are killed in turn and replaced, one kill for every ``step`` bytes that the Hub ``sent``."""

    settings: Settings
    log: Path
    sent: Callable[[], int]
    step: int
    kills: int = 0
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, number: int) -> None:
        """Run one worker after the other as the pool's worker ``number`` until ``stop``."""
        first_byte = self.sent()
        for turn in itertools.count(1):
            async with worker_process(self.settings, self.log) as process:
                while self.sent() < first_byte + (turn * WORKERS + number) * self.step:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stopped.wait(), 0.05)
                    if self._stopped.is_set():
                        return
                process.kill()
                self.kills += 1
                await process.wait()

    def stop(self) -> None:
        """Kill no more workers."""
        self._stopped.set()


def add_repositories(hub: Hub) -> list[str]:
    """Add ten repositories with the same rows and return these in order; random digits make the files large."""
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


async def measure_latencies(settings: Settings, server: ServerProcess) -> list[float]:
    """Return the milliseconds that each event takes from a worker to a client of this server."""
    times: list[float] = []

    def receive(event: dict[str, float]) -> None:
        if "sent" in event:
            times.append((time.monotonic() - event["sent"]) * 1000)

    async with connect_socket(server.url) as client:
        client.on(DATASETS_CHANNEL, receive)
        await client.call("subscribe", {"channel": DATASETS_CHANNEL})
        process = await asyncio.create_subprocess_exec(
            *process_command("cluster_events", settings.redis_url, EVENTS, EVENT_SECONDS)
        )
        await process.wait()
        await asyncio.sleep(1.0)
    if len(times) != EVENTS:
        raise SystemExit(f"{EVENTS - len(times)} of {EVENTS} events did not arrive.")
    return times


async def run_round(
    settings: Settings, servers: list[ServerProcess], hub: Hub, *, texts: list[str], log: Path
) -> list[str]:
    """Download ten datasets at once under kills, check them, delete them; return the figures."""
    start = time.monotonic()
    turns = itertools.cycle(servers)
    ids = [(await next(turns).download(f"lab/digits-{number}"))["id"] for number in range(DATASETS)]
    kills = await _kill_until_ready(settings, turns, hub, ids=ids, log=log)
    seconds = time.monotonic() - start
    attempts = [job["attempt"] for job in await servers[0].get("/api/jobs")]
    complete = sum(_is_complete(settings, dataset_id, texts) for dataset_id in ids)
    if complete < DATASETS:
        raise SystemExit(f"{DATASETS - complete} of {DATASETS} datasets are incomplete.")
    for dataset_id in ids:
        (await next(turns).http.delete(f"/api/datasets/{dataset_id}")).raise_for_status()
    return [str(kills), f"{complete} of {DATASETS}", f"{len(texts):,}", str(max(attempts)), f"{seconds:.0f}"]


async def _kill_until_ready(
    settings: Settings, turns: Iterator[ServerProcess], hub: Hub, *, ids: list[str], log: Path
) -> int:
    """Run workers and kill them until every dataset is ready; return the number of kills."""
    pool = WorkerPool(settings, log, lambda: _bytes_sent(hub), DATASETS * _dataset_bytes(hub) // KILLS)
    async with asyncio.TaskGroup() as tasks:
        for number in range(WORKERS):
            tasks.create_task(pool.run(number))
        for dataset_id in ids:
            await next(turns).until(dataset_id, "ready")
        pool.stop()
    return pool.kills


def _bytes_sent(hub: Hub) -> int:
    return sum(record.bytes_sent for record in hub.requests if record.origin == "files")


def _dataset_bytes(hub: Hub) -> int:
    """Return the bytes of one dataset's files."""
    repository = hub.find("datasets", "lab/digits-0")
    sha = repository.resolve("main") if repository else None
    return sum(file["size"] for file in repository.describe(sha, blobs=True)["siblings"]) if repository and sha else 0


def _is_complete(settings: Settings, dataset_id: str, expected: list[str]) -> bool:
    """Return whether the files match their checksums, and every row is there once and in order."""
    folder = settings.datasets_dir / dataset_id
    texts = (row["text"] for row in open_dataset(folder).rows("train"))
    return not verify(folder) and all(one == other for one, other in itertools.zip_longest(expected, texts))


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="how often ten datasets are downloaded under kills")
    parser.add_argument("--folder", type=Path, help="where to keep data and logs (default: a temporary folder)")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    with tempfile.TemporaryDirectory(prefix="mistudio-cluster-") as scratch, Hub() as hub:
        folder = ensure_dir(options.folder or Path(scratch))
        texts, log = add_repositories(hub), folder / "workers.log"
        async with start_cluster(folder, hub) as (settings, servers):
            times = await measure_latencies(settings, servers[1])
            hub.rate = RATE
            rows = [await run_round(settings, servers, hub, texts=texts, log=log) for _round in range(options.rounds)]
    header = ["workers killed", "datasets ready and complete", "rows each", "most attempts of a job", "seconds"]
    print_table(f"{DATASETS} datasets at once, {WORKERS} workers under SIGKILL, 2 servers", header, rows)
    figures = [f"{percentile(times, share):.1f}" for share in SHARES]
    print_table("Events, from a worker to a client of a server, ms", ["median", "p95", "p99"], [figures])


if __name__ == "__main__":
    asyncio.run(main())

"""Share one tokenization among 1, 2 and 4 workers, each pinned to one core; `make bench-shards`.

A worker's encoder uses all cores it may use, so a second worker on the same machine would add nothing. This benchmark
pins each process to its own core, as far as there are cores: each stands for a machine of one core. The packed files
must have the same bytes each time.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from common.cluster import start_cluster
from common.measure import describe_machine, print_table
from common.server import STANDBY_SECONDS
from common.texts import prepare_text
from fakes.cluster import worker_process
from fakes.hub import Hub
from fakes.process import ServerProcess
from mistudio.core.config import Settings
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenize.shards import ShardPolicy
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest
from mistudio.corpus.tokenizers.tokenizer import load_tokenizer
from mistudio.services.tokenizations.run import help_with_tokenization, save_tokenized_dataset
from mistudio.utils.file_utils import ensure_dir

WORKERS = (1, 2, 4)
SHARD_BYTES = 16 << 20
TOKENIZER = "./tokenizers/bench"


@dataclass(frozen=True)
class ShardedRun:
    """One tokenization: its number of workers, the seconds of its job, the hashes of its files."""

    workers: int
    seconds: float
    hashes: Sequence[str]


def pin_to_core(process_id: int, core: int) -> None:
    """Let a process, and the processes that it starts, use one core."""
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core % (os.cpu_count() or 1)})


async def run_tokenization(
    settings: Settings, server: ServerProcess, dataset_id: str, *, workers: int, log: Path
) -> ShardedRun:
    """Run one tokenization with this many workers, and delete it."""
    async with AsyncExitStack() as stack:
        for number in range(workers):
            process = await stack.enter_async_context(worker_process(settings, log, "--concurrency", "1"))
            pin_to_core(process.pid, number)
        await asyncio.sleep(STANDBY_SECONDS)
        tokenization = await _tokenize(server, dataset_id)
        job = next(job for job in await server.get("/api/jobs") if job["kind"] == "tokenize")
    manifest = read_tokenized_manifest(Path(tokenization["path"]))
    (await server.http.delete(f"/api/tokenizations/{tokenization['id']}")).raise_for_status()
    seconds = _parse_time(job["finished_at"]) - _parse_time(job["started_at"])
    return ShardedRun(workers, seconds, [file.sha256 for split in manifest.splits for file in split.files])


async def _tokenize(server: ServerProcess, dataset_id: str) -> dict[str, Any]:  # JSON
    body = {"tokenizer": TOKENIZER, "packing": "concat", "max_length": 1024}
    response = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json=body)
    tokenization: dict[str, Any] = response.raise_for_status().json()  # JSON
    while tokenization["status"] in {"queued", "processing"}:
        await asyncio.sleep(0.05)
        tokenization = await server.get(f"/api/tokenizations/{tokenization['id']}")
    if tokenization["status"] != "ready":
        raise SystemExit(tokenization["error_message"])
    return tokenization


def _parse_time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def time_writing(dataset: Path) -> tuple[float, float]:
    """Return the wall-clock and CPU seconds of the process that writes, once helpers have encoded every shard.

    It makes and packs rows, writes files, counts and audits.
    """
    root = dataset.parents[1]
    source = TokenizerSource(TOKENIZER, None)
    tokenizer = load_tokenizer(source, token=None, cache_dir=root / "cache", root=root)
    settings = TokenizeSettings(tokenizer=TOKENIZER, packing="concat", max_length=1024)
    start = start_cpu = 0.0
    with tempfile.TemporaryDirectory(dir=root) as scratch:
        staging = Path(scratch) / "staging"

        def encode_all(_shards: int) -> None:
            nonlocal start, start_cpu
            help_with_tokenization(
                dataset, staging, settings=settings, tokenizer=tokenizer, monitor=NullMonitor(), begin=0
            )
            start, start_cpu = time.perf_counter(), time.process_time()

        save_tokenized_dataset(
            dataset,
            ensure_dir(staging),
            Path(scratch) / "tok",
            settings=settings,
            tokenizer=tokenizer,
            monitor=NullMonitor(),
            sharing=ShardPolicy(SHARD_BYTES, encode_all),
        )
        return time.perf_counter() - start, time.process_time() - start_cpu


async def measure_cluster(base: Path, tokenizer: Path) -> tuple[list[ShardedRun], float]:
    """Tokenize ``base`` with each number of workers, then time the writing; return the runs and the MB of text."""
    with tempfile.TemporaryDirectory(prefix="mistudio-shards-") as scratch, Hub() as hub:
        folder = Path(scratch)
        hub.add("lab/text", {"train.parquet": base})
        async with start_cluster(folder, hub) as (cluster_settings, (server, *_)):
            settings = cluster_settings.model_copy(update={"shard_bytes": SHARD_BYTES})
            shutil.copytree(tokenizer, settings.tokenizers_dir / "bench")
            async with worker_process(settings, folder / "download.log"):
                dataset = await server.download("lab/text")
                dataset = await server.until(dataset["id"], "ready")
            size = dataset["metadata"]["text_bytes"]
            if size <= SHARD_BYTES:
                raise SystemExit(f"{size / 1e6:.0f} MB of text are only one shard: raise --megabytes.")
            runs = [
                await run_tokenization(settings, server, dataset["id"], workers=workers, log=folder / f"{workers}.log")
                for workers in WORKERS
            ]
            print_writing(size / 1e6, *time_writing(settings.datasets_dir / dataset["id"]))
            return runs, size / 1e6


def print_writing(megabytes: float, seconds: float, cpu_seconds: float) -> None:
    """Print the rates of the process that writes."""
    sys.stdout.write(
        f"Writing alone, with every shard encoded: {seconds:.1f} s, {megabytes / seconds:.0f} MB/s of text; "
        f"{cpu_seconds:.1f} s of CPU time, {megabytes / cpu_seconds:.0f} MB/s\n"
    )


def print_runs(runs: Sequence[ShardedRun], megabytes: float, tokenizer: str) -> None:
    """Print the rate of each run, and its ratio to the first."""
    rows = []
    for run in runs:
        figures = [f"{run.seconds:.1f}", f"{megabytes / run.seconds:.1f}", f"{runs[0].seconds / run.seconds:.2f}"]
        rows.append([str(run.workers), *figures])
    header = ["workers of one core", "seconds", "MB/s of text", "times one"]
    print_table(f"{megabytes:.0f} MB, {tokenizer}, packed, shards of {SHARD_BYTES >> 20} MiB", header, rows)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text; at least two shards")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text` instead of generated text")
    parser.add_argument("--tokenizer", type=Path, required=True, help="a folder with a tokenizer.json")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    base = prepare_text(options.megabytes, options.text)
    runs, megabytes = await measure_cluster(base, options.tokenizer)
    if any(run.hashes != runs[0].hashes for run in runs):
        raise SystemExit("The files differ.")
    print_runs(runs, megabytes, options.tokenizer.name)


if __name__ == "__main__":
    asyncio.run(main())

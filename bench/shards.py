"""One tokenization shared by 1, 2 and 4 workers, each held to one core; `make bench-shards`.

A worker's engine uses all cores that it is let, so that on one machine a second worker has nothing to add. Here each
process is held to a core of its own as far as there are cores, as if each were a machine of one core. The packed files
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

from cluster import cluster
from common.measure import machine, table
from common.server import REST_SECONDS
from common.texts import base_text
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


@dataclass(frozen=True)
class Run:
    """Seconds of the job itself, and the hashes of the files."""

    seconds: float
    hashes: Sequence[str]


def hold(process_id: int, core: int) -> None:
    """Let a process, and what it starts, use one core."""
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core % (os.cpu_count() or 1)})


async def tokenized(settings: Settings, server: ServerProcess, dataset: Any, *, workers: int, log: Path) -> Run:  # JSON
    """One tokenization by so many workers, deleted afterwards."""
    async with AsyncExitStack() as stack:
        for number in range(workers):
            process = await stack.enter_async_context(worker_process(settings, log, "--concurrency", "1"))
            hold(process.pid, number)
        await asyncio.sleep(REST_SECONDS)
        body = {"tokenizer": "./tokenizers/bench", "packing": "concat", "max_length": 1024}
        answer = await server.http.post(f"/api/datasets/{dataset['id']}/tokenize", json=body)
        made = answer.raise_for_status().json()
        while made["status"] in {"queued", "processing"}:
            await asyncio.sleep(0.05)
            made = await server.get(f"/api/tokenizations/{made['id']}")
        if made["status"] != "ready":
            raise SystemExit(made["error_message"])
        job = next(job for job in await server.get("/api/jobs") if job["kind"] == "tokenize")
    manifest = read_tokenized_manifest(Path(made["path"]))
    (await server.http.delete(f"/api/tokenizations/{made['id']}")).raise_for_status()
    seconds = _seconds(job["finished_at"]) - _seconds(job["started_at"])
    hashes = [file.sha256 for split in manifest.splits for file in split.files]
    return Run(seconds, hashes)


def written(dataset: Path) -> tuple[float, float]:
    """What the process that writes takes where helpers have made all shards: rows, packing, files, counts, audit.

    Seconds on the clock, and of processor time.
    """
    root = dataset.parents[1]
    source = TokenizerSource("./tokenizers/bench", None)
    tokenizer = load_tokenizer(source, token=None, cache_dir=root / "cache", root=root)
    asked = TokenizeSettings(tokenizer="./tokenizers/bench", packing="concat", max_length=1024)
    began = began_cpu = 0.0
    with tempfile.TemporaryDirectory(dir=root) as made:
        staging = Path(made) / "staging"

        def help_with_all(_shards: int) -> None:
            nonlocal began, began_cpu
            help_with_tokenization(
                dataset, staging, settings=asked, tokenizer=tokenizer, monitor=NullMonitor(), begin=0
            )
            began, began_cpu = time.perf_counter(), time.process_time()

        save_tokenized_dataset(
            dataset,
            ensure_dir(staging),
            Path(made) / "tok",
            settings=asked,
            tokenizer=tokenizer,
            monitor=NullMonitor(),
            sharing=ShardPolicy(SHARD_BYTES, help_with_all),
        )
        return time.perf_counter() - began, time.process_time() - began_cpu


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text` to take it from")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of a tokenizer.json")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    base = base_text(options.megabytes, options.text)
    with tempfile.TemporaryDirectory(prefix="mistudio-shards-") as made, Hub() as hub:
        folder = Path(made)
        hub.add("lab/text", {"train.parquet": base})
        async with cluster(folder, hub) as (settings, (server, *_)):
            shared = settings.model_copy(update={"shard_bytes": SHARD_BYTES})
            shutil.copytree(options.tokenizer, settings.tokenizers_dir / "bench")
            async with worker_process(shared, folder / "download.log"):
                dataset = await server.download("lab/text")
                dataset = await server.until(dataset["id"], "ready")
            runs = [
                await tokenized(shared, server, dataset, workers=workers, log=folder / f"{workers}.log")
                for workers in WORKERS
            ]
            writing, writing_cpu = written(settings.datasets_dir / dataset["id"])
    if any(run.hashes != runs[0].hashes for run in runs):
        raise SystemExit("The files differ.")
    size = dataset["metadata"]["text_bytes"] / 1e6
    rows = [
        [str(workers), f"{run.seconds:.1f}", f"{size / run.seconds:.1f}", f"{runs[0].seconds / run.seconds:.2f}"]
        for workers, run in zip(WORKERS, runs, strict=True)
    ]
    header = ["workers of one core", "seconds", "MB/s of text", "times one"]
    sys.stdout.write(
        f"Writing alone, all shards being there: {writing:.1f} s, {size / writing:.0f} MB/s of text; "
        f"{writing_cpu:.1f} s of processor time, {size / writing_cpu:.0f} MB/s\n"
    )
    table(f"{size:.0f} MB, {options.tokenizer.name}, packed, shards of {SHARD_BYTES >> 20} MiB", header, rows)


if __name__ == "__main__":
    asyncio.run(main())

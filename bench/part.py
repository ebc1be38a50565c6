"""Compare a part of a large repository with what users use today; `make bench-part`.

The repository has 40 Parquet files, which are one file on the disk of the test Hub. The first rows and random rows come
with our selection, and with `datasets` streaming, `take` and `shuffle`. Bytes are from the log of the Hub. A contender
runs in a process of its own.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from common import DATA
from common.measure import describe_machine, print_table, process_command, run
from fakes.hub import Hub, Repository
from fakes.hub.repository import RepoFile
from mistudio.corpus.store.manifest import read_manifest

FILES = 40
GROUP_ROWS = 1_000
TEXT_BYTES = 500


def make_file(path: Path, megabytes: int) -> Path:
    """Return a Parquet file of about this size with row groups of 1,000 rows; later runs use the same file."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = random.Random(megabytes)
    schema = pa.schema([("text", pa.string()), ("number", pa.int64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, megabytes * 1_000_000 // TEXT_BYTES, GROUP_ROWS):
            # Hexadecimal digits pack to half.
            texts = [chance.randbytes(TEXT_BYTES).hex() for _row in range(GROUP_ROWS)]
            numbers = list(range(start, start + GROUP_ROWS))
            writer.write_table(pa.table([texts, numbers], schema=schema), row_group_size=GROUP_ROWS)
    return path


def add_repository(hub: Hub, file: Path) -> None:
    """Add a repository of 40 files, each of them this one."""
    repository = Repository("bench/parts")
    sha = repository.commit({})
    shared = RepoFile(file, lfs=True)
    repository.commits[sha] = {f"data/train-{number:05d}-of-{FILES:05d}.parquet": shared for number in range(FILES)}
    hub.put(repository)


def measure(hub: Hub, name: str, rows: int, order: str, *, scratch: Path) -> list[str]:
    """Run one contender, and return its line of the table."""
    folder = scratch / name
    environment = {"HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(scratch / "hf")}
    hub.requests.clear()
    usage = run(process_command(name, "bench/parts", rows, order, str(folder)), environment=environment)
    found, sent = json.loads(usage.output.splitlines()[-1]), hub.bytes_sent(origin="files")
    shutil.rmtree(folder)
    chosen = found["chosen_bytes"]
    return [
        "ours" if name == "take_part" else "datasets, streaming",
        order,
        f"{found['rows']:,}",
        f"{usage.seconds:.1f}",
        f"{sent / 1e6:.1f}",
        f"{sent / chosen:.3f}" if chosen else "",
        f"{usage.peak_bytes / 1e6:.0f}",
    ]


def measure_kills(hub: Hub, rows: int, *, times: int, scratch: Path) -> None:
    """Kill our process at random moments, let it finish, and compare its result with that of one left alone."""
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(scratch / "hf")}
    whole, killed = scratch / "whole", scratch / "killed"
    run(process_command("take_part", "bench/parts", rows, "random", str(whole)), environment=environment)
    command, chance = process_command("take_part", "bench/parts", rows, "random", str(killed)), random.Random(7)
    hub.requests.clear()
    hub.rate = 2e6
    kills = 0
    for _kill in range(times):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.5, 3.5))
        kills += process.poll() is None
        process.kill()
        process.wait()
    hub.rate = None
    run(command, environment=environment)
    manifests = [read_manifest(folder / "dataset") for folder in (whole, killed)]
    raw = [[file.sha256 for split in manifest.splits for file in split.files] for manifest in manifests]
    chosen = sum(source.part.bytes for source in manifests[0].sources if source.part)
    same = "identical" if raw[0] == raw[1] else "DIFFERENT"
    again = hub.bytes_sent(origin="files") / chosen
    print_table(
        "Killed at random moments",
        ["kills", "raw files", "bytes fetched, of the chosen"],
        [[str(kills), same, f"{again:.3f}"]],
    )


def main() -> None:
    """Run all comparisons and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500, help="of each of the 40 files")
    parser.add_argument("--rows", type=int, default=100_000, help="of the first rows")
    parser.add_argument("--kills", type=int, default=20, help="how often our process is killed")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    file = make_file(DATA / "part" / f"{options.megabytes}.parquet", options.megabytes)
    percent = FILES * pq.read_metadata(file).num_rows // 100
    with Hub() as hub, tempfile.TemporaryDirectory(dir=DATA / "part") as folder:
        add_repository(hub, file)
        lines = [
            measure(hub, name, rows, order, scratch=Path(folder))
            for order, rows in (("first", options.rows), ("random", percent))
            for name in ("take_part", "stream_part")
        ]
        measure_kills(hub, percent // 4, times=options.kills, scratch=Path(folder))
    size = FILES * file.stat().st_size
    title = f"A part of 40 Parquet files, {size / 1e9:.1f} GB"
    print_table(title, ["", "order", "rows", "seconds", "MB fetched", "of the chosen bytes", "peak MB"], lines)


if __name__ == "__main__":
    main()

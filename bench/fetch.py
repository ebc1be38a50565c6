"""Compare our download with what users use today; `make bench-fetch`.

One file of 1 GB comes over loopback from nginx, against ``curl | sha256sum``. Several files come from the test Hub,
against ``huggingface_hub.snapshot_download``, which verifies nothing. Then the fetcher is killed at random moments, to
count the bytes that it fetches again. Each contender runs in a process of its own; the figures are medians of one run.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from common import DATA
from common.measure import Usage, describe_machine, median_run, print_table, process_command, run
from fakes.hub import Hub

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location ~ "^/([0-9a-f]{{64}})/" {{ root {root}; try_files /$1 =404; }}
    location / {{ root {root}; }}
  }}
}}
"""
SNAPSHOT = """
import json, sys
from huggingface_hub import snapshot_download
snapshot_download(json.loads(sys.argv[1]), repo_type="dataset", local_dir=json.loads(sys.argv[2]))
"""


def make_random_file(path: Path, size: int) -> Path:
    """Return a file of ``size`` random bytes; later runs use the same file."""
    if not path.exists() or path.stat().st_size != size:
        path.parent.mkdir(parents=True, exist_ok=True)
        chance = random.Random(size)
        with path.open("wb") as file:
            for start in range(0, size, 1 << 24):
                file.write(chance.randbytes(min(1 << 24, size - start)))
    return path


@contextmanager
def run_nginx(root: Path) -> Iterator[str]:
    """Serve ``root`` with nginx, and yield its address."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("This benchmark needs nginx: apt-get install nginx-light.")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, root=root), encoding="utf-8")
        process = subprocess.Popen([program, "-c", str(config), "-p", folder])
        for _try in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def write_plan(hub: Hub, repo_id: str, scratch: Path) -> Path:
    """Return a file with the plan of a repository, which a job has before it starts."""
    path = scratch / f"{repo_id.replace('/', '-')}.plan.json"
    plan = run(process_command("make_plan", repo_id), environment={"HF_ENDPOINT": hub.url}).output
    path.write_text(plan, "utf-8")
    return path


def run_fetcher(hub: Hub, plan: Path, folder: Path) -> Usage:
    """Run our fetcher with checksums and without ingest."""
    shutil.rmtree(folder, ignore_errors=True)
    return run(process_command("fetch_files", str(plan), str(folder)), environment={"HF_ENDPOINT": hub.url})


def run_snapshot_download(hub: Hub, repo_id: str, folder: Path) -> Usage:
    """Run the Hub's own client, which computes no checksums."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HOME": str(folder.parent / "hf"),
    }
    return run([sys.executable, "-c", SNAPSHOT, json.dumps(repo_id), json.dumps(str(folder))], environment=environment)


def run_curl(url: str, times: int) -> dict[str, Usage]:
    """Run curl with two programs for the checksum: openssl, which uses the processor's instructions, and sha256sum."""
    usages = {}
    for digest in ("openssl dgst -sha256", "sha256sum"):
        command = f"set -o pipefail; curl -sf {url} | {digest}"
        usages[f"curl, {digest}, not on disk"] = median_run(times, partial(run, ["bash", "-c", command]))
    return usages


def print_comparison(title: str, size: int, contenders: dict[str, Usage]) -> None:
    """Print rates, CPU time and the ratio to the last contender."""
    base = list(contenders.values())[-1]
    rows = [
        [
            name,
            f"{size / usage.seconds / 1e6:,.0f}",
            f"{usage.cpu_seconds / size * 1e9:.2f}",
            f"{usage.peak_bytes / 1e6:.0f}",
            f"{base.seconds / usage.seconds:.2f}",
        ]
        for name, usage in contenders.items()
    ]
    print_table(title, ["", "MB/s", "CPU s per GB", "peak MB", "rate against the last"], rows)


def count_interrupted(hub: Hub) -> int:
    """Return how many requests for files a kill cut off."""

    def length_of(header: str | None) -> float:
        first, _, last = (header or "").removeprefix("bytes=").partition("-")
        return int(last) - int(first) + 1 if last else float("inf")

    return sum(
        record.origin == "files" and record.method == "GET" and record.bytes_sent < length_of(record.range)
        for record in hub.requests
    )


def measure_kills(hub: Hub, plan: Path, folder: Path, *, times: int) -> None:
    """Kill the fetcher at random moments, let it finish, and print how much it fetched twice."""
    shutil.rmtree(folder, ignore_errors=True)
    command, environment = process_command("fetch_files", str(plan), str(folder)), {"HF_ENDPOINT": hub.url}
    hub.requests.clear()
    hub.rate = 3e6
    kill_repeatedly(command, environment, times)
    ranges, hub.rate = count_interrupted(hub), None
    run(command, environment=environment)
    sent = sum(record.bytes_sent for record in hub.requests if record.origin == "files")
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    again = sent - size
    print_table(
        f"{times} random SIGKILLs",
        ["size MB", "fetched again MB", "ranges in flight, all kills", "MiB again per range"],
        [[f"{size / 1e6:.0f}", f"{again / 1e6:.1f}", str(ranges), f"{again / max(ranges, 1) / 2**20:.2f}"]],
    )


def kill_repeatedly(command: list[str], environment: dict[str, str], times: int) -> None:
    """Start the command and kill it after a random moment, several times."""
    chance = random.Random(7)
    for _kill in range(times):
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 1.2))
        if process.poll() is not None:
            raise SystemExit(f"The file is too small for {times} kills: raise --megabytes or lower --kills.")
        process.send_signal(signal.SIGKILL)
        process.wait()


def prepare_repositories(hub: Hub, size: int) -> dict[str, Path]:
    """Add a repository of one file and one of eight files to the Hub, each of ``size`` bytes; return their folders."""
    folders = {name: DATA / "fetch" / name for name in ("large", "several")}
    make_random_file(folders["large"] / "train.txt", size)
    for number in range(8):
        make_random_file(folders["several"] / f"train-{number}.txt", size // 8 + number)
    for name, folder in folders.items():
        hub.add(f"bench/{name}", folder, lfs=True)
    return folders


def measure_large_file(hub: Hub, plan: Path, file: Path, *, scratch: Path, repeat: int) -> None:
    """Fetch one file from nginx with our fetcher and with curl."""
    repository = hub.find("datasets", "bench/large")
    assert repository is not None
    checksum = repository.commits[repository.refs["main"]][file.name].sha256
    root = scratch / "by-checksum"
    root.mkdir()
    (root / checksum).symlink_to(file)
    own_url = hub.files_url
    with run_nginx(root) as address:
        hub.files_url = address
        contenders = {
            "ours, verified, on disk": median_run(repeat, lambda: run_fetcher(hub, plan, scratch / "ours")),
            **run_curl(f"{address}/{checksum}", repeat),
        }
    hub.files_url = own_url
    size = file.stat().st_size
    print_comparison(f"One file of {size / 1e6:.0f} MB from nginx", size, contenders)


def measure_several_files(hub: Hub, plan: Path, folder: Path, *, scratch: Path, repeat: int) -> None:
    """Fetch eight files from the test Hub with our fetcher and with the Hub's client."""
    contenders = {
        "ours, verified": median_run(repeat, lambda: run_fetcher(hub, plan, scratch / "ours")),
        "snapshot_download, not verified": median_run(
            repeat, lambda: run_snapshot_download(hub, "bench/several", scratch / "snapshot")
        ),
    }
    print_comparison("8 files from the test Hub", sum(path.stat().st_size for path in folder.iterdir()), contenders)


def main() -> None:
    """Run all comparisons and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000, help="of each repository")
    parser.add_argument("--repeat", type=int, default=3, help="how often each contender runs")
    parser.add_argument("--kills", type=int, default=50, help="how often the fetcher is killed")
    options = parser.parse_args()
    sys.stdout.write(f"{describe_machine()}\n")
    with Hub() as hub:
        folders = prepare_repositories(hub, options.megabytes * 1_000_000)
        with tempfile.TemporaryDirectory(dir=DATA / "fetch") as folder:
            scratch, repeat = Path(folder), options.repeat
            plans = {name: write_plan(hub, f"bench/{name}", scratch) for name in folders}
            file = folders["large"] / "train.txt"
            measure_large_file(hub, plans["large"], file, scratch=scratch, repeat=repeat)
            measure_several_files(hub, plans["several"], folders["several"], scratch=scratch, repeat=repeat)
            measure_kills(hub, plans["large"], scratch / "killed", times=options.kills)


if __name__ == "__main__":
    main()

"""The download, side by side with what a user would use today; `make bench-fetch`.

One file of 1 GB over loopback from nginx against ``curl | sha256sum``, and a repository of several files from the test
Hub against ``huggingface_hub.snapshot_download``, which verifies nothing. Then what is fetched again after kills.
Every contender runs in a process of its own; the figures are medians, and their ratios are of one run.
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
from common.measure import Took, machine, median_of, run, script, table
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


def random_file(path: Path, size: int) -> Path:
    """A file of ``size`` random bytes, kept between runs."""
    if not path.exists() or path.stat().st_size != size:
        path.parent.mkdir(parents=True, exist_ok=True)
        chance = random.Random(size)
        with path.open("wb") as file:
            for start in range(0, size, 1 << 24):
                file.write(chance.randbytes(min(1 << 24, size - start)))
    return path


@contextmanager
def nginx(root: Path) -> Iterator[str]:
    """A C server for ``root``, and its address."""
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
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait()


def planned(hub: Hub, repo_id: str, scratch: Path) -> Path:
    """The plan of a repository, which a job has before it starts."""
    path = scratch / f"{repo_id.replace('/', '-')}.plan.json"
    path.write_text(run(script("make_plan", repo_id), environment={"HF_ENDPOINT": hub.url}).output, "utf-8")
    return path


def ours(hub: Hub, plan: Path, folder: Path) -> Took:
    """Our fetcher, checksums included, ingest off."""
    shutil.rmtree(folder, ignore_errors=True)
    return run(script("fetch_files", str(plan), str(folder)), environment={"HF_ENDPOINT": hub.url})


def snapshot(hub: Hub, repo_id: str, folder: Path) -> Took:
    """What the Hub's own client does, without checksums."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HOME": str(folder.parent / "hf"),
    }
    return run([sys.executable, "-c", SNAPSHOT, json.dumps(repo_id), json.dumps(str(folder))], environment=environment)


def curls(url: str, times: int) -> dict[str, Took]:
    """curl with two programs for the checksum: the one with the processor's own instructions, and the usual one."""
    found = {}
    for digest in ("openssl dgst -sha256", "sha256sum"):
        command = f"set -o pipefail; curl -sf {url} | {digest}"
        found[f"curl, {digest}, not on disk"] = median_of(times, partial(run, ["bash", "-c", command]))
    return found


def compare(title: str, size: int, contenders: dict[str, Took]) -> None:
    """Print rates, processor time and the ratio to the last contender."""
    base = list(contenders.values())[-1]
    rows = [
        [
            name,
            f"{size / took.seconds / 1e6:,.0f}",
            f"{took.cpu_seconds / size * 1e9:.2f}",
            f"{took.peak_bytes / 1e6:.0f}",
            f"{base.seconds / took.seconds:.2f}",
        ]
        for name, took in contenders.items()
    ]
    table(title, ["", "MB/s", "CPU s per GB", "peak MB", "rate against the last"], rows)


def interrupted(hub: Hub) -> int:
    """Requests for files that a kill cut off."""

    def asked(header: str | None) -> float:
        first, _, last = (header or "").removeprefix("bytes=").partition("-")
        return int(last) - int(first) + 1 if last else float("inf")

    return sum(
        record.origin == "files" and record.method == "GET" and record.bytes_sent < asked(record.range)
        for record in hub.requests
    )


def kills(hub: Hub, plan: Path, folder: Path, *, times: int) -> None:
    """SIGKILL at random moments, then to the end: what came twice."""
    shutil.rmtree(folder, ignore_errors=True)
    chance, hub.rate = random.Random(7), 3e6
    hub.requests.clear()
    done = 0
    command = script("fetch_files", str(plan), str(folder))
    while done < times:
        process = subprocess.Popen(command, env={**os.environ, "HF_ENDPOINT": hub.url}, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 1.2))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            done += 1
        else:
            raise SystemExit("The file is too small for so many kills.")
        process.wait()
    ranges, hub.rate = interrupted(hub), None
    run(command, environment={"HF_ENDPOINT": hub.url})
    sent = sum(record.bytes_sent for record in hub.requests if record.origin == "files")
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    again = sent - size
    table(
        f"{times} random SIGKILLs",
        ["size MB", "fetched again MB", "ranges in flight, all kills", "MiB again per range"],
        [[f"{size / 1e6:.0f}", f"{again / 1e6:.1f}", str(ranges), f"{again / max(ranges, 1) / 2**20:.2f}"]],
    )


def main() -> None:
    """Run all comparisons and print their tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    size = options.megabytes * 1_000_000
    data = DATA / "fetch"
    large = random_file(data / "large" / "train.txt", size)
    several = [random_file(data / "several" / f"train-{number}.txt", size // 8 + number) for number in range(8)]
    sys.stdout.write(f"{machine()}\n")
    with Hub() as hub, tempfile.TemporaryDirectory(dir=data) as scratch:
        repository = hub.add("bench/large", large.parent, lfs=True)
        hub.add("bench/several", data / "several", lfs=True)
        checksum = repository.commits[repository.refs["main"]]["train.txt"].sha256
        own = hub.files_url
        large_plan, several_plan = (planned(hub, f"bench/{name}", Path(scratch)) for name in ("large", "several"))
        by_sum = Path(scratch) / "by-sum"
        by_sum.mkdir()
        (by_sum / checksum).symlink_to(large)
        with nginx(by_sum) as address:
            hub.files_url = address
            compare(
                f"One file of {options.megabytes} MB from nginx",
                size,
                {
                    "ours, verified, on disk": median_of(
                        options.repeat, lambda: ours(hub, large_plan, Path(scratch) / "ours")
                    ),
                    **curls(f"{address}/{checksum}", options.repeat),
                },
            )
        hub.files_url = own
        compare(
            "8 files from the test Hub",
            sum(path.stat().st_size for path in several),
            {
                "ours, verified": median_of(options.repeat, lambda: ours(hub, several_plan, Path(scratch) / "ours")),
                "snapshot_download, not verified": median_of(
                    options.repeat, lambda: snapshot(hub, "bench/several", Path(scratch) / "theirs")
                ),
            },
        )
        kills(hub, large_plan, Path(scratch) / "killed", times=options.kills)


if __name__ == "__main__":
    main()

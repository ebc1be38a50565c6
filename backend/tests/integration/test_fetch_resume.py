"""A fetch killed at any instruction: the next process resumes inside the file, and no byte is wrong."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from fakes.fetching import QUICK, fetch_all, list_files, list_leftovers
from fakes.hub import Hub, Repository
from mistudio.core.errors import DiskFull

CONTENT = random.Random(4).randbytes(12 << 20)
CHILD = """
import json, sys
from pathlib import Path
from mistudio.corpus.fetch import FetchSettings, fetch_files
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import NullMonitor
order = json.load(sys.stdin)
for fetched in fetch_files(
    [RemoteFile(**file) for file in order["files"]], Path(order["destination"]), repo_id=order["repo_id"],
    revision=order["revision"], token=None, monitor=NullMonitor(), settings=FetchSettings(**order["settings"]),
):
    print(fetched.sha256, flush=True)
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A slow Hub, so that a kill hits the middle of a download."""
    with Hub(rate=3_000_000) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def start_fetch(
    repository: Repository, destination: Path, *, script: str = CHILD, **settings: int
) -> "subprocess.Popen[str]":
    """Start a process that fetches everything."""
    order = {
        "files": [asdict(file) for file in list_files(repository)],
        "destination": str(destination),
        "repo_id": repository.repo_id,
        "revision": repository.refs["main"],
        "settings": asdict(replace(QUICK, **settings)),
    }
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    json.dump(order, child.stdin)
    child.stdin.close()
    return child


def kill_after(child: "subprocess.Popen[str]", hub: Hub, size: int) -> None:
    """Kill the process once the Hub has sent ``size`` bytes."""
    while hub.bytes_sent() < size and child.poll() is None:
        time.sleep(0.01)
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


@pytest.mark.parametrize(("split_bytes", "ranges"), [(4 << 20, 4), (1 << 40, 1)])
def test_a_killed_download_resumes_inside_the_file(hub: Hub, tmp_path: Path, split_bytes: int, ranges: int) -> None:
    """After two kills at most 1 MiB per range comes again, the checksum is right, and no file is left over."""
    repository = hub.add("ada/big", {"big.parquet": CONTENT})
    for killed_at in (3_000_000, 7_000_000):
        kill_after(start_fetch(repository, tmp_path, split_bytes=split_bytes), hub, killed_at)
        assert list_leftovers(tmp_path)
    hub.rate = None

    (fetched,) = fetch_all(repository, tmp_path, split_bytes=split_bytes)

    assert fetched.path.read_bytes() == CONTENT
    assert hub.bytes_sent() - len(CONTENT) < 2 * ranges * (1 << 20)
    assert fetched.bytes_fetched < len(CONTENT) // 2
    assert [] == list_leftovers(tmp_path)


def test_a_download_survives_kills_at_random_moments(hub: Hub, tmp_path: Path) -> None:
    """Whatever instruction a kill hits, the next process resumes."""
    repository = hub.add("ada/two", {"a.parquet": CONTENT, "b.txt": CONTENT[:2_000_000].hex(), "c.txt": "short"})
    hub.rate = 10_000_000
    dice = random.Random(7)
    for _ in range(5):
        child = start_fetch(repository, tmp_path)
        time.sleep(0.25 + dice.random() * 0.4)
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()
    hub.rate = None

    fetched = fetch_all(repository, tmp_path)

    stored = repository.commits[repository.refs["main"]]
    assert {path: file.sha256 for path, file in stored.items()} == {one.source.path: one.sha256 for one in fetched}
    assert [] == list_leftovers(tmp_path)


def test_a_damaged_partial_file_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    """The checksum detects bytes that changed on disk."""
    repository = hub.add("ada/big", {"big.parquet": CONTENT})
    kill_after(start_fetch(repository, tmp_path), hub, 4_000_000)
    hub.rate = None
    (part,) = tmp_path.glob("*.part")
    with part.open("r+b") as file:
        file.write(b"damage")

    (fetched,) = fetch_all(repository, tmp_path)

    assert fetched.path.read_bytes() == CONTENT


@pytest.mark.parametrize("keep", [0, 7, 24, 33])
def test_a_truncated_journal_is_ignored(hub: Hub, tmp_path: Path, keep: int) -> None:
    """The file is then fetched from its beginning."""
    repository = hub.add("ada/big", {"big.parquet": CONTENT[: 5 << 20]})
    kill_after(start_fetch(repository, tmp_path), hub, 2_000_000)
    hub.rate = None
    (journal,) = tmp_path.glob("*.journal")
    os.truncate(journal, keep)

    (fetched,) = fetch_all(repository, tmp_path)

    assert fetched.path.read_bytes() == CONTENT[: 5 << 20]
    assert [] == list_leftovers(tmp_path)


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
"""


def test_a_full_disk_keeps_the_received_bytes(hub: Hub, tmp_path: Path) -> None:
    """DiskFull says how many bytes are missing; with free space, exactly those are fetched."""
    repository = hub.add("ada/big", {"big.parquet": CONTENT})
    hub.rate = None
    caught = "\ntry:\n" + "".join(f"    {line}\n" for line in CHILD.splitlines() if line)
    caught += "except Exception as error:\n    print(error.code, error.extra['needed_bytes'])\n"
    child = start_fetch(repository, tmp_path, script=FULL + caught, split_bytes=1 << 40)
    assert child.stdout is not None
    with child, child.stdout as answer:
        code, needed = answer.read().split()

    assert DiskFull.code == code
    assert 0 < int(needed) < len(CONTENT)
    (fetched,) = fetch_all(repository, tmp_path, split_bytes=1 << 40)
    assert int(needed) == fetched.bytes_fetched

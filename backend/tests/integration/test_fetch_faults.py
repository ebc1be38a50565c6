"""Fetching from a Hub with faults: temporary ones are retried, the others raise the right error, no byte is wrong."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import QUICK, RecordingMonitor, fetch_all, list_files, list_leftovers
from fakes.hub import Hub, Repository
from fakes.timing import process_clock
from mistudio.core.errors import (
    AuthRequired,
    BadToken,
    CorruptFile,
    Gated,
    HubUnreachable,
    JobCancelled,
    MiStudioError,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
    SourceChanged,
)
from mistudio.corpus.fetch import fetch_files
from mistudio.corpus.monitor import NullMonitor

BIG = os.urandom(6 << 20) + b"end"
SMALL = os.urandom(300_000)
TEXT = "One tale.\n" * 50
BIG_PATH = "data/big.parquet"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub, without this machine's own token."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


@pytest.fixture
def tales(hub: Hub) -> Repository:
    """A large file of several ranges, a small one in LFS, one in git, and an empty one."""
    return hub.add(
        "ada/tales", {BIG_PATH: BIG, "data/small.parquet": SMALL, "notes/überall & 100 %.txt": TEXT, "empty.txt": ""}
    )


def check_fetch(repository: Repository, tmp_path: Path, **options: Any) -> None:
    """Fetch everything and compare every byte."""
    fetched = fetch_all(repository, tmp_path, **options)

    files = repository.commits[repository.refs["main"]]
    assert {path: file.sha256 for path, file in files.items()} == {one.source.path: one.sha256 for one in fetched}
    for one in fetched:
        assert hashlib.sha256(one.path.read_bytes()).hexdigest() == one.sha256
    assert [] == list_leftovers(tmp_path)


def test_every_file_arrives_verified_under_a_hashed_name(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """Progress ends at the total and never decreases; no byte comes twice."""
    monitor = RecordingMonitor()

    check_fetch(tales, tmp_path, monitor=monitor)

    total = sum(file.size for file in list_files(tales))
    assert (total, total, "download") == monitor.reports[-1]
    assert monitor.reports == sorted(monitor.reports)
    assert [] == [(record.path, record.status) for record in hub.requests if record.status >= 400]
    assert total == hub.bytes_sent()
    assert {".parquet", ".txt"} == {path.suffix for path in tmp_path.iterdir()}
    assert not any("tale" in path.name or "big" in path.name for path in tmp_path.iterdir())


def test_a_large_file_comes_in_several_ranges_from_one_signed_address(
    hub: Hub, tales: Repository, tmp_path: Path
) -> None:
    """Ranges do not overlap; not every range asks the Hub again."""
    check_fetch(tales, tmp_path)

    ranges = [record.range for record in hub.find_requests("big", origin="files")]
    assert 7 == len(set(ranges)) == len(ranges)
    assert len(hub.find_requests("big", origin="api")) <= QUICK.connections


FAULTS: dict[str, dict[str, Any]] = {
    "hub busy": {"origin": "api", "status": 503, "times": 2},
    "hub broken": {"origin": "api", "status": 500, "times": 2},
    "hub asks for a short pause": {"origin": "api", "status": 429, "retry_after": "0", "times": 2},
    "store busy": {"origin": "files", "status": 503, "times": 3},
    "store asks for a short pause": {"origin": "files", "status": 429, "retry_after": "0", "times": 2},
    "store forgets its signature": {"origin": "files", "status": 403, "times": 2},
    "connections drop": {"drop_after": 100_000, "times": 6},
    "connections drop before an answer's body": {"drop_after": 0, "times": 3},
    "connections stall": {"stall_after": 50_000, "times": 3},
    "one corrupt body": {"path": BIG_PATH.rpartition("/")[2], "origin": "files", "corrupt": True, "times": 1},
    "no ranges": {"no_range": True},
    "one etag of the store differs": {"origin": "files", "etag": "another", "times": 1},
    "a slow line": {"rate": 8_000_000.0},
}


@pytest.mark.parametrize("name", FAULTS)
def test_temporary_faults_are_retried(hub: Hub, tales: Repository, tmp_path: Path, name: str) -> None:
    """Every byte is right in the end, and no file is left over."""
    hub.fault(**FAULTS[name])

    check_fetch(tales, tmp_path)


@pytest.mark.parametrize("name", ["connections drop", "connections stall"])
def test_bytes_before_a_break_do_not_come_again(hub: Hub, tales: Repository, tmp_path: Path, name: str) -> None:
    """A break costs the bytes in transit, not the range."""
    hub.fault(**FAULTS[name])

    check_fetch(tales, tmp_path)

    total = sum(file.size for file in list_files(tales))
    assert hub.bytes_sent() - total < 6 * QUICK.buffer_bytes


def test_a_server_without_ranges_restarts_the_file_after_a_break(hub: Hub, tmp_path: Path) -> None:
    """The whole file comes again in one request, and the progress decreases."""
    one = hub.add("ada/one", {"a.parquet": SMALL * 5})
    hub.fault(origin="files", drop_after=1_000_000, times=1)
    hub.fault(origin="files", no_range=True)
    monitor = RecordingMonitor()

    check_fetch(one, tmp_path, monitor=monitor)

    assert any(
        later < earlier for (earlier, _, _), (later, _, _) in zip(monitor.reports, monitor.reports[1:], strict=False)
    )
    assert monitor.reports[-1][0] == monitor.reports[-1][1]


ENDLESS: dict[str, dict[str, Any]] = {
    "no ranges, and every answer is cut": {"origin": "files", "drop_after": 200_000, "no_range": True},
    "ten bytes in each connection": {"origin": "files", "drop_after": 10},
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_download_that_makes_no_progress_ends(hub: Hub, tmp_path: Path, name: str) -> None:
    """Bytes that a restart discards do not count as progress, nor do a few bytes for each request."""
    one = hub.add("ada/one", {"a.parquet": SMALL})
    hub.fault(**ENDLESS[name])

    with pytest.raises(HubUnreachable, match=r"breaks off .* a\.parquet"):
        fetch_all(one, tmp_path)

    assert len(hub.find_requests("", origin="files")) <= 4 * (QUICK.retries + 1)


REFUSALS: dict[str, tuple[dict[str, Any], type[MiStudioError]]] = {
    "a checksum that stays wrong": ({"origin": "files", "corrupt": True}, CorruptFile),
    "a body that is too short": ({"origin": "files", "truncate_to": 1000}, SourceChanged),
    "a checksum of another file": ({"origin": "api", "etag": "0" * 64}, SourceChanged),
    "a Hub that stays broken": ({"origin": "api", "status": 500}, HubUnreachable),
    "a store that stays broken": ({"origin": "files", "status": 500}, HubUnreachable),
    "a store that refuses fresh addresses": ({"origin": "files", "status": 403}, HubUnreachable),
    "connections that drop without a byte": ({"drop_after": 0}, HubUnreachable),
    "connections that stall without a byte": ({"stall_after": 0}, HubUnreachable),
    "a removed commit": (
        {"origin": "api", "status": 404, "error_code": "RevisionNotFound"},
        SourceChanged,
    ),
    "a removed file": ({"origin": "api", "status": 404, "error_code": "EntryNotFound"}, SourceChanged),
    "a removed repository": (
        {"origin": "api", "status": 404, "error_code": "RepoNotFound"},
        RepositoryNotFound,
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_permanent_faults_raise_their_error(hub: Hub, tmp_path: Path, name: str) -> None:
    """The right error is raised, whatever the other workers do."""
    fault, error = REFUSALS[name]
    hub.add("ada/tales", {"a.parquet": SMALL, "b.parquet": SMALL[1:]})
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    hub.fault(**fault)

    with pytest.raises(error):
        fetch_all(repository, tmp_path, stall_seconds=0.1)


def test_access_that_ends_during_a_download(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """Gated, disabled and hidden repositories and wrong tokens raise the same errors as in planning."""
    hub.add_token("hf_bob")
    tales.gated = True
    with pytest.raises(AuthRequired):
        fetch_all(tales, tmp_path)
    with pytest.raises(Gated):
        fetch_all(tales, tmp_path, token="hf_bob")
    with pytest.raises(BadToken) as refused:
        fetch_all(tales, tmp_path, token="hf_wrong")
    assert "hf_wrong" not in str(refused.value)
    tales.gated, tales.disabled = False, True
    with pytest.raises(RepositoryDisabled):
        fetch_all(tales, tmp_path)


def test_a_private_repository_needs_its_token(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """Planning saw the repository, so the error asks for the token; with it, everything arrives."""
    tales.private = True
    hub.add_token("hf_ada", "ada/tales")
    with pytest.raises(AuthRequired, match="ada/tales"):
        fetch_all(tales, tmp_path)

    check_fetch(tales, tmp_path, token="hf_ada")


def test_a_long_pause_is_raised(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """The job waits, not the fetcher; the next fetch resumes."""
    hub.fault(origin="files", skip=3, status=429, retry_after="240")
    with pytest.raises(RateLimited) as refused:
        fetch_all(tales, tmp_path)
    assert 240 == refused.value.retry_after
    hub.faults.clear()
    sent = hub.bytes_sent()

    check_fetch(tales, tmp_path)

    assert hub.bytes_sent() - sent < sum(file.size for file in list_files(tales))


def test_the_token_opens_a_gated_repository_and_reaches_no_other_origin(
    hub: Hub, tales: Repository, tmp_path: Path
) -> None:
    """The first origin gets it with each request, the second never."""
    tales.gated = True
    hub.add_token("hf_ada", "ada/tales")

    check_fetch(tales, tmp_path, token="hf_ada")

    assert all(record.authorized for record in hub.find_requests(origin="api"))
    assert not any(record.authorized for record in hub.find_requests(origin="files"))


def test_a_rename_during_a_download_is_followed(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """The fetcher follows the redirect (307) to the new name."""
    files, revision = list_files(tales), tales.refs["main"]
    hub.rename("ada/tales", "ada/stories")

    fetched = fetch_files(
        files, tmp_path, repo_id="ada/tales", revision=revision, token=None, monitor=NullMonitor(), settings=QUICK
    )

    assert len(files) == len(list(fetched))


def test_expired_addresses_are_requested_again(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """Signed addresses that are valid for 0.15 seconds suffice."""
    hub.url_seconds = 0.15
    hub.rate = 4_000_000

    check_fetch(tales, tmp_path)

    assert any(record.status == 403 for record in hub.find_requests(origin="files"))


@pytest.mark.parametrize("fault", [{"rate": 50_000.0}, {"stall_after": 0}, {"stall_after": 1000}, {"delay": 60.0}])
def test_a_cancel_takes_less_than_a_second(hub: Hub, tales: Repository, tmp_path: Path, fault: dict[str, Any]) -> None:
    """On a slow connection, on a stalled one, and before the Hub answers; no thread is left."""
    hub.fault(**fault)
    monitor = RecordingMonitor()
    threading.Timer(0.3, monitor.cancelled.set).start()

    with process_clock() as pace, pytest.raises(JobCancelled):
        fetch_all(tales, tmp_path, monitor=monitor, stall_seconds=60.0)

    assert pace.seconds < 1.3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("fetch", "checksum"))]


def test_the_fetcher_waits_for_its_consumer(hub: Hub, tmp_path: Path) -> None:
    """While a file waits for the consumer, active transfers finish and no other begins."""
    many = hub.add("ada/many", {f"{number:02}.parquet": SMALL + bytes([number]) for number in range(20)})
    coming = fetch_files(
        list_files(many),
        tmp_path,
        repo_id="ada/many",
        revision=many.refs["main"],
        token=None,
        monitor=NullMonitor(),
        settings=QUICK.__class__(connections=3, waiting_bytes=0, poll_seconds=0.05),
    )
    next(coming)
    time.sleep(0.5)

    assert len(list(tmp_path.iterdir())) <= 1 + 3
    seen = 1
    for fetched in coming:
        fetched.path.unlink()
        seen += 1
    assert 20 == seen


def test_a_finished_file_is_verified_and_not_fetched(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """As after a kill between rename and ingest; a damaged file comes again."""
    first = {one.source.path: one for one in fetch_all(tales, tmp_path)}
    sent = hub.bytes_sent()

    again = fetch_all(tales, tmp_path)

    assert (sent, [0] * 4) == (hub.bytes_sent(), [one.bytes_fetched for one in again])
    first[BIG_PATH].path.write_bytes(BIG[:-1] + b"!")
    check_fetch(tales, tmp_path)


def test_two_fetches_into_one_folder_fetch_each_file_once(hub: Hub, tales: Repository, tmp_path: Path) -> None:
    """The second one waits for the first and uses its files."""
    hub.rate = 8_000_000
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(len(fetch_all(tales, tmp_path)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [4, 4] == results
    assert sum(file.size for file in list_files(tales)) == hub.bytes_sent()


def test_a_rate_limit_reduces_the_requests_at_once(hub: Hub, tmp_path: Path) -> None:
    """After several refusals the fetch goes on with fewer requests and succeeds."""
    many = hub.add("ada/many", {f"{number:02}.parquet": SMALL[number:] for number in range(12)})
    hub.fault(origin="files", status=429, retry_after="0", times=6)

    check_fetch(many, tmp_path)

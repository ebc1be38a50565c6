"""``fetch_files`` as its callers see it: its progress, its end, and its defaults."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.fetching import QUICK, RecordingMonitor, fetch_all, list_files, list_leftovers
from fakes.hub import Hub
from mistudio.corpus.fetch import fetch_files


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub, without this machine's own token."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


def test_no_files_need_no_request(hub: Hub, tmp_path: Path) -> None:
    """The folder is created."""
    assert [] == fetch_all(hub.add("ada/empty", {}), tmp_path / "new")
    assert [] == hub.requests
    assert (tmp_path / "new").is_dir()


def test_progress_starts_at_the_bytes_of_earlier_runs(hub: Hub, tmp_path: Path) -> None:
    """And has the total of all files, not only of these."""
    repository, monitor = hub.add("ada/tales", {"a.txt": "tale"}), RecordingMonitor()
    fetched = fetch_files(
        list_files(repository),
        tmp_path,
        repo_id="ada/tales",
        revision=repository.refs["main"],
        token=None,
        monitor=monitor,
        settings=QUICK,
        done_bytes=96,
        total_bytes=200,
    )
    assert ["a.txt"] == [file.source.path for file in fetched]
    assert (100, 200, "download") == monitor.reports[-1]


def test_closing_the_iterator_ends_all_transfers(hub: Hub, tmp_path: Path) -> None:
    """Even stalled ones; their bytes stay on disk, and the next fetch resumes."""
    large = b"tale" * 500_000
    repository = hub.add("ada/tales", {"a.txt": "first", "b.parquet": large})
    hub.fault("*b.parquet*", origin="files", stall_after=1_500_000, stall_seconds=300.0, times=1)
    fetched = fetch_files(
        list_files(repository),
        tmp_path,
        repo_id="ada/tales",
        revision=repository.refs["main"],
        token=None,
        monitor=RecordingMonitor(),
    )
    assert "a.txt" == next(fetched).source.path
    fetched.close()  # type: ignore[attr-defined]  # a generator's own method
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("fetch", "checksum"))]
    sent = hub.bytes_sent()

    assert [b"first", large] == [file.path.read_bytes() for file in fetch_all(repository, tmp_path)]
    assert [] == list_leftovers(tmp_path)
    assert hub.bytes_sent() - sent <= len(large)

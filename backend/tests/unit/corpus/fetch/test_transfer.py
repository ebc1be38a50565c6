"""One file's transfer: its segments, its pauses, its progress, and a file that an earlier run finished."""

import hashlib
from pathlib import Path

import pytest

from fakes.fetching import RecordingMonitor
from mistudio.core.errors import HubUnreachable, RateLimited
from mistudio.corpus.fetch.partial_file import final_path
from mistudio.corpus.fetch.remote_file import PinnedRepository, RangeReader
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import Progress, Transfer, compute_pause
from mistudio.corpus.hub.plan_types import RemoteFile

SETTINGS = FetchSettings(
    connections=4,
    segment_bytes=32,
    split_bytes=16,
    retries=3,
    backoff_seconds=1.0,
    backoff_limit_seconds=3.0,
    max_retry_after_seconds=20.0,
)


def make_transfer(source: RemoteFile, folder: Path, monitor: RecordingMonitor) -> Transfer:
    """Return a transfer of ``source`` into ``folder``."""
    return Transfer(
        source,
        RangeReader(PinnedRepository("ada/tales", "c0ffee", None), source),
        folder,
        progress=Progress(monitor, 0, source.size),
        settings=SETTINGS,
        checkpoint=monitor.checkpoint,
    )


@pytest.mark.parametrize(
    ("size", "lengths"),
    [(0, []), (15, [15]), (16, [8, 8]), (40, [10, 10, 10, 10]), (200, [29, 29, 29, 29, 29, 29, 26])],
)
def test_a_large_file_is_split_into_equal_segments(tmp_path: Path, size: int, lengths: list[int]) -> None:
    """Each connection gets one, of at least half of ``split_bytes`` and at most ``segment_bytes``."""
    transfer = make_transfer(RemoteFile("a.parquet", "train", size), tmp_path, RecordingMonitor())
    assert transfer.open() is None
    segments = [segment for segment in iter(transfer.take_segment, None) if segment is not None]
    assert lengths == [segment.missing for segment in segments]
    transfer.close()


def test_the_last_worker_to_leave_a_complete_file_finishes_it(tmp_path: Path) -> None:
    """Here of an empty file, whose one worker opened it."""
    transfer = make_transfer(RemoteFile("a.txt", "train", 0), tmp_path, RecordingMonitor())
    transfer.open()
    assert transfer.leave()
    fetched = transfer.finish()
    assert fetched is not None
    assert (b"", hashlib.sha256().hexdigest(), 0) == (fetched.path.read_bytes(), fetched.sha256, fetched.bytes_fetched)


def test_a_worker_that_leaves_an_incomplete_file_does_not_finish_it(tmp_path: Path) -> None:
    """Nor does one that leaves before others."""
    transfer = make_transfer(RemoteFile("a.parquet", "train", 40), tmp_path, RecordingMonitor())
    transfer.open()
    transfer.take_segment()
    assert [False, False] == [transfer.leave(), transfer.leave()]
    transfer.close()


@pytest.mark.parametrize("is_damaged", [False, True])
def test_a_finished_file_of_an_earlier_run_is_used_if_its_checksum_is_right(tmp_path: Path, is_damaged: bool) -> None:
    """A damaged one is removed and fetched again."""
    source = RemoteFile("a.parquet", "train", 4, hashlib.sha256(b"tale").hexdigest())
    path, monitor = final_path(source, tmp_path), RecordingMonitor()
    path.write_bytes(b"fail" if is_damaged else b"tale")
    transfer = make_transfer(source, tmp_path, monitor)

    fetched = transfer.open()

    assert (is_damaged, is_damaged) == (fetched is None, not path.exists())
    assert ([] if is_damaged else [(4, 4, "download")]) == monitor.reports
    transfer.close()


@pytest.mark.parametrize(("failures", "shortest", "longest"), [(1, 0.5, 1.0), (2, 1.0, 2.0), (3, 1.5, 3.0)])
def test_pauses_double_up_to_their_limit(failures: int, shortest: float, longest: float) -> None:
    """With jitter; the Hub's own pause is the least."""
    for _ in range(20):
        assert shortest <= compute_pause(HubUnreachable("x"), failures, SETTINGS) <= longest
        assert 15.0 == compute_pause(RateLimited("x", retry_after=15.0), failures, SETTINGS)


@pytest.mark.parametrize(("error", "failures"), [(HubUnreachable("x"), 4), (RateLimited("x", retry_after=20.5), 1)])
def test_the_error_is_raised_when_retries_end(error: HubUnreachable | RateLimited, failures: int) -> None:
    """After too many failures, or when the Hub asks for a long pause."""
    with pytest.raises(type(error)) as raised:
        compute_pause(error, failures, SETTINGS)
    assert error is raised.value


def test_progress_counts_discarded_bytes() -> None:
    """It starts at the bytes of earlier files."""
    monitor = RecordingMonitor()
    progress = Progress(monitor, 100, 300)
    for count in (50, -50, 200):
        progress.add(count)
    assert [(150, 300, "download"), (100, 300, "download"), (300, 300, "download")] == monitor.reports

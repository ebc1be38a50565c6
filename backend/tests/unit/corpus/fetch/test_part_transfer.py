"""Ranges of one file on their way: what an earlier run left counts, and a whole file is verified."""

import hashlib
from pathlib import Path

import pytest

from fakes.fetching import RecordingMonitor
from mistudio.core.errors import CorruptFile
from mistudio.corpus.fetch.part_transfer import PartTransfer
from mistudio.corpus.fetch.range_file import RangeFile
from mistudio.corpus.fetch.remote_file import PinnedRepository, RangeReader
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import Progress
from mistudio.corpus.hub.part_types import FilePart
from mistudio.corpus.hub.plan_types import RemoteFile

DATA = bytes(range(100))
GIT_SHA1 = hashlib.sha1(b"blob 100\0" + DATA, usedforsecurity=False).hexdigest()


def leave_bytes(source: RemoteFile, folder: Path, count: int) -> None:
    """Leave the first ``count`` bytes of the ranges, as an earlier run that was killed."""
    assert source.part is not None
    file = RangeFile(source, source.part, folder)
    file.open_ranges(1_000, lambda: None)
    for segment in file.segments:
        here = min(count, segment.missing)
        file.write(memoryview(DATA)[segment.start : segment.start + here], segment.start)
        file.commit(segment, here)
        count -= here
    file.close()


def open_transfer(source: RemoteFile, folder: Path, monitor: RecordingMonitor) -> PartTransfer:
    """Open a transfer of ``source`` into ``folder``."""
    transfer = PartTransfer(
        source,
        RangeReader(PinnedRepository("ada/tales", "c0ffee", None), source),
        folder,
        progress=Progress(monitor, 0, source.fetch_bytes),
        settings=FetchSettings(split_bytes=32),
        checkpoint=monitor.checkpoint,
    )
    transfer.open()
    return transfer


def test_only_missing_bytes_of_the_ranges_are_fetched(tmp_path: Path) -> None:
    """In segments of half of ``split_bytes``; the others are reported at once."""
    source, monitor = RemoteFile("a.parquet", "train", 100, part=FilePart(((10, 30), (60, 100)))), RecordingMonitor()
    leave_bytes(source, tmp_path, 25)
    transfer = open_transfer(source, tmp_path, monitor)
    segments = [segment for segment in iter(transfer.take_segment, None) if segment is not None]
    assert [(65, 81), (81, 97), (97, 100)] == [(segment.start, segment.end) for segment in segments]
    assert [(25, 60, "download")] == monitor.reports
    transfer.close()


def test_a_part_has_the_checksum_of_its_own_bytes(tmp_path: Path) -> None:
    """That of the whole file says nothing of it. Each byte is at its own offset."""
    source = RemoteFile("a.parquet", "train", 100, sha256="0" * 64, part=FilePart(((10, 30), (60, 100))))
    leave_bytes(source, tmp_path, 60)
    transfer = open_transfer(source, tmp_path, RecordingMonitor())
    assert transfer.take_segment() is None
    assert transfer.leave()
    fetched = transfer.finish()
    assert (hashlib.sha256(DATA[10:30] + DATA[60:]).hexdigest(), 0) == (fetched.sha256, fetched.bytes_fetched)
    assert bytes(10) + DATA[10:30] + bytes(30) + DATA[60:] == fetched.path.read_bytes()


@pytest.mark.parametrize("sums", [{"sha256": hashlib.sha256(DATA).hexdigest()}, {"git_sha1": GIT_SHA1}, {}])
def test_a_part_of_all_bytes_is_verified(tmp_path: Path, sums: dict[str, str]) -> None:
    """By whichever checksum the Hub gives, if it gives one."""
    source = RemoteFile("a.csv", "train", 100, part=FilePart(((0, 100),)), **sums)
    leave_bytes(source, tmp_path, 100)
    fetched = open_transfer(source, tmp_path, RecordingMonitor()).finish()
    assert (hashlib.sha256(DATA).hexdigest(), DATA) == (fetched.sha256, fetched.path.read_bytes())


@pytest.mark.parametrize("sums", [{"sha256": "0" * 64}, {"git_sha1": "0" * 40}])
def test_a_wrong_checksum_discards_the_file(tmp_path: Path, sums: dict[str, str]) -> None:
    """Its bytes are no longer reported as done."""
    source, monitor = RemoteFile("a.csv", "train", 100, part=FilePart(((0, 100),)), **sums), RecordingMonitor()
    leave_bytes(source, tmp_path, 100)
    transfer = open_transfer(source, tmp_path, monitor)
    with pytest.raises(CorruptFile, match=r"a\.csv failed its checksum") as raised:
        transfer.finish()
    transfer.close()
    assert {"path": "a.csv"} == raised.value.extra
    assert [100, 0] == [done for done, _total, _phase in monitor.reports]
    assert [] == list(tmp_path.iterdir())

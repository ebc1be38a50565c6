"""The scheduler: how many requests run at once, and when a file is begun."""

from pathlib import Path

import pytest

from fakes.fetching import QUICK
from mistudio.core.errors import JobCancelled
from mistudio.corpus.fetch.remote_file import PinnedRepository, RangeReader
from mistudio.corpus.fetch.scheduler import ConcurrencyLimit, TransferQueue
from mistudio.corpus.fetch.settings import FetchSettings
from mistudio.corpus.fetch.transfer import FetchedFile, Progress, Transfer
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import NullMonitor


def check_nothing() -> None:
    """A checkpoint that never raises."""


def cancel() -> None:
    """A checkpoint of a cancelled job."""
    raise JobCancelled("The test cancelled this job.")


def make_queue(folder: Path, sizes: list[int], *, waiting_bytes: int) -> TransferQueue:
    """Return a queue of files with these sizes."""

    def make_transfer(file: RemoteFile) -> Transfer:
        return Transfer(
            file,
            RangeReader(PinnedRepository("ada/tales", "c0ffee", None), file),
            folder,
            progress=Progress(NullMonitor(), 0, sum(sizes)),
            settings=QUICK,
            checkpoint=check_nothing,
        )

    files = [RemoteFile(f"{number}.parquet", "train", size) for number, size in enumerate(sizes)]
    return TransferQueue(files, make_transfer, FetchSettings(waiting_bytes=waiting_bytes))


def begin_file(queue: TransferQueue) -> Transfer:
    """Take the task that opens the next file."""
    task = queue.take_task(check_nothing)
    assert task is not None
    assert task.segment is None
    return task.transfer


def finish_file(queue: TransferQueue, transfer: Transfer) -> None:
    """Hand the file to the consumer."""
    queue.put_finished(transfer, FetchedFile(transfer.source, Path("done"), "00", transfer.source.size))


def test_the_limit_is_halved_and_rises_with_successes() -> None:
    """Every fourth success raises it by one, up to its first value."""
    limit = ConcurrencyLimit(6)
    limit.shrink()
    assert 3 == limit.limit
    for expected in (3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6):
        limit.grow()
        assert expected == limit.limit
    for _ in range(5):
        limit.shrink()
    assert 1 == limit.limit


def test_a_request_above_the_limit_waits() -> None:
    """A cancel ends its wait; after a release it may run."""
    limit = ConcurrencyLimit(2)
    limit.acquire(cancel)
    limit.acquire(cancel)
    with pytest.raises(JobCancelled):
        limit.acquire(cancel)
    limit.release()
    limit.acquire(cancel)


def test_files_are_begun_in_order(tmp_path: Path) -> None:
    """No task is left once all files are finished."""
    queue = make_queue(tmp_path, [10, 20], waiting_bytes=100)
    first, second = begin_file(queue), begin_file(queue)
    assert ["0.parquet", "1.parquet"] == [first.source.path, second.source.path]
    for transfer in (second, first):
        finish_file(queue, transfer)
    assert queue.take_task(cancel) is None
    finished = [queue.take_finished() for _ in range(3)]
    assert [20, 10, None] == [file and file.bytes_fetched for file in finished]


def test_a_large_file_waits_for_the_consumer(tmp_path: Path) -> None:
    """It is begun once no finished file waits."""
    queue = make_queue(tmp_path, [60, 60], waiting_bytes=100)
    finish_file(queue, begin_file(queue))
    with pytest.raises(JobCancelled):
        queue.take_task(cancel)
    queue.take_finished()
    assert "1.parquet" == begin_file(queue).source.path


def test_small_files_do_not_wait_for_the_consumer(tmp_path: Path) -> None:
    """As long as all finished ones and the next have at most ``waiting_bytes``."""
    queue = make_queue(tmp_path, [40, 40, 20, 1], waiting_bytes=100)
    for _ in range(3):
        finish_file(queue, begin_file(queue))
    with pytest.raises(JobCancelled):
        queue.take_task(cancel)

"""The pool of open files: its bound, and what happens to files in use."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from fakes.corpora import make_dataset
from fakes.descriptors import open_files
from mistudio.corpus.store.file_pool import FileOwner, FilePool


class OpenCount:
    """How many files are open now and were at most; a listing of descriptors would not be of one moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = 0
        self.peak = 0

    def add(self, change: int) -> None:
        """Count one file more or one fewer."""
        with self._lock:
            self.now += change
            self.peak = max(self.peak, self.now)


class CountedFile:
    """A Parquet file that counts itself while it is open."""

    def __init__(self, path: Path, count: OpenCount) -> None:
        self._count = count
        count.add(1)
        self._file = pq.ParquetFile(path)

    def num_rows(self) -> int:
        """Read the file and return its number of rows."""
        return int(self._file.read().num_rows)

    def close(self) -> None:
        """Close the file, then count it out."""
        self._file.close()
        self._count.add(-1)


def test_the_bound_holds_at_every_moment(tmp_path: Path) -> None:
    """A file is opened only after the one that it replaces is closed, even with as many readers as the bound allows."""
    make_dataset(tmp_path, {"train": [[{"text": f"row {number}"}] for number in range(9)]})
    paths = sorted((tmp_path / "raw").iterdir())
    files, owner, count = FilePool(4), FileOwner(), OpenCount()

    def read(turn: int) -> int:
        path = paths[turn % 9]
        with files.lend(owner, path, open_file=lambda: CountedFile(path, count)) as file:
            return int(file.num_rows())

    with ThreadPoolExecutor(4) as pool:
        assert [1] * 180 == list(pool.map(read, range(180)))
    assert (4, 4) == (count.now, count.peak)
    files.close(owner)
    assert 0 == count.now


def test_a_file_in_use_is_closed_after_its_store(tmp_path: Path) -> None:
    """The reader finishes undisturbed, and no descriptor stays open."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a"}]]})
    (path,) = (tmp_path / "ds" / "raw").iterdir()
    files, owner = FilePool(), FileOwner()
    with files.lend(owner, path, open_file=lambda: pq.ParquetFile(path)) as file:
        files.close(owner)
        assert 1 == file.read().num_rows
    assert [] == open_files(tmp_path)

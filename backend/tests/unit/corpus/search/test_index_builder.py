"""The full-text index on disk: built completely or not at all, recognized as stale, and removed."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.file_limit import file_limit
from mistudio.core.errors import JobCancelled
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index, drop_index, has_current_index, read_index_manifest
from mistudio.corpus.search.pages import Sort
from mistudio.corpus.search.search import SearchableDataset, SearchRequest, open_index
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest, write_manifest

HEAP = 15_000_000


class CancelledMonitor:
    """Cancels the build at its ``last`` checkpoint, and keeps the reports."""

    def __init__(self, last: int) -> None:
        self._left = last
        self.reported: list[tuple[int, int, str]] = []

    def report(self, done: int, total: int, phase: str) -> None:
        """Keep the report."""
        self.reported.append((done, total, phase))

    def checkpoint(self) -> None:
        """Raise at the last checkpoint."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelled("Cancelled.")


@pytest.fixture
def executor() -> Iterator[Executor]:
    """Start the threads that read."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a dataset of 40 rows in four files."""
    files = [[{"text": f"common row{file * 10 + row} {'rare' * (row == 3)}"} for row in range(10)] for file in range(4)]
    make_dataset(tmp_path / "data", {"train": files})
    return tmp_path / "data"


def make_request(text: str, *, sort: Sort = "row") -> SearchRequest:
    """Return a search for words."""
    return SearchRequest(mode="words", text=text, case=False, split=None, least=None, most=None, sort=sort)


def count_hits(folder: Path, text: str, executor: Executor) -> tuple[int, bool]:
    """Return the number of hits, and whether the index found them."""
    search = SearchableDataset(DatasetStore(folder), executor).search(make_request(text))
    return search.page(0, 50, deadline=Deadline(), patience=60.0).total, search.uses_index


def list_index(folder: Path) -> list[str]:
    """Return the names in the folder of the index."""
    return sorted(path.name for path in (folder / "index").iterdir())


def test_a_build_reports_rows_and_writes_a_manifest(folder: Path, executor: Executor) -> None:
    """The manifest describes the build, whose folder is the only one."""
    monitor = CancelledMonitor(10**6)
    manifest = build_index(folder, monitor=monitor, heap_bytes=HEAP)
    assert (0, 40, "indexing") == monitor.reported[0]
    assert (40, 40, "indexing") == monitor.reported[-1]
    assert manifest == read_index_manifest(folder)
    assert (40, False) == (manifest.rows, manifest.has_long_words)
    assert [manifest.folder, "manifest.json"] == list_index(folder)
    assert (4, True) == count_hits(folder, "rare", executor)


@pytest.mark.parametrize("last", [0, 2, 4, 5])
def test_a_cancelled_build_keeps_the_earlier_index(folder: Path, executor: Executor, last: int) -> None:
    """Wherever it stops, nothing of the new index stays, and the earlier one is still used."""
    with pytest.raises(JobCancelled):
        build_index(folder, monitor=CancelledMonitor(last), heap_bytes=HEAP)
    assert [] == list_index(folder)
    assert (4, False) == count_hits(folder, "rare", executor)
    old = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    with pytest.raises(JobCancelled):
        build_index(folder, monitor=CancelledMonitor(last), heap_bytes=HEAP)
    assert [old.folder, "manifest.json"] == list_index(folder)
    assert (4, True) == count_hits(folder, "rare", executor)


def test_a_killed_build_starts_over(folder: Path, executor: Executor) -> None:
    """The process dies during the build; the next build removes what it left."""
    code = (
        "import os; from pathlib import Path; from mistudio.corpus.search.index_builder import build_index\n"
        "class Work:\n"
        "    def report(self, done, total, phase): done == 20 and os._exit(9)\n"
        "    def checkpoint(self): pass\n"
        f"build_index(Path({str(folder)!r}), monitor=Work(), heap_bytes={HEAP})"
    )
    assert 9 == subprocess.run([sys.executable, "-c", code], check=False, env=dict(os.environ)).returncode
    assert 1 == len(list_index(folder))
    assert not has_current_index(folder)
    assert (4, False) == count_hits(folder, "rare", executor)
    manifest = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    assert [manifest.folder, "manifest.json"] == list_index(folder)
    assert (4, True) == count_hits(folder, "rare", executor)


@pytest.mark.parametrize("change", [{"format_version": 2}, {"analyzer": "other"}, {"folder": "no"}])
def test_an_index_of_other_rules_is_not_used(folder: Path, executor: Executor, change: dict[str, object]) -> None:
    """Another version, another analyzer, a missing folder: a scan is used instead."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    path = folder / "index" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    assert not has_current_index(folder)
    assert (4, False) == count_hits(folder, "rare", executor)


def test_an_index_of_other_data_is_stale(folder: Path, executor: Executor) -> None:
    """After a change of the dataset's manifest the index is ignored, and can be built again."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    manifest = read_manifest(folder)
    write_manifest(folder, type(manifest)(**{**vars(manifest), "created_at": "2026-01-01T00:00:00+00:00"}))
    assert not has_current_index(folder)
    assert open_index(folder) is None
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    assert has_current_index(folder)
    assert (4, True) == count_hits(folder, "rare", executor)


def test_a_damaged_index_is_not_used(folder: Path, executor: Executor) -> None:
    """If one of its files is missing or damaged, a scan is used instead."""
    manifest = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    (folder / "index" / manifest.folder / "meta.json").write_text("{", encoding="utf-8")
    assert (4, False) == count_hits(folder, "rare", executor)
    drop_index(folder)
    assert not (folder / "index").exists()
    assert (40, False) == count_hits(folder, "common", executor)


def test_an_index_in_use_can_be_replaced(folder: Path, executor: Executor) -> None:
    """An open dataset uses the earlier index until it is opened again."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    dataset = SearchableDataset(DatasetStore(folder), executor)
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    search = dataset.search(make_request("rare"))
    assert (True, [3, 13, 23, 33]) == (search.uses_index, search.page(0, 9, deadline=Deadline(), patience=9.0).ids)
    drop_index(folder)
    assert 40 == dataset.search(make_request("common")).page(0, 9, deadline=Deadline(), patience=9.0).total


def test_words_too_long_for_the_index_are_found_by_a_scan(tmp_path: Path, executor: Executor) -> None:
    """tantivy skips such words: prefixes and parts of words are scanned, whole words still use the index."""
    rows: list[dict[str, object]] = [{"text": f"short {'ab' * 40_000}needle"}, {"text": "short"}, {"text": None}]
    make_dataset(tmp_path / "long", {"train": [rows]})
    assert build_index(tmp_path / "long", monitor=NullMonitor(), heap_bytes=HEAP).has_long_words
    assert [(2, True), (1, False), (0, True)] == [
        count_hits(tmp_path / "long", text, executor) for text in ("short", "aba*", "needle")
    ]
    exact = SearchRequest(mode="exact", text="needle", case=True, split=None, least=None, most=None, sort="row")
    found = SearchableDataset(DatasetStore(tmp_path / "long"), executor).search(exact)
    assert ([0], False) == (found.page(0, 9, deadline=Deadline(), patience=9.0).ids, found.uses_index)


def test_the_best_hits_come_first_on_request(tmp_path: Path, executor: Executor) -> None:
    """Frequency and shortness of the text decide; without an index, hits come in the order of the rows."""
    rows = [{"text": text} for text in ("cat and much more beside it", "dog", "cat cat cat", "a cat")]
    make_dataset(tmp_path / "best", {"train": [rows]})
    bare = SearchableDataset(DatasetStore(tmp_path / "best"), executor).search(make_request("cat", sort="relevance"))
    assert ("row", [0, 2, 3]) == (bare.sort, bare.page(0, 9, deadline=Deadline(), patience=9.0).ids)
    build_index(tmp_path / "best", monitor=NullMonitor(), heap_bytes=HEAP)
    search = SearchableDataset(DatasetStore(tmp_path / "best"), executor).search(make_request("cat", sort="relevance"))
    assert ("relevance", [2, 3, 0]) == (search.sort, search.page(0, 9, deadline=Deadline(), patience=9.0).ids)
    assert [3] == search.page(1, 1, deadline=Deadline(), patience=9.0).ids


def test_a_full_disk_has_its_number(folder: Path) -> None:
    """tantivy's own error is a ValueError; nothing is left, and the next build succeeds."""
    with pytest.raises(OSError, match="too large") as raised, file_limit(10):
        build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    assert errno.EFBIG == raised.value.errno
    assert [] == list((folder / "index").glob("build-*"))
    assert 40 == build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP).rows

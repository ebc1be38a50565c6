"""The full-text index on disk: built at once or not at all, stale when it is, gone when it is dropped."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.core.errors import JobCancelled
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.hit_counter import Deadline
from mistudio.corpus.search.index_builder import build_index, drop_index, has_current_index, read_index_manifest
from mistudio.corpus.search.pages import Sort
from mistudio.corpus.search.search import Corpus, SearchRequest, open_index
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import read_manifest, write_manifest

HEAP = 15_000_000


class Watched:
    """Work that is cancelled at its ``last`` checkpoint, if there is one so late."""

    def __init__(self, last: int) -> None:
        self._left = last
        self.reported: list[tuple[int, int, str]] = []

    def report(self, done: int, total: int, phase: str) -> None:
        """Keep it."""
        self.reported.append((done, total, phase))

    def checkpoint(self) -> None:
        """Raise at the last one."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelled("Cancelled.")


@pytest.fixture
def executor() -> Iterator[Executor]:
    """Threads to read with."""
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset of 40 rows in four files."""
    files = [[{"text": f"common row{file * 10 + row} {'rare' * (row == 3)}"} for row in range(10)] for file in range(4)]
    make_dataset(tmp_path / "data", {"train": files})
    return tmp_path / "data"


def asked(text: str, *, sort: Sort = "row") -> SearchRequest:
    """A search for words."""
    return SearchRequest(mode="words", text=text, case=False, split=None, least=None, most=None, sort=sort)


def total(folder: Path, text: str, executor: Executor) -> tuple[int, bool]:
    """Hits, and whether the index told them."""
    search = Corpus(DatasetStore(folder), executor).search(asked(text))
    return search.page(0, 50, limit=Deadline(), patience=60.0).total, search.uses_index


def entries(folder: Path) -> list[str]:
    """What lies in the index's folder."""
    return sorted(path.name for path in (folder / "index").iterdir())


def test_an_index_tells_of_its_making(folder: Path, executor: Executor) -> None:
    """Progress in rows; a manifest that says of what and by which rules; one folder."""
    monitor = Watched(10**6)
    manifest = build_index(folder, monitor=monitor, heap_bytes=HEAP)
    assert (0, 40, "indexing") == monitor.reported[0]
    assert (40, 40, "indexing") == monitor.reported[-1]
    assert manifest == read_index_manifest(folder)
    assert (40, False) == (manifest.rows, manifest.has_long_words)
    assert [manifest.folder, "manifest.json"] == entries(folder)
    assert (4, True) == total(folder, "rare", executor)


@pytest.mark.parametrize("last", [0, 2, 4, 5])
def test_a_cancelled_build_leaves_what_was_there(folder: Path, executor: Executor, last: int) -> None:
    """Wherever it stops, no new index appears and nothing of it stays; the old one answers on."""
    with pytest.raises(JobCancelled):
        build_index(folder, monitor=Watched(last), heap_bytes=HEAP)
    assert [] == entries(folder)
    assert (4, False) == total(folder, "rare", executor)
    old = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    with pytest.raises(JobCancelled):
        build_index(folder, monitor=Watched(last), heap_bytes=HEAP)
    assert [old.folder, "manifest.json"] == entries(folder)
    assert (4, True) == total(folder, "rare", executor)


def test_a_killed_build_is_begun_anew(folder: Path, executor: Executor) -> None:
    """The process dies in the middle; the next build removes what it left."""
    code = (
        "import os; from pathlib import Path; from mistudio.corpus.search.index_builder import build_index\n"
        "class Work:\n"
        "    def report(self, done, total, phase): done == 20 and os._exit(9)\n"
        "    def checkpoint(self): pass\n"
        f"build_index(Path({str(folder)!r}), monitor=Work(), heap_bytes={HEAP})"
    )
    assert 9 == subprocess.run([sys.executable, "-c", code], check=False, env=dict(os.environ)).returncode
    assert 1 == len(entries(folder))
    assert not has_current_index(folder)
    assert (4, False) == total(folder, "rare", executor)
    manifest = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    assert [manifest.folder, "manifest.json"] == entries(folder)
    assert (4, True) == total(folder, "rare", executor)


@pytest.mark.parametrize("change", [{"format_version": 2}, {"analyzer": "other"}, {"folder": "no"}])
def test_an_index_of_other_rules_is_not_used(folder: Path, executor: Executor, change: dict[str, object]) -> None:
    """Another version, other words, a missing folder: the data is read instead."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    path = folder / "index" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    assert not has_current_index(folder)
    assert (4, False) == total(folder, "rare", executor)


def test_an_index_of_other_data_is_stale(folder: Path, executor: Executor) -> None:
    """Once the manifest of the data is another, the index is as if there was none, and can be built again."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    manifest = read_manifest(folder)
    write_manifest(folder, type(manifest)(**{**vars(manifest), "created_at": "2026-01-01T00:00:00+00:00"}))
    assert not has_current_index(folder)
    assert open_index(folder) is None
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    assert has_current_index(folder)
    assert (4, True) == total(folder, "rare", executor)


def test_a_damaged_index_is_not_used(folder: Path, executor: Executor) -> None:
    """A file of it is gone or nonsense: search goes on, from the data."""
    manifest = build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    (folder / "index" / manifest.folder / "meta.json").write_text("{", encoding="utf-8")
    assert (4, False) == total(folder, "rare", executor)
    drop_index(folder)
    assert not (folder / "index").exists()
    assert (40, False) == total(folder, "common", executor)


def test_an_index_in_use_can_be_replaced(folder: Path, executor: Executor) -> None:
    """Who has it open goes on with the old one until they open the new one."""
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    corpus = Corpus(DatasetStore(folder), executor)
    build_index(folder, monitor=NullMonitor(), heap_bytes=HEAP)
    search = corpus.search(asked("rare"))
    assert (True, [3, 13, 23, 33]) == (search.uses_index, search.page(0, 9, limit=Deadline(), patience=9.0).ids)
    drop_index(folder)
    assert 40 == corpus.search(asked("common")).page(0, 9, limit=Deadline(), patience=9.0).total


def test_words_that_are_too_long_are_looked_for_in_the_data(tmp_path: Path, executor: Executor) -> None:
    """tantivy leaves them out: beginnings and parts of words are then read, whole words still asked of the index."""
    rows: list[dict[str, object]] = [{"text": f"short {'ab' * 40_000}needle"}, {"text": "short"}, {"text": None}]
    make_dataset(tmp_path / "long", {"train": [rows]})
    assert build_index(tmp_path / "long", monitor=NullMonitor(), heap_bytes=HEAP).has_long_words
    assert [(2, True), (1, False), (0, True)] == [
        total(tmp_path / "long", text, executor) for text in ("short", "aba*", "needle")
    ]
    exact = SearchRequest(mode="exact", text="needle", case=True, split=None, least=None, most=None, sort="row")
    found = Corpus(DatasetStore(tmp_path / "long"), executor).search(exact)
    assert ([0], False) == (found.page(0, 9, limit=Deadline(), patience=9.0).ids, found.uses_index)


def test_the_best_hits_come_first_if_asked(tmp_path: Path, executor: Executor) -> None:
    """By how often and in how short a text; without an index, and for other modes, in the order of the rows."""
    rows = [{"text": text} for text in ("cat and much more beside it", "dog", "cat cat cat", "a cat")]
    make_dataset(tmp_path / "best", {"train": [rows]})
    bare = Corpus(DatasetStore(tmp_path / "best"), executor).search(asked("cat", sort="relevance"))
    assert ("row", [0, 2, 3]) == (bare.sort, bare.page(0, 9, limit=Deadline(), patience=9.0).ids)
    build_index(tmp_path / "best", monitor=NullMonitor(), heap_bytes=HEAP)
    search = Corpus(DatasetStore(tmp_path / "best"), executor).search(asked("cat", sort="relevance"))
    assert ("relevance", [2, 3, 0]) == (search.sort, search.page(0, 9, limit=Deadline(), patience=9.0).ids)
    assert [3] == search.page(1, 1, limit=Deadline(), patience=9.0).ids

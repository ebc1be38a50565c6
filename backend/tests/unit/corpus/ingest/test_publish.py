"""Datasets that are built in a staging folder: each is built by one process, and published once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from fakes.corpora import make_dataset
from mistudio.corpus.ingest.publish import build_in_staging, finish_build
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.manifest import Manifest, read_manifest


class _Maker:
    """Copies a dataset into the staging folder, once it may go on."""

    def __init__(self, source: Path, staging: Path) -> None:
        self._source, self._staging = source, staging
        self.begun, self.may_end = Event(), Event()
        self.calls = 0

    def __call__(self) -> Manifest:
        self.calls += 1
        self.begun.set()
        assert self.may_end.wait(30)
        shutil.copytree(self._source / "raw", self._staging / "raw")
        return read_manifest(self._source)


def test_an_attempt_that_waited_builds_nothing(tmp_path: Path) -> None:
    """The one before has published the dataset, and no folder is left beside it."""
    made = make_dataset(tmp_path / "source", {"train": [[{"text": "one"}]]})
    staging, target = tmp_path / "staging" / "a", tmp_path / "a"
    maker = _Maker(tmp_path / "source", staging)

    def build() -> Manifest:
        return build_in_staging(maker, staging, target, monitor=NullMonitor())

    with ThreadPoolExecutor(2) as executor:
        first = executor.submit(build)
        assert maker.begun.wait(30)
        second = executor.submit(build)
        maker.may_end.set()
        assert made == first.result() == second.result()
    assert maker.calls == 1
    assert not staging.exists()
    assert made == build() == finish_build(staging, target, monitor=NullMonitor())
    assert maker.calls == 1

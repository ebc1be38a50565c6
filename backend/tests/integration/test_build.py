"""Making a dataset from a plan: interrupted anywhere it goes on, and the result is always the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.repositories import CARD, add_stories, story_rows
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest
from mistudio.corpus.ingest.build import build_dataset, finish_build, pieces_of
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.ingest.origin import HubOrigin
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import Manifest, verify


class Interrupted(Exception):
    """The work was cut off."""


class Interrupting(NullMonitor):
    """Cuts the work off at the n-th time that it says anything."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, done: int, total: int, phase: str) -> None:
        """Count, and cut off."""
        self.checkpoint()

    def checkpoint(self) -> None:
        """Count, and cut off."""
        self.left -= 1
        if self.left == 0:
            raise Interrupted


class InterruptingOnce(NullMonitor):
    """Cuts the work off the first time that it says anything once ``reached`` is so."""

    def __init__(self, reached: Callable[[], bool]) -> None:
        self._reached = reached

    def report(self, done: int, total: int, phase: str) -> None:
        """Look, and cut off."""
        self.checkpoint()

    def checkpoint(self) -> None:
        """Look, and cut off."""
        if self._reached():
            raise Interrupted


@pytest.fixture
def plan(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DownloadPlan:
    """The plan of a repository with three files and two splits."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    add_stories(hub)
    return make_plan(PlanRequest("lab/stories"))


def build(plan: DownloadPlan, folder: Path, monitor: NullMonitor) -> Manifest:
    """One call, on one connection, so that steps come in a fixed order."""
    origin = HubOrigin(plan, token=None, settings=FetchSettings(connections=1, backoff_seconds=0.01))
    return build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=monitor)


def hashes(manifest: Manifest) -> list[str]:
    """The checksums of the store's files, in order."""
    return [file.sha256 for split in manifest.splits for file in split.files]


def test_the_result_is_whole_and_nothing_else_is_left(plan: DownloadPlan, tmp_path: Path) -> None:
    """Manifest and files agree, the staging folder has become the dataset."""
    manifest = build(plan, tmp_path, NullMonitor())
    assert [] == verify(tmp_path / "dataset")
    assert ["manifest.json", "raw"] == sorted(path.name for path in (tmp_path / "dataset").iterdir())
    assert not (tmp_path / "staging").exists()
    assert ("lab/stories", plan.revision, "text") == (manifest.repo, manifest.commit, manifest.text_column.name)
    assert {file.path: (file.size, file.sha256) for file in plan.files} == {
        source.path: (source.size, source.sha256) for source in manifest.sources
    }
    rows = DatasetStore(tmp_path / "dataset").page("validation", offset=0, limit=100)
    assert story_rows("validation", 30) == [row.values for row in rows]


def test_interrupted_anywhere_it_goes_on_to_the_same_result(plan: DownloadPlan, tmp_path: Path) -> None:
    """Cut off at every place where it says anything, one after the other, the files end with the same bytes."""
    expected = hashes(build(plan, tmp_path / "whole", NullMonitor()))
    cuts = 0
    for place in range(1, 400):
        folder = tmp_path / str(place)
        try:
            build(plan, folder, Interrupting(place))
        except Interrupted:
            cuts += 1
            assert not (folder / "dataset").exists()
            assert expected == hashes(build(plan, folder, NullMonitor()))
            assert [] == verify(folder / "dataset")
        else:
            break
    assert cuts > 10


def test_killed_before_the_rename_it_only_renames(plan: DownloadPlan, hub: Hub, tmp_path: Path) -> None:
    """Once the manifest is written nothing is fetched again, whatever of the leftovers is gone already."""
    manifest = build(plan, tmp_path, NullMonitor())
    (tmp_path / "dataset").rename(tmp_path / "staging")
    asked = len(hub.requests)
    assert manifest == finish_build(tmp_path / "staging", tmp_path / "dataset", monitor=NullMonitor())
    assert asked == len(hub.requests)
    assert [] == verify(tmp_path / "dataset")


def test_cut_off_again_and_again_it_still_ends(plan: DownloadPlan, tmp_path: Path) -> None:
    """Each call gets a few steps further than the one before."""
    expected = hashes(build(plan, tmp_path / "whole", NullMonitor()))
    for steps in range(5, 400, 5):
        try:
            got = build(plan, tmp_path, Interrupting(steps))
        except Interrupted:
            continue
        assert expected == hashes(got)
        return
    pytest.fail("it never came to its end")


def test_a_finished_dataset_is_only_read(plan: DownloadPlan, hub: Hub, tmp_path: Path) -> None:
    """A call after the end asks the Hub for nothing."""
    first = build(plan, tmp_path, NullMonitor())
    asked = len(hub.requests)
    assert first == build(plan, tmp_path, NullMonitor())
    assert asked == len(hub.requests)


def test_a_kept_file_that_was_moved_but_not_written_down_is_not_fetched_again(
    plan: DownloadPlan, hub: Hub, tmp_path: Path
) -> None:
    """Killed between the move into the store and the note of it, the file is found by its checksum."""
    staging = tmp_path / "staging"
    piece = pieces_of(plan.files)[0]
    (staging / "raw").mkdir(parents=True)
    source = tmp_path / "source.parquet"
    repository = hub.find("datasets", "lab/stories")
    assert repository is not None
    content = repository.commits[plan.revision][piece.source.path].content
    assert isinstance(content, bytes)
    source.write_bytes(content)
    report = ingest_file(
        source, piece.raw_path(staging), format="parquet", label=piece.source.path, monitor=NullMonitor()
    )
    assert report.kept
    build(plan, tmp_path, NullMonitor())
    fetched = {record.path for record in hub.requests if record.method == "GET" and "/resolve/" in record.path}
    assert not [path for path in fetched if path.endswith(piece.source.path)]
    assert [] == verify(tmp_path / "dataset")


def test_damaged_notes_are_not_believed(plan: DownloadPlan, tmp_path: Path) -> None:
    """A report that cannot be read, or whose file is not as it says, makes the piece be done again."""
    staging = tmp_path / "staging"
    with pytest.raises(Interrupted):
        build(plan, tmp_path, InterruptingOnce(lambda: 3 == len(list(staging.glob("reports/*.json")))))
    assert 3 == len(list((staging / "raw").iterdir()))
    for report in (staging / "reports").iterdir():
        report.write_text("{", encoding="utf-8")
    for raw in (staging / "raw").iterdir():
        raw.write_bytes(raw.read_bytes()[:-1])
    build(plan, tmp_path, NullMonitor())
    assert [] == verify(tmp_path / "dataset")


def test_one_file_in_two_splits(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is in both, whole."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    files = "".join(f"  - split: {split}\n    path: all.txt\n" for split in ("train", "test"))
    card = f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n{CARD}"
    hub.add("lab/twice", {"README.md": card, "all.txt": "one\ntwo\n"})
    manifest = build(make_plan(PlanRequest("lab/twice")), tmp_path, NullMonitor())
    assert [("train", 2), ("test", 2)] == [(split.name, split.rows) for split in manifest.splits]
    assert 1 == len(manifest.sources)

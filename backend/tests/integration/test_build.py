"""Building a dataset from a plan: interrupted anywhere, it resumes and ends with the same bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.repositories import CARD, add_stories, story_rows
from mistudio.corpus.fetch import FetchSettings
from mistudio.corpus.hub.plan import make_plan
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest
from mistudio.corpus.ingest.build import build_dataset
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.ingest.manifest_entry import name_raw_files
from mistudio.corpus.ingest.origin import HubOrigin
from mistudio.corpus.ingest.publish import finish_build
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import Manifest, verify


class Interrupted(Exception):
    """The build was interrupted."""


class Interrupting(NullMonitor):
    """Interrupts the build at its n-th report or checkpoint."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, done: int, total: int, phase: str) -> None:
        """Count the call, and interrupt."""
        self.checkpoint()

    def checkpoint(self) -> None:
        """Count the call, and interrupt."""
        self.left -= 1
        if self.left == 0:
            raise Interrupted


class InterruptingWhen(NullMonitor):
    """Interrupts the build at the first report or checkpoint after ``reached`` holds."""

    def __init__(self, reached: Callable[[], bool]) -> None:
        self._reached = reached

    def report(self, done: int, total: int, phase: str) -> None:
        """Check the condition, and interrupt."""
        self.checkpoint()

    def checkpoint(self) -> None:
        """Check the condition, and interrupt."""
        if self._reached():
            raise Interrupted


@pytest.fixture
def plan(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DownloadPlan:
    """Plan the download of a repository with three files and two splits."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    add_stories(hub)
    return make_plan(PlanRequest("lab/stories"))


def build(plan: DownloadPlan, folder: Path, monitor: NullMonitor) -> Manifest:
    """Build in one call, on one connection, so that the steps have a fixed order."""
    origin = HubOrigin(plan, token=None, settings=FetchSettings(connections=1, backoff_seconds=0.01))
    return build_dataset(origin, folder / "staging", folder / "dataset", text_column=None, monitor=monitor)


def hashes(manifest: Manifest) -> list[str]:
    """Return the checksums of the raw files, in order."""
    return [file.sha256 for split in manifest.splits for file in split.files]


def test_the_dataset_is_complete_and_nothing_else_is_left(plan: DownloadPlan, tmp_path: Path) -> None:
    """Manifest and files agree; the staging folder has become the dataset."""
    manifest = build(plan, tmp_path, NullMonitor())
    assert [] == verify(tmp_path / "dataset")
    assert ["manifest.json", "raw"] == sorted(path.name for path in (tmp_path / "dataset").iterdir())
    assert not (tmp_path / "staging").exists()
    assert ("lab/stories", plan.revision, "text") == (manifest.repo, manifest.commit, manifest.text_source)
    assert {file.path: (file.size, file.sha256) for file in plan.files} == {
        source.path: (source.size, source.sha256) for source in manifest.sources
    }
    rows = DatasetStore(tmp_path / "dataset").page("validation", offset=0, limit=100)
    assert story_rows("validation", 30) == [row.values for row in rows]


def test_an_interruption_anywhere_changes_no_byte(plan: DownloadPlan, tmp_path: Path) -> None:
    """Interrupted at each report and checkpoint in turn, the files end with the same bytes."""
    expected = hashes(build(plan, tmp_path / "whole", NullMonitor()))
    interruptions = 0
    for place in range(1, 400):
        folder = tmp_path / str(place)
        try:
            build(plan, folder, Interrupting(place))
        except Interrupted:
            interruptions += 1
            assert not (folder / "dataset").exists()
            assert expected == hashes(build(plan, folder, NullMonitor()))
            assert [] == verify(folder / "dataset")
        else:
            break
    assert interruptions > 10


def test_after_a_kill_before_the_rename_it_only_renames(plan: DownloadPlan, hub: Hub, tmp_path: Path) -> None:
    """Once the manifest is written, nothing is fetched again, whichever leftovers are removed already."""
    manifest = build(plan, tmp_path, NullMonitor())
    (tmp_path / "dataset").rename(tmp_path / "staging")
    requests = len(hub.requests)
    assert manifest == finish_build(tmp_path / "staging", tmp_path / "dataset", monitor=NullMonitor())
    assert requests == len(hub.requests)
    assert [] == verify(tmp_path / "dataset")


def test_a_build_that_is_interrupted_again_and_again_ends(plan: DownloadPlan, tmp_path: Path) -> None:
    """Each call gets a few steps further than the one before."""
    expected = hashes(build(plan, tmp_path / "whole", NullMonitor()))
    for steps in range(5, 400, 5):
        try:
            got = build(plan, tmp_path, Interrupting(steps))
        except Interrupted:
            continue
        assert expected == hashes(got)
        return
    pytest.fail("the build never ended")


def test_a_finished_dataset_is_only_read(plan: DownloadPlan, hub: Hub, tmp_path: Path) -> None:
    """A further call sends no request to the Hub."""
    first = build(plan, tmp_path, NullMonitor())
    requests = len(hub.requests)
    assert first == build(plan, tmp_path, NullMonitor())
    assert requests == len(hub.requests)


def test_a_kept_file_that_was_moved_without_a_report_is_not_fetched_again(
    plan: DownloadPlan, hub: Hub, tmp_path: Path
) -> None:
    """After a kill between the move and the report, the checksum identifies the file."""
    staging = tmp_path / "staging"
    planned = name_raw_files(plan.files)[0]
    (staging / "raw").mkdir(parents=True)
    source = tmp_path / "source.parquet"
    repository = hub.find("datasets", "lab/stories")
    assert repository is not None
    content = repository.commits[plan.revision][planned.source.path].content
    assert isinstance(content, bytes)
    source.write_bytes(content)
    report = ingest_file(
        source, planned.raw_path(staging), format="parquet", label=planned.source.path, monitor=NullMonitor()
    )
    assert report.kept
    build(plan, tmp_path, NullMonitor())
    fetched = {record.path for record in hub.requests if record.method == "GET" and "/resolve/" in record.path}
    assert not [path for path in fetched if path.endswith(planned.source.path)]
    assert [] == verify(tmp_path / "dataset")


def test_files_with_a_damaged_report_are_ingested_again(plan: DownloadPlan, tmp_path: Path) -> None:
    """The report cannot be read, or its raw file has another size."""
    staging = tmp_path / "staging"
    with pytest.raises(Interrupted):
        build(plan, tmp_path, InterruptingWhen(lambda: 3 == len(list(staging.glob("reports/*.json")))))
    assert 3 == len(list((staging / "raw").iterdir()))
    for report in (staging / "reports").iterdir():
        report.write_text("{", encoding="utf-8")
    for raw in (staging / "raw").iterdir():
        raw.write_bytes(raw.read_bytes()[:-1])
    build(plan, tmp_path, NullMonitor())
    assert [] == verify(tmp_path / "dataset")


def test_one_file_in_two_splits(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All its rows are in both."""
    for name, value in hub.environment(tmp_path / "hf").items():
        monkeypatch.setenv(name, value)
    files = "".join(f"  - split: {split}\n    path: all.txt\n" for split in ("train", "test"))
    card = f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n{CARD}"
    hub.add("lab/twice", {"README.md": card, "all.txt": "one\ntwo\n"})
    manifest = build(make_plan(PlanRequest("lab/twice")), tmp_path, NullMonitor())
    assert [("train", 2), ("test", 2)] == [(split.name, split.rows) for split in manifest.splits]
    assert 1 == len(manifest.sources)

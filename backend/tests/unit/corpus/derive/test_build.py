"""Subsets of real files: rows, ledgers, splits, kills, equal bytes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.corpora import Rows, make_dataset
from mistudio.core.errors import JobCancelled, Json, NoData, ParentMissing, ValidationFailed
from mistudio.corpus.derive.build import build_subset, open_sources
from mistudio.corpus.derive.plan import (
    ParentText,
    RowChoice,
    RowFilter,
    SubsetPlan,
    read_subset_plan,
    write_subset_plan,
)
from mistudio.corpus.derive.preview import SubsetPreview, preview_subset
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.store.manifest import manifest_sha256, read_manifest, verify
from mistudio.corpus.store.subset_record import ParentRecord, SubsetRecord
from mistudio.utils.file_utils import sha256_file


class Kitchen:
    """Datasets in a folder, and subsets of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, **splits: Sequence[Rows]) -> ParentText:
        """Make a dataset; each split has files of rows."""
        folder = self.folder / f"ds_{name}"
        manifest = make_dataset(folder, splits)
        text = manifest.text_column.name if manifest.text_column else None
        record = ParentRecord(f"ds_{name}", manifest_sha256(folder), name)
        return ParentText(record=record, text_column=text, text_template=None)

    def build(
        self, plan: SubsetPlan, name: str = "subset", *, monitor: Monitor | None = None, file_bytes: int = 1 << 28
    ) -> Path:
        """Build a subset, and return its folder."""
        target = self.folder / f"ds_{name}"
        build_subset(
            plan,
            self.folder / "staging" / name,
            target,
            find_folder=self.find,
            monitor=monitor or NullMonitor(),
            file_bytes=file_bytes,
        )
        return target

    def preview(self, plan: SubsetPlan, seconds: float = 60) -> SubsetPreview:
        """Show what a subset would have."""
        return preview_subset(plan, open_sources(plan, self.find), self.folder, seconds=seconds)

    def find(self, dataset_id: str) -> Path:
        """The folder of a dataset."""
        return self.folder / dataset_id


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    """A folder for datasets."""
    return Kitchen(tmp_path)


def numbered(count: int, first: int = 0) -> Rows:
    """Rows with a text and a number; every third is about a dog."""
    return [
        {"text": f"{'dog' if number % 3 == 0 else 'cat'} {number}", "n": number, "tags": [str(number % 2)]}
        for number in range(first, first + count)
    ]


def read_rows(folder: Path, split: str | None = None) -> list[dict[str, object]]:
    """The rows of all splits or of one, in order."""
    manifest = read_manifest(folder)
    assert [] == verify(folder)
    files = [file for each in manifest.splits if split in (None, each.name) for file in each.files]
    return [row for file in files for row in pq.read_table(folder / file.path).to_pylist()]


def numbers_of(folder: Path, split: str | None = None) -> list[object]:
    """The numbers of its rows."""
    return [row["n"] for row in read_rows(folder, split)]


def record_of(folder: Path) -> SubsetRecord:
    """The record of a subset."""
    record = read_manifest(folder).subset
    assert record is not None
    return record


def require_balance(folder: Path) -> None:
    """Check that the ledger leads from the rows of the parent to those that were written."""
    record, rows = record_of(folder), record_of(folder).rows
    for stage in record.stages:
        assert (rows, rows) == (stage.rows, stage.kept + sum(stage.dropped.values()))
        rows = stage.kept
    assert rows == record.kept == read_manifest(folder).rows


def checksums(folder: Path) -> list[str]:
    """Of the raw files."""
    return [sha256_file(path) for path in sorted((folder / "raw").iterdir())]


def test_a_search_becomes_a_dataset(kitchen: Kitchen) -> None:
    """Exactly its rows, in order, with their columns and splits, and a ledger that balances."""
    parent = kitchen.add("all", train=[numbered(900), numbered(300, 900)], test=[numbered(90, 1_200)])
    folder = kitchen.build(
        SubsetPlan(parent=parent, request={"search": "dog"}, filter=RowFilter(mode="words", text="dog"))
    )
    assert list(range(0, 1_290, 3)) == numbers_of(folder)
    assert list(range(0, 1_200, 3)) == numbers_of(folder, "train")
    manifest, before = read_manifest(folder), read_manifest(kitchen.folder / "ds_all")
    assert ("derived", "text", ()) == (manifest.source, manifest.text_source, manifest.sources)
    assert [(column.name, column.kind) for column in before.columns] == [
        (column.name, column.kind) for column in manifest.columns
    ]
    assert sum(len(str(row["text"])) for row in read_rows(folder)) == manifest.text.characters
    record = record_of(folder)
    assert (("filter", 1_290, 430), {"not_matched": 860}) == (
        (record.stages[0].kind, record.stages[0].rows, record.stages[0].kept),
        record.stages[0].dropped,
    )
    assert (parent.record,) == record.parents
    require_balance(folder)


@pytest.mark.parametrize(
    ("wanted", "choice", "numbers", "dropped"),
    [
        (RowFilter(split="test"), RowChoice(), [100, 101, 102, 103, 104], {"other_split": 100}),
        (RowFilter(), RowChoice(count=3), [0, 1, 2], {"not_chosen": 102}),
        (RowFilter(split="test"), RowChoice(count=50), [100, 101, 102, 103, 104], {"other_split": 100}),
        (RowFilter(), RowChoice(ranges=((98, 102), (0, 2), (1, 3))), [0, 1, 2, 98, 99, 100, 101], {"not_chosen": 98}),
        (RowFilter(), RowChoice(ids={"test": (4, 0), "train": (7,)}), [7, 100, 104], {"not_chosen": 102}),
        (
            RowFilter(mode="exact", text="dog"),
            RowChoice(ids={"train": (0, 1)}),
            [0],
            {"not_chosen": 34, "not_matched": 70},
        ),
        (
            RowFilter(mode="regex", text=r"^cat 9\d$", case=True),
            RowChoice(count=2),
            [91, 92],
            {"not_matched": 99, "not_chosen": 4},
        ),
    ],
)
def test_rows_are_chosen(
    kitchen: Kitchen, wanted: RowFilter, choice: RowChoice, numbers: list[int], dropped: dict[str, int]
) -> None:
    """By split, number, place and id; the ledger says what the others were dropped for."""
    parent = kitchen.add("all", train=[numbered(60), numbered(40, 60)], test=[numbered(5, 100)])
    folder = kitchen.build(SubsetPlan(parent=parent, request={}, filter=wanted, choice=choice))
    assert numbers == numbers_of(folder)
    found = {reason: count for stage in record_of(folder).stages for reason, count in stage.dropped.items()}
    assert dropped == found
    require_balance(folder)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.decimals("0.01", "1", places=2), seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 400))
def test_a_share_is_exact(tmp_path_factory: pytest.TempPathFactory, share: object, seed: int, rows: int) -> None:
    """Rounded half up; no row twice, in order; the same seed draws the same, in any folder."""
    kitchen = Kitchen(tmp_path_factory.mktemp("share"))
    parent = kitchen.add("all", train=[numbered(rows)])
    plan = SubsetPlan(parent=parent, request={}, choice=RowChoice(share=str(share), seed=seed))
    expected = int(float(str(share)) * 100 + 0.5) * rows
    count = (expected + 50) // 100
    if not count:
        with pytest.raises(NoData):
            kitchen.build(plan)
        return
    folder = kitchen.build(plan)
    numbers = numbers_of(folder)
    assert count == len(numbers)
    assert numbers == sorted(set(numbers))  # type: ignore[type-var]  # integers
    assert checksums(folder) == checksums(kitchen.build(plan, "again"))
    require_balance(folder)


def test_a_number_with_a_seed_is_drawn(kitchen: Kitchen) -> None:
    """Another seed draws other rows."""
    parent = kitchen.add("all", train=[numbered(1_000)])
    drawn = [
        numbers_of(
            kitchen.build(SubsetPlan(parent=parent, request={}, choice=RowChoice(count=50, seed=seed)), f"s{seed}")
        )
        for seed in (0, 1)
    ]
    assert [50, 50] == [len(set(numbers)) for numbers in drawn]
    assert drawn[0] != drawn[1]


def test_steps_have_ledgers(kitchen: Kitchen) -> None:
    """Each sees what the one before kept."""
    rows: Rows = [{"text": text, "n": number} for number, text in enumerate(["a" * 9, "b", "a" * 9, "c" * 9, "d" * 9])]
    parent = kitchen.add("all", train=[rows])
    other = kitchen.add("other", train=[[{"text": "c" * 9 + " x"}]])
    steps: tuple[Json, ...] = (
        {"kind": "dedup_exact"},
        {"kind": "length", "min_characters": 5},
        {"kind": "decontaminate", "dataset": "ds_other", "ngram": 1},
    )
    plan = SubsetPlan(parent=parent, request={}, steps=steps, references=(other,))
    folder = kitchen.build(plan)
    assert [0, 4] == numbers_of(folder)
    record = record_of(folder)
    assert [("dedup_exact", 5, 4), ("length", 4, 3), ("decontaminate", 3, 2)] == [
        (stage.kind, stage.rows, stage.kept) for stage in record.stages[1:]
    ]
    assert [{"duplicate": 1}, {"min_characters": 1}] == [stage.dropped for stage in record.stages[1:3]]
    assert (parent.record, other.record) == record.parents
    require_balance(folder)


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.sampled_from([f"text {number}" for number in range(40)]), min_size=20, max_size=200),
    share=st.floats(0.1, 0.9),
    seed=st.integers(0, 1_000),
)
def test_a_split_keeps_equal_texts_together(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], share: float, seed: int
) -> None:
    """No row is lost or twice; no text is in both; the share is as near as whole texts allow."""
    kitchen = Kitchen(tmp_path_factory.mktemp("split"))
    parent = kitchen.add("all", train=[[{"text": text, "n": number} for number, text in enumerate(texts)]])
    step: Json = {"kind": "split", "share": share, "seed": seed}
    plan = SubsetPlan(parent=parent, request={}, steps=(step,))
    try:
        folder = kitchen.build(plan)
    except ValidationFailed:
        assert len(set(texts)) < 20
        return
    train, validation = (read_rows(folder, split) for split in ("train", "validation"))
    assert sorted(range(len(texts))) == sorted(int(str(row["n"])) for row in (*train, *validation))
    assert not {row["text"] for row in train} & {row["text"] for row in validation}
    most = max(texts.count(text) for text in texts)
    assert abs(len(validation) - share * len(texts)) <= most


def test_a_split_of_different_texts_is_exact(kitchen: Kitchen) -> None:
    """Over all splits of the parent; another seed divides otherwise."""
    parent = kitchen.add("all", train=[numbered(700)], test=[numbered(300, 700)])
    found = []
    for seed in (0, 1):
        plan = SubsetPlan(parent=parent, request={}, steps=({"kind": "split", "share": 0.05, "seed": seed},))
        folder = kitchen.build(plan, f"split{seed}")
        assert ["train", "validation"] == [split.name for split in read_manifest(folder).splits]
        assert 950 == len(numbers_of(folder, "train"))
        found.append(numbers_of(folder, "validation"))
    assert found[0] != found[1]


class Killer(NullMonitor):
    """Ends the attempt at a checkpoint."""

    def __init__(self, after: int) -> None:
        self._left = after

    def checkpoint(self) -> None:
        """Raise after so many calls."""
        self._left -= 1
        if self._left < 0:
            raise JobCancelled("stop")


def test_the_same_bytes_after_kills(kitchen: Kitchen) -> None:
    """At every checkpoint an attempt ends; the last one goes on from there, with the same files and manifest."""
    parent = kitchen.add("all", train=[numbered(1_500), numbered(700, 1_500)], test=[numbered(300, 2_200)])
    steps: tuple[Json, ...] = ({"kind": "dedup_exact"}, {"kind": "split", "share": 0.2})
    plan = SubsetPlan(
        parent=parent,
        request={},
        filter=RowFilter(mode="exact", text="dog"),
        choice=RowChoice(share="0.7", seed=3),
        steps=steps,
    )
    whole = kitchen.build(plan, file_bytes=500)
    assert len(checksums(whole)) > 3
    for attempt in range(1_000):
        try:
            killed = kitchen.build(plan, "killed", file_bytes=500, monitor=Killer(attempt))
        except JobCancelled:
            continue
        break
    assert attempt > 5
    assert checksums(whole) == checksums(killed)
    assert replace(read_manifest(whole), created_at="") == replace(read_manifest(killed), created_at="")
    assert {"manifest.json", "raw"} == {path.name for path in killed.iterdir()}


def test_nothing_left_and_parents_gone(kitchen: Kitchen) -> None:
    """Both say what to do."""
    parent = kitchen.add("all", train=[numbered(10)])
    nothing = SubsetPlan(parent=parent, request={}, filter=RowFilter(mode="words", text="zebra"))
    with pytest.raises(NoData, match="No row is left"):
        kitchen.build(nothing)
    changed = replace(parent, record=replace(parent.record, manifest_sha256="0" * 64))
    with pytest.raises(ParentMissing, match="has changed"):
        kitchen.build(SubsetPlan(parent=changed, request={}), "changed")
    gone = replace(parent, record=ParentRecord("ds_other", "", "other"))
    with pytest.raises(ParentMissing, match="“other” was deleted"):
        kitchen.build(SubsetPlan(parent=parent, request={}, references=(gone,)), "gone")


def test_a_plan_is_read_back(kitchen: Kitchen) -> None:
    """As it was written; None if it is damaged."""
    parent = kitchen.add("all", train=[numbered(10)])
    plan = SubsetPlan(
        parent=parent,
        request={"rows": [[0, 5]]},
        filter=RowFilter(split="train", least=3),
        choice=RowChoice(ranges=((0, 5),)),
        steps=({"kind": "dedup_exact", "normalize": True},),
    )
    write_subset_plan(kitchen.folder / "plan", plan)
    assert plan == read_subset_plan(kitchen.folder / "plan")
    (kitchen.folder / "plan" / "plan.json").write_text("{")
    assert read_subset_plan(kitchen.folder / "plan") is None


def test_a_preview_says_what_comes(kitchen: Kitchen) -> None:
    """Counts, first rows of both kinds, and the steps on a sample; without time, no counts."""
    parent = kitchen.add("all", train=[numbered(3_000)])
    plan = SubsetPlan(
        parent=parent,
        request={},
        filter=RowFilter(mode="words", text="dog"),
        choice=RowChoice(count=900),
        steps=({"kind": "drop_regex", "pattern": "3$"}, {"kind": "split", "share": 0.1}),
    )
    preview = kitchen.preview(plan)
    assert (3_000, 900) == (preview.rows, preview.taken)
    assert [1_000, 900] == [stage.kept for stage in preview.stages]
    assert ["dog 0", "dog 3"] == [row.text for row in preview.kept][:2]
    assert ["cat 1", "cat 2", "cat 4"] == [row.text for row in preview.dropped][:3]
    assert (900, ["drop_regex"]) == (preview.sample_rows, [step.ledger.kind for step in preview.steps])
    late = kitchen.preview(plan, seconds=0)
    assert (None, ()) == (late.taken, late.stages)
    assert "takes longer" in str(late.note)


def test_a_preview_of_nothing(kitchen: Kitchen) -> None:
    """No steps are run."""
    parent = kitchen.add("all", train=[numbered(30)])
    plan = SubsetPlan(
        parent=parent, request={}, filter=RowFilter(mode="words", text="zebra"), steps=({"kind": "dedup_exact"},)
    )
    preview = kitchen.preview(plan)
    assert (0, [], []) == (preview.taken, list(preview.kept), list(preview.steps))
    assert 5 == len(preview.dropped)

"""Mixtures of real files: rows, columns, texts, kills, equal bytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from fakes.corpora import Rows, make_dataset
from mistudio.core.errors import JobCancelled, ParentMissing, ValidationFailed
from mistudio.corpus.encoders.encoding import Encoder, TokenIds
from mistudio.corpus.mix.build import build_mixture
from mistudio.corpus.mix.plan import MixPart, MixPlan, MixTokenizer, read_mix_plan, write_mix_plan
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.store.manifest import Manifest, manifest_sha256, read_manifest, verify
from mistudio.corpus.store.mixture_record import MixtureRecord
from mistudio.utils.file_utils import sha256_file


class LetterEncoder:
    """One token per character."""

    name = "letters"
    failure = None

    def encode(self, texts: pa.StringArray) -> TokenIds:
        """Return code points."""
        lengths = np.asarray(pc.utf8_length(texts).fill_null(0), np.int64)
        return TokenIds(np.zeros(int(lengths.sum()), np.int32), np.concatenate([[0], np.cumsum(lengths)]))


def count_letters(_texts: pa.StringArray) -> Encoder:
    """The encoder of every mixture here."""
    return LetterEncoder()


class Kitchen:
    """Datasets in a folder, and mixtures of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, files: Sequence[Rows], *, split: str = "train", **wanted: object) -> MixPart:
        """Make a dataset, and return it as a part."""
        manifest = make_dataset(self.folder / f"ds_{name}", {split: list(files)})
        text = manifest.text_column.name if manifest.text_column else None
        part = MixPart(
            dataset_id=f"ds_{name}",
            manifest_sha256=manifest_sha256(self.folder / f"ds_{name}"),
            name=name,
            split=split,
            label=name,
            text_column=text,
            text_template=None,
        )
        return replace(part, **wanted)  # type: ignore[arg-type]  # its fields

    def mix(
        self, plan: MixPlan, name: str = "mix", *, monitor: Monitor | None = None, file_bytes: int = 1 << 28
    ) -> Path:
        """Build a mixture, and return its folder."""
        target = self.folder / f"ds_{name}"
        build_mixture(
            plan,
            self.folder / "staging" / name,
            target,
            find_folder=lambda dataset_id: self.folder / dataset_id,
            make_encoder=count_letters,
            monitor=monitor or NullMonitor(),
            file_bytes=file_bytes,
        )
        return target


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    """A folder for datasets."""
    return Kitchen(tmp_path)


def numbered(prefix: str, count: int, first: int = 0) -> Rows:
    """Rows with a text and a number."""
    return [{"text": f"{prefix} {number}" + "x" * (number % 7), "n": number} for number in range(first, first + count)]


def read_rows(folder: Path) -> list[dict[str, object]]:
    """All rows, in order."""
    manifest = read_manifest(folder)
    assert [] == verify(folder)
    paths = [folder / file.path for split in manifest.splits for file in split.files]
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def record_of(folder: Path) -> MixtureRecord:
    """The record of a mixture."""
    record = read_manifest(folder).mixture
    assert record is not None
    return record


def checksums(folder: Path) -> list[str]:
    """Of the raw files."""
    return [sha256_file(path) for path in sorted((folder / "raw").iterdir())]


def test_shares_by_rows(kitchen: Kitchen) -> None:
    """Exact, each row at most once, in the order of its source, with the source of each."""
    web = kitchen.add("web", [numbered("w", 300), numbered("w", 300, 300)], share="0.75")
    chat = kitchen.add("chat", [numbered("c", 100)], share="0.25")
    folder = kitchen.mix(MixPlan(parts=(web, chat), by="rows", split="train", seed=3, total=200))
    rows = read_rows(folder)
    assert {"web": 150, "chat": 50} == Counter(row["source"] for row in rows)
    for label in ("web", "chat"):
        numbers = [row["n"] for row in rows if row["source"] == label]
        assert numbers == sorted(set(numbers))  # type: ignore[type-var]  # integers
    record = record_of(folder)
    assert [(150, 0.75), (50, 0.25)] == [(part.rows, part.share) for part in record.parts]
    assert ("derived", "text") == (read_manifest(folder).source, str(read_manifest(folder).text_source))
    assert ["source", "text", "n"] == [column.name for column in read_manifest(folder).columns]


def test_repeats_take_every_row_equally_often(kitchen: Kitchen) -> None:
    """All of it, again, and a drawn half of it."""
    big = kitchen.add("big", [numbered("b", 1_000)], share="0.5")
    small = kitchen.add("small", [numbered("s", 100)], share="0.5", max_repeats=3)
    folder = kitchen.mix(MixPlan(parts=(big, small), by="rows", split="train", seed=3, total=500))
    counted = Counter(row["n"] for row in read_rows(folder) if row["source"] == "small")
    assert {2: 50, 3: 50} == Counter(counted.values())
    assert 2.5 == record_of(folder).parts[1].repeats


@pytest.mark.parametrize("by", ["bytes", "tokens"])
def test_shares_by_text(kitchen: Kitchen, by: str) -> None:
    """As near as whole rows allow; the record has what came of it, exactly."""
    one = kitchen.add("one", [numbered("ä", 500)], share="0.9")
    two = kitchen.add("two", [numbered("b", 500)], share="0.1")
    tokenizer = MixTokenizer(name="letters", revision=None, fingerprint="f" * 64) if by == "tokens" else None
    plan = MixPlan(parts=(one, two), by=by, split="train", seed=0, total=3_000, tokenizer=tokenizer)  # type: ignore[arg-type]
    folder = kitchen.mix(plan)
    measured: Counter[object] = Counter()
    for row in read_rows(folder):
        text = str(row["text"])
        measured[row["source"]] += len(text) if by == "tokens" else len(text.encode())
    record = record_of(folder)
    assert dict(measured) == {part.label: part.amount for part in record.parts}
    assert abs(measured["one"] - 2_700) <= 8
    assert abs(measured["two"] - 300) <= 8
    assert sum(measured.values()) == record.amount


def test_columns_are_aligned(kitchen: Kitchen) -> None:
    """One text column, the columns of all parts, null where a part has none, and names that are needed moved away."""
    one = kitchen.add("one", [[{"text": "a", "n": 1, "source": "mine"}] * 5], share="0.5")
    two = kitchen.add(
        "two", [[{"content": "b", "n": 0.5, "text": None, "more": ["x"]}] * 5], share="0.5", text_column="content"
    )
    folder = kitchen.mix(MixPlan(parts=(one, two), by="rows", split="train", seed=0))
    rows = sorted(read_rows(folder), key=lambda row: str(row["source"]))
    assert {
        "source": "one",
        "text": "a",
        "n": 1.0,
        "original_source": "mine",
        "more": None,
        "original_text": None,
    } == rows[0]
    assert {
        "source": "two",
        "text": "b",
        "n": 0.5,
        "original_source": None,
        "more": ["x"],
        "original_text": None,
    } == rows[-1]
    notices = " ".join(read_manifest(folder).notices)
    assert "Column “content” of two is the column “text” of the mixture." in notices
    assert "Column “n” has different types in the parts (double, int64). It is stored as double." in notices
    assert "Column “more” is missing in “one” (train). It is null there." in notices or "missing in one" in notices


def test_templates_and_conversations_become_texts(kitchen: Kitchen) -> None:
    """Beside the columns that they are made of."""
    one = kitchen.add("one", [[{"q": "why", "a": "so"}] * 3], share="0.5", text_column=None, text_template="{q}? {a}")
    two = kitchen.add("two", [[{"text": "plain"}] * 3], share="0.5")
    rows = read_rows(kitchen.mix(MixPlan(parts=(one, two), by="bytes", split="train", seed=0, total=20)))
    assert {"why? so", "plain"} == {row["text"] for row in rows}
    assert {"why", None} == {row["q"] for row in rows}


def test_the_same_bytes_again(kitchen: Kitchen) -> None:
    """In another folder, and after any number of kills; another seed gives other bytes."""
    parts = [
        kitchen.add("one", [numbered("a", 2_000), numbered("a", 500, 2_000)], share="0.6"),
        kitchen.add("two", [numbered("b", 900)], share="0.4", max_repeats=2),
    ]
    plan = MixPlan(parts=tuple(parts), by="bytes", split="train", seed=11)
    first = kitchen.mix(plan, "first", file_bytes=3_000)
    assert len(checksums(first)) > 2
    kills = 0
    for allowed in range(1, 100, 4):
        try:
            second = kitchen.mix(plan, "second", file_bytes=3_000, monitor=Killer(allowed))
            break
        except JobCancelled:
            kills += 1
    assert kills > 2
    assert checksums(first) == checksums(second)
    assert record_of(first) == record_of(second)
    assert ["manifest.json", "raw"] == sorted(path.name for path in second.iterdir())
    assert checksums(first) != checksums(kitchen.mix(replace(plan, seed=12), "third", file_bytes=3_000))


class Killer(NullMonitor):
    """Cancels after some checkpoints."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed

    def checkpoint(self) -> None:
        """Count down."""
        self.left -= 1
        if self.left < 0:
            raise JobCancelled("Cancelled.")


def test_missing_and_changed_parents(kitchen: Kitchen) -> None:
    """Each is named."""
    one, two = (kitchen.add(name, [numbered(name, 9)], share="0.5") for name in ("one", "two"))
    with pytest.raises(ParentMissing, match="“two” has changed"):
        kitchen.mix(MixPlan(parts=(one, replace(two, manifest_sha256="0")), by="rows", split="train", seed=0))
    with pytest.raises(ParentMissing, match="“two” was deleted"):
        kitchen.mix(MixPlan(parts=(one, replace(two, dataset_id="ds_gone")), by="rows", split="train", seed=0))
    with pytest.raises(ValidationFailed, match="Choose a total of at most 18"):
        kitchen.mix(MixPlan(parts=(one, two), by="rows", split="train", seed=0, total=100))


def test_plans_are_kept(tmp_path: Path, kitchen: Kitchen) -> None:
    """As they are; a damaged one counts as none."""
    plan = MixPlan(parts=(kitchen.add("one", [numbered("a", 3)], amount=2),), by="rows", split="train", seed=1)
    write_mix_plan(tmp_path / "there", plan)
    assert plan == read_mix_plan(tmp_path / "there")
    (tmp_path / "there" / "plan.json").write_text("{")
    assert read_mix_plan(tmp_path / "there") is None


def test_a_manifest_is_read_back(kitchen: Kitchen) -> None:
    """With the record of the mixture."""
    parts = tuple(kitchen.add(name, [numbered(name, 9)], amount=4) for name in ("one", "two"))
    manifest = read_manifest(kitchen.mix(MixPlan(parts=parts, by="rows", split="train", seed=0)))
    assert manifest == Manifest.from_bytes(manifest.to_bytes())

"""All raw files of a dataset get one schema, and notices say what differed."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakes.source_files import build_files, json_lines, parquet
from mistudio.core.errors import InvalidData, Json
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import Manifest, verify

LABEL: Json = {"names": ["neg", "pos"], "_type": "ClassLabel"}
TEXT: Json = {"dtype": "string", "_type": "Value"}
INT: Json = {"dtype": "int64", "_type": "Value"}
X = pa.array(["a", "b"])


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


def kept(manifest: Manifest) -> list[bool]:
    """Return which raw files are their source files."""
    return [file.kept for split in manifest.splits for file in split.files]


def test_equal_files_are_kept_byte_for_byte(tmp_path: Path) -> None:
    """Also with features that are the card's."""
    file = parquet({"label": LABEL}, text=X, label=[0, 1])
    manifest = build_files(
        {"train-0.parquet": file, "train-1.parquet": file}, tmp_path, features={"text": TEXT, "label": LABEL}
    )
    assert [True, True] == kept(manifest)
    assert manifest.notices == ()
    assert {"label": LABEL} == manifest.features
    assert file == (tmp_path / "dataset/raw/train-00000-of-00002.parquet").read_bytes()


def test_differing_files_are_rewritten_with_their_figures(tmp_path: Path) -> None:
    """The manifest describes what is stored, and how often invalid text was repaired at first."""
    files = {"train-0.jsonl": b'{"text": "a\xff", "n": 1}\n', "train-1.jsonl": json_lines({"text": "bc", "n": "x"})}
    manifest = build_files(files, tmp_path)
    assert ["string", "string"] == [column.type for column in manifest.columns]
    assert [(4, 1), (2, 0)] == [(column.characters, column.invalid) for column in manifest.columns]
    assert ("Column “n” has different types in the files (int64, string). It is stored as string.",) == manifest.notices
    assert [] == verify(tmp_path / "dataset")
    assert ["1", "x"] == [row.values["n"] for row in DatasetStore(tmp_path / "dataset").page(None, offset=0, limit=9)]


@pytest.mark.parametrize(
    ("content", "features", "notice"),
    [
        (b"text,label\na,2\n", {"text": TEXT, "label": LABEL}, "2 is not the number of one of its 2 labels"),
        (b"text,label\na,meh\n", {"text": TEXT, "label": LABEL}, "“meh” is not one of its labels (train.csv)"),
        (b"text,n\na,x\n", {"text": TEXT, "n": INT}, "declares column “n” as int64"),
        (b"text,n\na,1\n", {"text": TEXT}, "Column “n” is not declared in the card. It is kept."),
        (b"text\na\n", {"text": TEXT, "n": INT}, "declares column “n”, which no file has. It is null in every row."),
        (b"text,n\na,1\n", {"text": TEXT, "n": {"_type": "Array2D"}}, "such values are not supported"),
    ],
)
def test_a_card_that_does_not_fit_is_noted(
    tmp_path: Path, content: bytes, features: Mapping[str, Json], notice: str
) -> None:
    """With the column and the reason; the column keeps its own type."""
    manifest = build_files({"train.csv": content}, tmp_path, features=features)
    assert [True] == [notice in found for found in manifest.notices], manifest.notices
    assert "label" not in manifest.features


def test_contradicting_features_are_dropped_with_a_notice(tmp_path: Path) -> None:
    """The same number would stand for two labels."""
    other: Json = {"names": ["pos", "neg"], "_type": "ClassLabel"}
    files = {
        "train.parquet": parquet({"label": LABEL}, text=X, label=[0, 1]),
        "test.parquet": parquet({"label": other}, text=X, label=[0, 1]),
    }
    manifest = build_files(files, tmp_path)
    assert {} == manifest.features
    assert "Column “label” has different features in the files" in manifest.notices[0]


def test_many_notices_are_counted(tmp_path: Path) -> None:
    """A wide dataset does not fill the Overview."""
    files = {
        "train-0.jsonl": json_lines({"text": "a"}),
        "train-1.jsonl": json_lines({"text": "b", **dict.fromkeys(map(str, range(30)), 1)}),
    }
    notices = build_files(files, tmp_path).notices
    assert (11, "20 more columns differ between the files or from the card.") == (len(notices), notices[-1])


def test_records_without_fields_are_refused(tmp_path: Path) -> None:
    """There would be no column to hold the rows."""
    with pytest.raises(InvalidData, match=r"train-0\.jsonl, line 1: the records have no fields"):
        build_files({"train-0.jsonl": b"{}\n{}\n", "train-1.jsonl": json_lines({"text": "a"})}, tmp_path)


def test_a_column_of_nulls_can_be_the_text_column(tmp_path: Path) -> None:
    """Chosen by its name if nothing else has text, or requested by any name."""
    by_name = build_files({"train.jsonl": json_lines({"text": None, "n": 1})}, tmp_path / "name")
    requested = build_files({"train.jsonl": json_lines({"t": None, "x": "a"})}, tmp_path / "request", text_column="t")
    assert [("text", 1, 0), ("t", 1, 0)] == [
        (made.text.name, made.text.nulls, made.text.characters) for made in (by_name, requested)
    ]


def test_interrupted_anywhere_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    """Types are widened once, from what the files had at first."""
    files = {
        "train-0.parquet": parquet(text=X, n=[2**60 + 1, 2]),
        "train-1.parquet": parquet(text=X, n=[1.5, 2]),
        "test.parquet": parquet(text=X),
    }
    whole = build_files(files, tmp_path / "whole")
    for after in range(1, 100):
        folder, is_interrupted = tmp_path / str(after), False
        try:
            build_files(files, folder, monitor=Interrupting(after))
        except Interrupted:
            is_interrupted = True
        resumed = build_files(files, folder)
        assert whole.splits == resumed.splits
        assert whole.notices == resumed.notices
        if not is_interrupted:
            break
    assert after > 10


def test_a_killed_move_is_finished(tmp_path: Path) -> None:
    """The report says which file is the raw file."""
    files = {"train-0.jsonl": json_lines({"text": "a"}), "train-1.jsonl": json_lines({"text": "b", "n": 1})}
    whole = build_files(files, tmp_path / "whole")
    folder, raw = tmp_path / "killed", "train-00000-of-00002.parquet"
    # One interruption after all reports and before the manifest leaves everything in staging.
    for after in range(1, 100):
        try:
            build_files(files, folder, monitor=Interrupting(after))
        except Interrupted:
            reports = folder / "staging/reports"
            if (reports / "schema.arrow").exists():
                break
    staging = folder / "staging"
    first = pq.read_table(staging / "raw" / raw)
    assert first.num_rows == 1
    (staging / "reports" / raw).write_bytes((tmp_path / "whole/dataset/raw" / raw).read_bytes())
    assert whole.splits == build_files(files, folder).splits

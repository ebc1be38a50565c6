"""What names of local files say."""

import pytest

from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.corpus.ingest.file_names import checked_name, dataset_name, format_of, ordered_splits, split_of


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("stories.csv", "train"),
        ("train.jsonl", "train"),
        ("stories-test.csv", "test"),
        ("stories_validation_v2.txt.gz", "validation"),
        ("Dev.parquet", "validation"),
        ("test/a.txt", "test"),
        ("corpus/eval/part1.txt", "test"),
        ("latest.csv", "train"),
        ("contest-results.csv", "train"),
        ("extra-00001-of-00007.parquet", "extra"),
        ("test-00001-of-00007.parquet", "test"),
        ("train/test-drive.txt", "test"),
        ("日本語.csv", "train"),
    ],
)
def test_splits_are_told_from_names(name: str, split: str) -> None:
    """By shard names, by whole words of the file's name, then of its folders'; else train."""
    assert split == split_of(name)


def test_splits_have_their_usual_order() -> None:
    """Train, validation, test, and others after them."""
    assert ("train", "validation", "test", "a", "b") == ordered_splits(["b", "test", "a", "validation", "train", "a"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["stories.csv"], "stories"),
        (["stories.jsonl.zst"], "stories"),
        (["my.book.v2.txt"], "my.book.v2"),
        (["stories-train.jsonl", "stories-test.jsonl"], "stories"),
        (["stories-train-00000-of-00002.parquet", "stories-train-00001-of-00002.parquet"], "stories"),
        (["corpus/train/a.txt", "corpus/test/b.txt"], "corpus"),
        (["train.jsonl", "test.jsonl"], "train and 1 more file"),
        (["a.txt", "b.txt", "c.txt"], "a and 2 more files"),
        (["train.csv"], "train"),
    ],
)
def test_a_dataset_is_named_after_its_files(names: list[str], expected: str) -> None:
    """By the folder, by what stands before split and number, by the first one."""
    assert expected == dataset_name(names)


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.tsv.gz", "csv"),
        ("a.json", "json"),
        ("a.jsonl.zst", "json"),
        ("a.txt.ZST", "text"),
        ("a.parquet", "parquet"),
        ("a.b.arrow", "arrow"),
    ],
)
def test_formats_are_told_from_endings(name: str, format_name: str) -> None:
    """In any case, packed or not."""
    assert format_name == format_of(name)


@pytest.mark.parametrize("name", ["a.pdf", "a", ".csv", "a.zip", "a.gz", "a.parquet.gz", "a.csv.exe"])
def test_other_kinds_are_refused(name: str) -> None:
    """With a sentence that names the file."""
    with pytest.raises(UnsupportedFile, match=name):
        format_of(name)


@pytest.mark.parametrize(
    "name", ["", " ", "../a.csv", "/etc/a.csv", "a/../b.csv", "a//b.csv", "a\x00.csv", "a\n.csv", "C:\\..\\a.csv"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    """Names that lead elsewhere or cannot be shown."""
    with pytest.raises(ValidationFailed):
        checked_name(name)


def test_windows_paths_become_paths() -> None:
    """Their parts are told apart, whatever stands between them."""
    assert "train/ein Name.csv" == checked_name("train\\ein Name.csv")

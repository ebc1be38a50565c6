"""What the names of imported files tell."""

import pytest

from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.corpus.ingest.file_names import (
    detect_format,
    is_split_word,
    normalize_file_name,
    order_splits,
    suggest_dataset_name,
)


@pytest.mark.parametrize(
    ("name", "is_split"), [("test", True), ("dev-set", True), ("train", False), ("contest", False), ("corpus", False)]
)
def test_folders_of_splits_are_recognized(name: str, is_split: bool) -> None:
    """By whole words, and other splits than train only."""
    assert is_split == is_split_word(name)


def test_splits_are_ordered() -> None:
    """Train, validation and test come first, then the others by name."""
    assert ("train", "validation", "test", "a", "b") == order_splits(["b", "test", "a", "validation", "train", "a"])


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
    """After the folder, else what precedes split and number, else the first file."""
    assert expected == suggest_dataset_name(names)


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
def test_formats_are_detected_from_endings(name: str, format_name: str) -> None:
    """In upper or lower case, compressed or not."""
    assert format_name == detect_format(name)


@pytest.mark.parametrize("name", ["a.pdf", "a", ".csv", "a.rar", "a.gz", "a.parquet.gz", "a.csv.exe"])
def test_other_formats_are_refused(name: str) -> None:
    """The message names the file."""
    with pytest.raises(UnsupportedFile, match=name):
        detect_format(name)


@pytest.mark.parametrize(
    "name", ["", " ", "../a.csv", "/etc/a.csv", "a/../b.csv", "a//b.csv", "a\x00.csv", "a\n.csv", "C:\\..\\a.csv"]
)
def test_invalid_names_are_refused(name: str) -> None:
    """Names that lead out of the folder or cannot be printed."""
    with pytest.raises(ValidationFailed):
        normalize_file_name(name)


def test_windows_paths_become_paths() -> None:
    """Backslashes separate parts, too."""
    assert "train/ein Name.csv" == normalize_file_name("train\\ein Name.csv")

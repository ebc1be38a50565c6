"""Files beside data that are never rows, by their names alone."""

import pytest

from mistudio.corpus.ingest.stray_files import explain_stray


@pytest.mark.parametrize(
    "path",
    [
        "train.csv", "data/train.jsonl", "readme.jsonl", "licenses.csv", "history.csv", "history.csv.gz",
        "notice-board.tsv", "my_license.txt", "stories.txt", "metadata.jsonl", "changesets.json",
    ],
)  # fmt: skip
def test_a_file_of_data_is_no_stray(path: str) -> None:
    """A suffix of data outweighs a name like that of a note."""
    assert explain_stray(path) is None


@pytest.mark.parametrize("path", [".gitattributes", "a/.cache/train.csv", "__MACOSX/train.csv", "a/._train.csv"])
def test_hidden_files_and_folders_are_strays(path: str) -> None:
    """At any depth, whatever the suffix."""
    assert "It is hidden, or in a hidden folder." == explain_stray(path)


@pytest.mark.parametrize("path", ["dataset_info.json", "a/Tokenizer.JSON", "_SUCCESS", "Thumbs.db"])
def test_metadata_is_stray(path: str) -> None:
    """In any case of letters."""
    assert "Its name is that of a file of metadata, not of data." == explain_stray(path)


@pytest.mark.parametrize(
    "path", ["LICENSE", "licence.txt", "README.md", "docs/CHANGELOG.txt", "readme.txt.gz", "license.gz", "LICENSE-MIT"]
)
def test_licences_and_notes_are_strays(path: str) -> None:
    """Also if they are compressed."""
    assert "Its name is that of a licence or a note, not of data." == explain_stray(path)

"""``open_dataset``: datasets in notebooks and scripts."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from fakes.searching import write_lengths
from mistudio import open_dataset
from mistudio.core.errors import NotFound, UnknownColumn, UnknownSplit, ValidationFailed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a dataset of two splits into a data folder."""
    folder = tmp_path / "datasets" / "ds_1"
    rows = [{"text": f"the {word} fox", "number": number} for number, word in enumerate(("red", "old", "sly"))]
    make_dataset(folder, {"train": [rows], "test": [rows[:1]]})
    return folder


def test_a_dataset_is_opened_by_id_or_folder(folder: Path, tmp_path: Path) -> None:
    """Both give the same rows; the error of an unknown id lists the datasets."""
    data = open_dataset("ds_1", data_dir=tmp_path)
    assert (4, {"train": 3, "test": 1}, []) == (len(data), data.splits, data.tokenizations)
    assert data.page("train", offset=1, limit=1) == open_dataset(folder).page("train", offset=1, limit=1)
    assert ["red", "old", "sly", "red"] == [str(row["text"]).split()[1] for row in data.rows()]
    with pytest.raises(NotFound, match=r"“ds_2” matches no dataset\. Datasets in .*: ds_1 \(local\)\."):
        open_dataset("ds_2", data_dir=tmp_path)


def test_a_search_returns_rows_with_their_place(folder: Path) -> None:
    """By words and by pattern, in one split or in all."""
    data = open_dataset(folder)
    assert [("train", 1)] == [(row.split, row.row) for row in data.search("OLD fox")]
    assert [("train", 0), ("test", 0)] == [(row.split, row.row) for row in data.search(r"r\w+d", mode="regex")]
    assert [("test", 0)] == [(row.split, row.row) for row in data.search("red", split="test")]
    with pytest.raises(UnknownSplit):
        data.search("red", split="dev")


def test_texts_are_read_by_a_column_or_a_template(folder: Path) -> None:
    """Searched, too; what names an absent column is refused."""
    template = "{number}: {text}"
    data = open_dataset(folder, text_template=template)
    assert list(data.texts()) == ["0: the red fox", "1: the old fox", "2: the sly fox", "0: the red fox"]
    assert list(data.texts("test")) == ["0: the red fox"]
    assert [row.row for row in data.search("2: the", mode="exact")] == [2]
    assert list(open_dataset(folder).texts("test")) == ["the red fox"]
    with pytest.raises(UnknownColumn, match=r"There is no column “title”\. Columns: text, number"):
        open_dataset(folder, text_template="{title}")
    with pytest.raises(ValidationFailed, match="names no column"):
        open_dataset(folder, text_template="title")


def test_token_counts_are_those_of_a_tokenization(folder: Path) -> None:
    """An unknown tokenization or split is an error that names it."""
    write_lengths(folder / "tokenized" / "tok_1", {"train": [5, 6, 7]})
    data = open_dataset(folder)
    assert ["tok_1"] == data.tokenizations
    assert [5, 6, 7] == data.lengths("tok_1", "train").tolist()
    with pytest.raises(NotFound, match="tok_1 has no split “test”"):
        data.lengths("tok_1", "test")
    with pytest.raises(NotFound, match=r"no tokenization tok_2\. Tokenizations: tok_1\."):
        data.lengths("tok_2", "train")


def test_importing_the_package_is_cheap() -> None:
    """It imports neither the libraries for data nor those of the server."""
    code = "import mistudio, sys; print(*sorted({'pyarrow', 'numpy', 'fastapi', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "" == done.stdout.strip()

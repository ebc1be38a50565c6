"""The bundled sample and its tokenizer, and datasets opened from Python."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio import open_dataset
from mistudio.core.errors import NotFound
from mistudio.corpus.bundled.sample import (
    END_OF_TEXT,
    SAMPLE_ROWS,
    SAMPLE_VOCABULARY,
    ensure_sample_tokenizer,
    sample_rows,
)


def test_the_sample_is_the_same_every_time_and_odd_on_purpose() -> None:
    """Row for row; among the stories are all kinds of odd ones, in nine languages."""
    rows = list(sample_rows("train"))
    assert rows == list(sample_rows("train"))
    assert SAMPLE_ROWS["train"] == len(rows)
    assert 9 == len({str(row["language"]) for row in rows})
    oddities = {str(row["oddity"]) for row in rows}
    assert {"empty", "missing", "very long", "special tokens", "no blanks", "control characters", "none"} <= oddities
    assert max(len(str(row["text"])) for row in rows) > 100_000
    assert rows[:5] != list(sample_rows("test"))[:5]


def test_its_tokenizer_is_the_same_every_time_and_loses_nothing(tmp_path: Path) -> None:
    """Trained when it is asked for, once; every text comes back from its tokens to the letter."""
    from tokenizers import Tokenizer

    folder = ensure_sample_tokenizer(tmp_path / "one")
    written = (folder / "tokenizer.json").stat().st_mtime_ns
    assert folder == ensure_sample_tokenizer(tmp_path / "one")
    assert written == (folder / "tokenizer.json").stat().st_mtime_ns
    other = ensure_sample_tokenizer(tmp_path / "two")
    assert (folder / "tokenizer.json").read_bytes() == (other / "tokenizer.json").read_bytes()
    assert ["sample-bpe"] == [path.name for path in (tmp_path / "one").iterdir()]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert SAMPLE_VOCABULARY == tokenizer.get_vocab_size()
    assert 0 == tokenizer.token_to_id(END_OF_TEXT)
    for row in sample_rows("test"):
        text = str(row["text"] or "")
        assert text == tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset of two splits in a data folder."""
    folder = tmp_path / "datasets" / "ds_1"
    rows = [{"text": f"the {word} fox", "number": number} for number, word in enumerate(("red", "old", "sly"))]
    make_dataset(folder, {"train": [rows], "test": [rows[:1]]})
    return folder


def test_a_dataset_is_opened_by_id_or_folder(folder: Path, tmp_path: Path) -> None:
    """Its rows, pages and finds are those of the data; what is not there is said with what is."""
    data = open_dataset("ds_1", data_dir=tmp_path)
    assert (4, {"train": 3, "test": 1}, []) == (len(data), data.splits, data.tokenizations)
    assert data.page("train", offset=1, limit=1) == open_dataset(folder).page("train", offset=1, limit=1)
    assert ["red", "old", "sly", "red"] == [str(row["text"]).split()[1] for row in data.rows()]
    assert [("train", 1)] == [(row.split, row.row) for row in data.search("OLD fox")]
    assert [("train", 0), ("test", 0)] == [(row.split, row.row) for row in data.search(r"r\w+d", mode="regex")]
    with pytest.raises(NotFound, match="ds_1"):
        open_dataset("ds_2", data_dir=tmp_path)
    with pytest.raises(NotFound, match="no tokenization tok_1"):
        data.lengths("tok_1", "train")


def test_importing_the_package_is_cheap() -> None:
    """Neither the data's libraries nor the server's come with it."""
    code = "import mistudio, sys; print(*sorted({'pyarrow', 'numpy', 'fastapi', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "" == done.stdout.strip()

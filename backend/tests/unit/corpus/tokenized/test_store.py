"""Rows are read at any position, and a file that changed is not read."""

import os
from collections.abc import Sequence
from pathlib import Path

import datasets
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import tokenize_into
from mistudio.core.errors import DataMissing, InvalidData
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenized.lengths import LENGTHS
from mistudio.corpus.tokenized.store import TokenizedStore

PACKED = TokenizeSettings(tokenizer="fake", max_length=16, packing="concat")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset with documents of many lengths in several files."""
    folder = tmp_path_factory.mktemp("store") / "ds"
    rows = [{"text": f"train {row % 50} " * (row % 7)} for row in range(900)]
    make_dataset(folder, {"train": [rows[:300], rows[300:310], rows[310:]]})
    return folder


def test_rows_are_read_at_any_position(dataset: Path, tmp_path: Path) -> None:
    """Across files and record batches, and none beyond the end."""
    manifest = tokenize_into(dataset, tmp_path, PACKED)
    store = TokenizedStore.open(tmp_path / "tok")
    loaded: Sequence[dict[str, object]] = datasets.load_from_disk(str(tmp_path / "tok"))["train"].to_list()
    rows = store.rows("train", offset=0, limit=10**6)
    assert [row["input_ids"] for row in loaded] == [row.ids.tolist() for row in rows]
    assert manifest.split("train").rows == store.num_rows("train") == len(rows)
    assert rows[7].ids.tolist() == store.rows("train", offset=7, limit=1)[0].ids.tolist()
    assert [] == store.rows("train", offset=len(rows), limit=5)


def test_a_file_of_another_size_is_not_read(dataset: Path, tmp_path: Path) -> None:
    """Reading a mapped file that was truncated would kill the process; a missing file has its own error."""
    manifest = tokenize_into(dataset, tmp_path, PACKED)
    split = manifest.split("train")
    for path in (tmp_path / "tok" / split.files[0].path, tmp_path / "tok" / split.source / LENGTHS):
        whole = path.read_bytes()
        store = TokenizedStore.open(tmp_path / "tok")
        before = store.rows("train", offset=0, limit=5)
        os.truncate(path, len(whole) // 2)
        for opened in (store, TokenizedStore.open(tmp_path / "tok")):
            with pytest.raises(InvalidData, match="damaged: delete it and tokenize again"):
                opened.rows("train", offset=0, limit=5)
        path.unlink()
        with pytest.raises(DataMissing):
            store.rows("train", offset=0, limit=5)
        path.write_bytes(whole)
        again = store.rows("train", offset=0, limit=5)
        assert [row.ids.tolist() for row in before] == [row.ids.tolist() for row in again]

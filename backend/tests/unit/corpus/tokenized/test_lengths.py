"""The tokens of any source rows are read from the arrays of a tokenization."""

from pathlib import Path

import numpy as np
import pytest

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import DataMissing
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenized.lengths import LENGTHS, UNKNOWN, TokenLengths


def test_lengths_are_read_for_any_rows(tmp_path: Path) -> None:
    """Across splits, by range or by id; rows of splits that were not tokenized have none."""
    dataset = make_varied_dataset(tmp_path / "ds")
    store = DatasetStore(dataset)
    tokenize_into(dataset, tmp_path, TokenizeSettings(tokenizer="fake", splits=("train",)))
    stored = np.load(tmp_path / "tok" / "train" / LENGTHS)
    expected = [*stored.tolist(), *[UNKNOWN] * 50]
    lengths = TokenLengths(tmp_path / "tok", store)
    assert expected == lengths.between(0, 300).tolist()
    assert expected[240:260] == lengths.between(240, 260).tolist()
    ids = [260, 3, 249, 0]
    assert [expected[row] for row in ids] == lengths.at(np.array(ids, np.int64)).tolist()
    assert [None, *(expected[row] for row in ids[1:])] == lengths.known(ids)


def test_missing_or_foreign_arrays_are_refused(tmp_path: Path) -> None:
    """Their number of rows must be that of the dataset."""
    dataset = make_varied_dataset(tmp_path / "ds")
    tokenize_into(dataset, tmp_path, TokenizeSettings(tokenizer="fake"))
    lengths, path = TokenLengths(tmp_path / "tok", DatasetStore(dataset)), tmp_path / "tok" / "train" / LENGTHS
    np.save(path, np.zeros(3, np.uint32))
    with pytest.raises(DataMissing, match="belongs to other data"):
        lengths.between(0, 10)
    path.unlink()
    with pytest.raises(DataMissing, match="not on disk"):
        lengths.between(0, 10)

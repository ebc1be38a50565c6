"""Any rows of a split as arrays: the same values as row by row, over the borders of batches and files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.corpus.loader.row_arrays import Arrays, RowArrays, find_row_length
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.store import TokenizedStore

KINDS = {
    "padded": TokenizeSettings(tokenizer="fake", max_length=4, padding="max_length"),
    "ragged": TokenizeSettings(tokenizer="fake", max_length=4),
}


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TokenizedStore:
    """Return a tokenization of three files: a record batch has 1,000 rows, and each gets a file of its own."""
    place = tmp_path_factory.mktemp("arrays")
    make_dataset(place / "ds", {"train": [[{"text": str(number)[: 1 + number % 5]} for number in range(2_400)]]})
    tokenize_into(place / "ds", place, KINDS[request.param], part_bytes=1, batch_bytes=None)
    return TokenizedStore.open(place / "tok")


def open_rows(store: TokenizedStore) -> RowArrays:
    """Return the rows of the first split."""
    return RowArrays(store.folder, store.manifest, store.manifest.split("train"))


def list_rows(arrays: Arrays) -> list[list[int]]:
    """Return the ids of each row."""
    if "offsets" not in arrays:
        return [row.tolist() for row in arrays["input_ids"]]
    return [part.tolist() for part in np.split(arrays["input_ids"], arrays["offsets"][1:-1])]


def test_rows_are_those_of_the_store(store: TokenizedStore) -> None:
    """Consecutive ones and chosen ones, once and twice, in any order."""
    rows = open_rows(store)
    expected = [row.ids.tolist() for row in store.rows("train", offset=0, limit=rows.rows)]
    assert 3 == len(rows.batches) == len(store.manifest.split("train").files)
    assert expected == list_rows(rows.read(0, rows.rows))
    border = int(rows.starts[1])
    assert expected[border - 2 : border + 2] == list_rows(rows.read(border - 2, border + 2))
    chosen = [rows.rows - 1, 3, border, 3, border - 1, 0]
    assert [expected[number] for number in chosen] == list_rows(rows.gather(np.array(chosen, np.int64)))


def test_rows_of_one_batch_are_no_copy(store: TokenizedStore) -> None:
    """They lie in the mapped file, and nobody can write to them."""
    rows = open_rows(store)
    found = rows.read(1, 3)["input_ids"]
    assert np.shares_memory(found, rows.columns["input_ids"].files[0])
    assert not found.flags.writeable


def test_a_row_is_located_in_its_batch(store: TokenizedStore) -> None:
    """The first and the last row of two batches."""
    rows = open_rows(store)
    first, second = int(rows.starts[1]), int(rows.starts[2])
    batch, at = rows.locate(np.array([0, first - 1, first, second - 1], np.int64))
    assert [0, 0, 1, 1] == batch.tolist()
    assert [0, first - 1, 0, second - first - 1] == at.tolist()


def test_the_length_is_known_only_of_rows_that_fill_it(tmp_path: Path) -> None:
    """Without a limit, equal rows could be equal by chance."""
    dataset = make_varied_dataset(tmp_path / "ds")
    manifest = tokenize_into(dataset, tmp_path, KINDS["padded"])
    split = manifest.split("train")
    assert 4 == find_row_length(manifest, split)
    short = replace(split, ledger=replace(split.ledger, positions=split.ledger.positions - 1))
    assert find_row_length(manifest, short) is None
    unlimited = replace(manifest, settings=replace(manifest.settings, truncation=False))
    assert find_row_length(unlimited, split) is None

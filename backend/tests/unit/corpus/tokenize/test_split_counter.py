"""A split is counted from its source rows alone, for every way in which tokens can get lost."""

from pathlib import Path

import numpy as np
import pytest

from fakes.corpora import make_dataset
from fakes.tokenizing import FakeTokenizer, make_varied_dataset, tokenize_into
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.split_counter import HELD_OUT_ROWS, LENGTH_COUNTS
from mistudio.corpus.tokenized.length_counts import LengthCounts
from mistudio.corpus.tokenized.lengths import LENGTHS
from mistudio.corpus.tokenized.manifest import TokenizedManifest


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of two splits with documents of many lengths."""
    return make_varied_dataset(tmp_path_factory.mktemp("counter") / "ds")


def run(dataset: Path, folder: Path, **settings: object) -> TokenizedManifest:
    """Tokenize with these settings."""
    asked = TokenizeSettings(tokenizer="fake", max_length=16, **settings)  # type: ignore[arg-type]  # of several types
    return tokenize_into(dataset, folder, asked, tokenizer=FakeTokenizer())


def read_lengths(dataset: Path, split: str) -> list[int]:
    """Return the characters of each source row, which are its tokens."""
    reader = TextReader(DatasetStore(dataset), "text")
    return [len(text or "") for group in reader.groups(split) for text in reader.texts(group).to_pylist()]


def test_lengths_and_their_counts_are_those_of_the_source(dataset: Path, tmp_path: Path) -> None:
    """A row without text has length 0 in the array, and does not count as a document."""
    manifest = run(dataset, tmp_path)
    lengths = read_lengths(dataset, "train")
    folder = tmp_path / "tok" / "train"
    assert lengths == np.load(folder / LENGTHS).tolist()
    counts = LengthCounts.from_array(np.load(folder / LENGTH_COUNTS))
    ledger = manifest.split("train").ledger
    assert (sum(lengths), ledger.documents) == (counts.tokens, counts.documents)
    assert 250 == ledger.documents + ledger.null_documents
    assert ledger.empty_documents == sum(length == 0 for length in lengths) - ledger.null_documents
    assert ledger.truncated == sum(max(0, length - 16) for length in lengths)
    assert not (folder / HELD_OUT_ROWS).exists()


def test_held_out_documents_are_marked_and_counted_apart(dataset: Path, tmp_path: Path) -> None:
    """The array has one bit per source row; both ledgers together have all documents."""
    manifest = run(dataset, tmp_path, heldout_fraction=0.3)
    bits = np.unpackbits(np.load(tmp_path / "tok" / "train" / HELD_OUT_ROWS))[:250].astype(bool)
    main, held_out = manifest.split("train").ledger, manifest.split("train_heldout").ledger
    lengths = np.array(read_lengths(dataset, "train"))
    assert 0 < bits.sum() == held_out.documents < main.documents
    assert (int(lengths[bits].sum()), 0) == (main.held_out, held_out.held_out)
    assert main.held_out == held_out.source_tokens
    assert (0, main.null_documents) == (held_out.null_documents, 250 - main.documents)
    assert not (tmp_path / "tok" / "train_heldout" / LENGTHS).exists()


def test_the_dropped_row_of_a_packed_split_is_counted(dataset: Path, tmp_path: Path) -> None:
    """Kept, nothing is dropped."""
    dropped = run(dataset, tmp_path / "one", packing="concat").ledger
    kept = run(dataset, tmp_path / "two", packing="concat", keep_last_partial=True).ledger
    assert 0 == kept.dropped < dropped.dropped
    assert dropped.source_tokens == kept.data_tokens == dropped.data_tokens + dropped.dropped


def test_a_split_without_rows_has_empty_arrays(tmp_path: Path) -> None:
    """They are saved, because nothing can be mapped."""
    make_dataset(tmp_path / "ds", {"train": [[{"text": "a"}]], "none": [[]]})
    manifest = run(tmp_path / "ds", tmp_path, heldout_fraction=0.1)
    assert (0, 0) == (manifest.split("none").rows, manifest.split("none").ledger.documents)
    for name in (LENGTHS, HELD_OUT_ROWS):
        assert [] == np.load(tmp_path / "tok" / "none" / name).tolist()

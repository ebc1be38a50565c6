"""Batches through torch's DataLoader: the same order with any number of workers, and the same after a resume."""

from pathlib import Path

import pytest

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import ValidationFailed
from mistudio.corpus.loader.batches import Batches, BatchOptions
from mistudio.corpus.spec import TokenizeSettings

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a packed tokenization."""
    place = tmp_path_factory.mktemp("torch")
    settings = TokenizeSettings(tokenizer="fake", max_length=8, packing="concat")
    tokenize_into(make_varied_dataset(place / "ds"), place, settings)
    return place / "tok"


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_workers_keep_order_and_state(folder: Path, workers: int) -> None:
    """The batches are those of the arrays, and a state that was taken anywhere continues them."""
    import torch
    from torch.utils.data import DataLoader

    options = BatchOptions(batch_size=5, shuffle_seed=2, rank=1, world_size=2)
    expected = [batch["row"].tolist() for batch in Batches(folder, "train", options)]
    rows = Batches(folder, "train", options).torch()
    found = list(DataLoader(rows, batch_size=None, num_workers=workers))
    assert expected == [batch["row"].tolist() for batch in found]
    assert {torch.int64} == {batch["input_ids"].dtype for batch in found}
    assert len(expected) == len(rows)
    again = Batches(folder, "train", options).torch()
    for taken in (0, 3, len(expected)):
        again.load_state_dict(rows.state_dict(taken))
        left = [batch["row"].tolist() for batch in DataLoader(again, batch_size=None, num_workers=workers)]
        assert expected[taken:] == left
    with pytest.raises(ValidationFailed):
        rows.load_state_dict({})

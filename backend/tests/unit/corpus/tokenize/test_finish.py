"""A split is finished with the files that ``datasets`` needs, and a lost token stops the job."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from fakes.tokenizing import make_order, make_varied_dataset
from mistudio.core.errors import TokensLost
from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, RowFigures, SourceRows
from mistudio.corpus.encoders import TokenIds
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenize.finish import SplitRecord, finish_split, total_splits
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder, resolve_order
from mistudio.corpus.tokenize.split_writer import make_pipeline
from mistudio.utils.file_utils import sha256_file

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16)
IDS = TokenIds(np.array([1, 2, 3, 4, 5], np.int32), np.array([0, 2, 2, 5]))


@pytest.fixture
def order(tmp_path: Path) -> ResolvedOrder:
    """Return an order for a small dataset."""
    dataset = make_varied_dataset(tmp_path / "ds")
    order = resolve_order(make_order(dataset, tmp_path, SETTINGS), read_manifest(dataset))
    order.staging.folder.mkdir()
    order.staging.claim(order.plan)
    return order


def write_and_finish(order: ResolvedOrder, split: str, tokens: list[int]) -> SplitRecord:
    """Write and finish three documents, with ``tokens`` as the lengths of the source rows."""
    kinds, ones = np.full(3, DOCUMENT, np.uint8), np.ones(3, np.int64)
    pipeline = make_pipeline(order, split, DOCUMENT)
    pipeline.add(RowBatch(0, characters=ones, text_bytes=ones, kinds=kinds), IDS)
    pipeline.finish()
    with closing(SourceRows(order.staging.source_rows(split), 3)) as rows:
        rows.write(0, RowFigures(np.array(tokens), ones, ones, kinds))
        return finish_split(order, pipeline, rows)


def test_a_finished_split_has_its_record_and_its_files(order: ResolvedOrder) -> None:
    """Totals list the hash of every file beside the data files."""
    records = [write_and_finish(order, split, [2, 0, 3]) for split in ("train", "test")]
    split = records[0].split
    assert (3, 5, 1) == (split.rows, split.ledger.data_tokens, split.ledger.empty_documents)
    assert ["train/data-00000-of-00001.arrow"] == [file.path for file in split.files]
    state = json.loads((order.staging.parts("train") / "state.json").read_bytes())
    assert order.fingerprint_of("train") == state["_fingerprint"]

    totals = total_splits(order, records)
    assert (6, 10, 10) == (totals.statistics.samples, totals.ledger.source_tokens, totals.statistics.tokens)
    assert {"dataset_dict.json", "train/state.json", "train/lengths.npy", "test/length_counts.npy"} <= set(
        totals.others
    )
    for path, sha256 in totals.others.items():
        assert sha256 == sha256_file(order.staging.folder / path)


def test_a_lost_token_stops_the_job(order: ResolvedOrder) -> None:
    """The source has one token more than was written."""
    with pytest.raises(TokensLost, match="The ledger of split “train” does not balance"):
        write_and_finish(order, "train", [2, 0, 4])

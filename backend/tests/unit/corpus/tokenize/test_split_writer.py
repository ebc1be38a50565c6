"""Pipelines take the documents of their kind, and the writer thread reports its errors."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes.timing import TIMEOUT
from fakes.tokenizing import make_order, make_varied_dataset
from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT, SourceRows
from mistudio.corpus.encoders import TokenIds
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder, resolve_order
from mistudio.corpus.tokenize.split_writer import SplitPipeline, WriterThread, make_pipeline
from mistudio.corpus.tokenized.manifest import RowCut

SETTINGS = TokenizeSettings(tokenizer="fake", max_length=16, heldout_fraction=0.5)
KINDS = np.array([DOCUMENT, HELD_OUT, NO_TEXT, DOCUMENT], np.uint8)
IDS = TokenIds(np.array([1, 2, 3, 4, 5], np.int32), np.array([0, 2, 4, 4, 5]))


@pytest.fixture
def order(tmp_path: Path) -> ResolvedOrder:
    """Return an order that holds documents out."""
    dataset = make_varied_dataset(tmp_path / "ds")
    order = resolve_order(make_order(dataset, tmp_path, SETTINGS), read_manifest(dataset))
    order.staging.folder.mkdir()
    order.staging.claim(order.plan)
    return order


def make_batch(first_row: int = 0) -> RowBatch:
    """Return the figures of four rows, one of each kind and one more."""
    figures = np.ones(4, np.int64)
    return RowBatch(first_row, characters=figures, text_bytes=2 * figures, kinds=KINDS)


def test_a_pipeline_takes_the_documents_of_its_kind(order: ResolvedOrder) -> None:
    """The held-out split has its own name and folder."""
    pipelines = [make_pipeline(order, "train", kind) for kind in (DOCUMENT, HELD_OUT)]
    assert ["train", "train_heldout"] == [pipeline.name for pipeline in pipelines]
    for pipeline in pipelines:
        pipeline.add(make_batch(), IDS)
        pipeline.finish()
    assert [(2, 3), (1, 2)] == [(each.writer.written.rows, each.writer.written.data_tokens) for each in pipelines]


def test_a_pipeline_continues_after_the_rows_that_it_has(order: ResolvedOrder) -> None:
    """Documents before its position are ignored."""
    first = make_pipeline(replace(order, order=replace(order.order, part_bytes=1)), "train", DOCUMENT)
    first.add(make_batch(), IDS)
    first.finish()
    again = make_pipeline(order, "train", DOCUMENT)
    assert (again.writer.is_complete, 4) == (True, again.writer.position.row)
    again.add(make_batch(), IDS)
    assert 2 == again.writer.written.rows


def test_shuffled_rows_are_first_written_without_padding(order: ResolvedOrder) -> None:
    """Outside the result, which the shuffle writes."""
    settings = replace(SETTINGS, shuffle_seed=1, padding="max_length")
    shuffled = resolve_order(replace(order.order, settings=settings), order.dataset)
    pipeline = make_pipeline(shuffled, "train", DOCUMENT)
    pipeline.add(make_batch(), IDS)
    pipeline.finish()
    assert 0 == pipeline.writer.written.padding
    assert not order.staging.parts("train").exists()


class Failing(SplitPipeline):
    """A pipeline that raises."""

    def add(self, batch: RowBatch, encoded: TokenIds, cut: RowCut | None = None) -> None:
        """Raise."""
        raise OSError("No space left on device")


def test_the_writer_thread_writes_figures_and_rows(order: ResolvedOrder, tmp_path: Path) -> None:
    """In order; ``finish`` waits for everything."""
    rows = SourceRows(tmp_path / "figures", 8)
    writer = WriterThread([make_pipeline(order, "train", DOCUMENT)], rows)
    for first_row in (0, 4):
        writer.put(make_batch(first_row), IDS)
    writer.finish()
    writer.close()
    ((start, block),) = rows.blocks()
    rows.close()
    assert (0, [2, 2, 0, 1] * 2, [2] * 8) == (start, block.tokens.tolist(), block.text_bytes.tolist())


def test_an_error_of_the_writer_thread_is_raised_by_the_next_call(order: ResolvedOrder, tmp_path: Path) -> None:
    """Closing afterwards leaves no thread behind."""
    good = make_pipeline(order, "train", DOCUMENT)
    rows = SourceRows(tmp_path / "figures", 8)
    calls: list[Callable[[WriterThread], None]] = [lambda writer: writer.put(make_batch(4), IDS), WriterThread.finish]
    for call in calls:
        writer = WriterThread([Failing("train", "train", DOCUMENT, maker=good._maker, writer=good.writer)], rows)
        writer.put(make_batch(), IDS)
        with pytest.raises(OSError, match="No space left"):
            call(writer)
        writer.close()
    rows.close()
    for thread in threading.enumerate():
        if thread.name.startswith("token-writer"):
            thread.join(TIMEOUT)
            assert not thread.is_alive()

"""Write encoded documents: one pipeline per written split, and the thread that fills them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

import numpy as np

from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, RowFigures, SourceRows
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.spec.resolve import HELD_OUT
from mistudio.corpus.tokenize.packer import Packer
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder
from mistudio.corpus.tokenize.rows import Documents, Position, RowMaker, Rows
from mistudio.corpus.tokenize.windows import WindowMaker
from mistudio.corpus.tokenized.manifest import RowCut

Maker: TypeAlias = Packer | RowMaker | WindowMaker


class SplitPipeline:
    """One written split: the documents of one kind in the source's split ``source``."""

    def __init__(
        self, name: str, source: str, kind: int, *, maker: Maker, writer: PartWriter, min_tokens: int = 0
    ) -> None:
        self.name = name
        self.source = source
        self.kind = kind
        self.writer = writer
        self._maker = maker
        self._min_tokens = min_tokens
        self._first_row = writer.position.row

    def add(self, batch: RowBatch, encoded: TokenIds, cut: RowCut | None = None) -> None:
        """Take this split's documents of a batch, except those that an earlier call has written.

        ``cut`` says where max_tokens is reached, if it is reached in this batch.
        """
        rows = np.arange(batch.first_row, batch.first_row + len(batch.kinds))
        is_mine = (batch.kinds == self.kind) & (rows >= self._first_row) & (encoded.lengths >= self._min_tokens)
        if cut is not None:
            is_mine &= rows <= cut.row
        documents = Documents(rows, encoded.ids, encoded.offsets).select(is_mine)
        if len(documents) and (made := self._make_rows(documents, cut)) is not None:
            self.writer.add(made)

    def _make_rows(self, documents: Documents, cut: RowCut | None) -> Rows | None:
        if cut is None or documents.rows[-1] != cut.row:
            return self._maker.add(documents)
        if isinstance(self._maker, WindowMaker):
            return self._maker.add(documents, last_tokens=cut.tokens)
        return self._maker.add(documents.cut_last(cut.tokens))

    def finish(self) -> None:
        """Write the remaining rows after the last ``add``."""
        if (last := self._maker.finish()) is not None:
            self.writer.add(last)
        self.writer.finish(dropped=self._maker.dropped if isinstance(self._maker, Packer) else 0)


def make_pipeline(
    order: ResolvedOrder, source: str, kind: int, *, sync: Callable[[], None] | None = None
) -> SplitPipeline:
    """Return the pipeline for the documents of one kind; it continues after an earlier call.

    ``sync`` runs before each report; see ``PartWriter``.
    """
    name = source if kind == DOCUMENT else f"{source}_{HELD_OUT}"
    resolved, settings = order.resolved, order.order.settings
    tokens = SeparatorTokens.from_settings(resolved)
    is_shuffled = settings.shuffle_seed is not None
    begin = Position(0, tokens.separators if settings.is_packed else 0)
    writer = PartWriter(
        order.staging.ordered_parts(name) if is_shuffled else order.staging.parts(name),
        order.staging.reports(name),
        columns=order.columns.without_padding() if is_shuffled else order.columns,
        inserted=_make_maker(order, begin).inserted,
        begin=begin,
        sync=sync,
        part_bytes=order.order.part_bytes,
    )
    maker = _make_maker(order, writer.position)
    return SplitPipeline(name, source, kind, maker=maker, writer=writer, min_tokens=settings.min_tokens)


def _make_maker(order: ResolvedOrder, begin: Position) -> Maker:
    """Return what makes rows of documents, from ``begin`` on."""
    resolved, settings = order.resolved, order.order.settings
    frame = {"prefix": resolved.prefix, "suffix": resolved.suffix}
    if settings.is_packed:
        tokens = SeparatorTokens.from_settings(resolved)
        return Packer(tokens, begin=begin, keep_last_partial=settings.keep_last_partial)
    if resolved.stride is not None:
        return WindowMaker(**frame, room=resolved.room, stride=resolved.stride, begin=begin)
    return RowMaker(**frame, room=resolved.room if settings.truncation else None)


class WriterThread:
    """Turns encoded batches into rows and files in its own thread; at most one batch waits for it."""

    def __init__(self, pipelines: Sequence[SplitPipeline], rows: SourceRows) -> None:
        self._pipelines, self._rows = pipelines, rows
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-writer")
        self._last: Future[None] | None = None

    def put(self, batch: RowBatch, encoded: TokenIds, cut: RowCut | None = None) -> None:
        """Write the batch, up to ``cut``, after waiting for the batch before; raises the exception of that batch."""
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, batch, encoded, cut)

    def finish(self) -> None:
        """Wait for the last batch, and write the remaining rows."""
        if self._last is not None:
            self._last.result()
        for pipeline in self._pipelines:
            pipeline.finish()

    def close(self) -> None:
        """End the thread and close the files."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        for pipeline in self._pipelines:
            pipeline.writer.close()

    def _write(self, batch: RowBatch, encoded: TokenIds, cut: RowCut | None) -> None:
        figures = RowFigures(encoded.lengths, batch.characters, batch.text_bytes, batch.kinds)
        self._rows.write(batch.first_row, figures)
        for pipeline in self._pipelines:
            pipeline.add(batch, encoded, cut)

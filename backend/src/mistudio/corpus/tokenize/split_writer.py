"""Write encoded documents: one pipeline per written split, and the thread that fills them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, RowFigures, SourceRows
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.spec.resolve import HELD_OUT
from mistudio.corpus.tokenize.packer import Packer
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.resolved_order import ResolvedOrder
from mistudio.corpus.tokenize.rows import Documents, Position, RowMaker


class SplitPipeline:
    """One written split: the documents of one kind in the source's split ``source``."""

    def __init__(self, name: str, source: str, kind: int, *, maker: Packer | RowMaker, writer: PartWriter) -> None:
        self.name = name
        self.source = source
        self.kind = kind
        self.writer = writer
        self._maker = maker
        self._first_row = writer.position.row

    def add(self, batch: RowBatch, encoded: TokenIds) -> None:
        """Take this split's documents of a batch, except those that an earlier call has written."""
        rows = np.arange(batch.first_row, batch.first_row + len(batch.kinds))
        is_mine = (batch.kinds == self.kind) & (rows >= self._first_row)
        documents = Documents(rows, encoded.ids, encoded.offsets).select(is_mine)
        if len(documents) and (made := self._maker.add(documents)) is not None:
            self.writer.add(made)

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
    row_maker = RowMaker(
        prefix=resolved.prefix, suffix=resolved.suffix, room=resolved.room if settings.truncation else None
    )
    writer = PartWriter(
        order.staging.ordered_parts(name) if is_shuffled else order.staging.parts(name),
        order.staging.reports(name),
        columns=order.columns.without_padding() if is_shuffled else order.columns,
        inserted=Packer(tokens).inserted if settings.is_packed else row_maker.inserted,
        begin=Position(0, tokens.separators if settings.is_packed else 0),
        sync=sync,
        part_bytes=order.order.part_bytes,
    )
    packer = Packer(tokens, begin=writer.position, keep_last_partial=settings.keep_last_partial)
    return SplitPipeline(name, source, kind, maker=packer if settings.is_packed else row_maker, writer=writer)


class WriterThread:
    """Turns encoded batches into rows and files in its own thread; at most one batch waits for it."""

    def __init__(self, pipelines: Sequence[SplitPipeline], rows: SourceRows) -> None:
        self._pipelines, self._rows = pipelines, rows
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-writer")
        self._last: Future[None] | None = None

    def put(self, batch: RowBatch, encoded: TokenIds) -> None:
        """Write the batch after waiting for the batch before; raises the exception of that batch."""
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, batch, encoded)

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

    def _write(self, batch: RowBatch, encoded: TokenIds) -> None:
        figures = RowFigures(encoded.lengths, batch.characters, batch.text_bytes, batch.kinds)
        self._rows.write(batch.first_row, figures)
        for pipeline in self._pipelines:
            pipeline.add(batch, encoded)

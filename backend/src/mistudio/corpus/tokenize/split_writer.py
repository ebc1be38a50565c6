"""Encoded documents on their way into files: a lane for each split that is written, and the thread that fills them."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import RowFigures, SourceRows
from mistudio.corpus.encoders.encoding import Encoded
from mistudio.corpus.tokenize.packer import Packer
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.rows import Documents, RowMaker


class SplitPipeline:
    """One split that is written: the documents of one kind of the source's split ``source``."""

    def __init__(self, name: str, source: str, kind: int, *, maker: Packer | RowMaker, writer: PartWriter) -> None:
        self.name = name
        self.source = source
        self.kind = kind
        self.writer = writer
        self._maker = maker
        self._first_row = writer.position.row

    def add(self, batch: RowBatch, encoded: Encoded) -> None:
        """Take its documents of a batch, but for those of an earlier call's parts."""
        rows = np.arange(batch.first_row, batch.first_row + len(batch.kinds))
        mine = (batch.kinds == self.kind) & (rows >= self._first_row)
        documents = Documents(rows, encoded.ids, encoded.offsets).chosen(mine)
        if len(documents) and (made := self._maker.add(documents)) is not None:
            self.writer.add(made)

    def finish(self) -> None:
        """All documents have come."""
        if (last := self._maker.finish()) is not None:
            self.writer.add(last)
        self.writer.finish(dropped=self._maker.dropped if isinstance(self._maker, Packer) else 0)


class WriterThread:
    """Turns encoded batches into rows and files in a thread of its own; at most one batch waits for it."""

    def __init__(self, lanes: Sequence[SplitPipeline], rows: SourceRows) -> None:
        self._lanes, self._rows = lanes, rows
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token-writer")
        self._last: Future[None] | None = None

    def put(self, batch: RowBatch, encoded: Encoded) -> None:
        """Write the batch; waits until the one before is written, and raises what that raised."""
        if self._last is not None:
            self._last.result()
        self._last = self._thread.submit(self._write, batch, encoded)

    def finish(self) -> None:
        """Wait for everything, and write what is left over."""
        if self._last is not None:
            self._last.result()
        for lane in self._lanes:
            lane.finish()

    def close(self) -> None:
        """End the thread and let go of the files."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        for lane in self._lanes:
            lane.writer.close()

    def _write(self, batch: RowBatch, encoded: Encoded) -> None:
        figures = RowFigures(encoded.lengths, batch.characters, batch.text_bytes, batch.kinds)
        self._rows.write(batch.first_row, figures)
        for lane in self._lanes:
            lane.add(batch, encoded)

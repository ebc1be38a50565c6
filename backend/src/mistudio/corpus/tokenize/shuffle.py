"""Shuffle the rows of a split in flat memory: they are first written in order, then read in a permuted order.

The permutation needs four bytes per row; the rows stay in mapped files. It depends only on the seed, so a killed
shuffle continues after its last complete part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.tokenize.arrow_columns import Columns
from mistudio.corpus.tokenize.part_writer import PART_BYTES, PartWriter
from mistudio.corpus.tokenize.rows import Position, Rows, Segments
from mistudio.corpus.tokenized.store import RowFiles

SHUFFLE: Final = "rows of each split permuted by numpy.random.Generator(PCG64(seed)).shuffle over uint32 row numbers"
_ROWS: Final = 1_000


def shuffle_parts(
    ordered: PartWriter,
    folder: Path,
    reports: Path,
    *,
    seed: int,
    columns: Columns,
    monitor: Monitor,
    part_bytes: int = PART_BYTES,
) -> PartWriter:
    """Write the rows of ``ordered`` into ``folder`` in an order that ``seed`` decides, and return the writer."""
    writer = PartWriter(
        folder,
        reports,
        columns=columns,
        inserted=(),
        begin=Position(0, 0),
        part_bytes=part_bytes,
    )
    if writer.is_complete:
        return writer
    order = np.arange(ordered.written.rows, dtype=np.uint32)
    np.random.Generator(np.random.PCG64(seed)).shuffle(order)
    rows = RowFiles([ordered.path_of(number) for number in range(len(ordered.parts))])
    starts, batches = np.array(rows.starts), [_BatchArrays.from_batch(batch) for batch in rows.batches]
    for start in range(writer.position.row, len(order), _ROWS):
        monitor.checkpoint()
        monitor.report(start, len(order), "finish")
        numbers = order[start : start + _ROWS]
        index = np.searchsorted(starts, numbers, side="right") - 1
        places = (numbers - starts[index]).tolist()
        writer.add(
            _take_rows([(batches[batch], place) for batch, place in zip(index.tolist(), places, strict=True)], start)
        )
    writer.finish()
    return writer


@dataclass(frozen=True, eq=False)
class _BatchArrays:
    """The columns of a record batch as arrays, without a copy: a row is a slice of each.

    ``pieces`` has the fields of the segments of packed rows, ``source`` the source row of each unpacked row.
    """

    ends: NDArray[np.int32]
    ids: NDArray[np.int32]
    source: Ints
    piece_ends: NDArray[np.int32]
    pieces: tuple[NDArray[np.signedinteger], ...]

    @classmethod
    def from_batch(cls, batch: pa.RecordBatch) -> Self:
        """Return the arrays of a batch that was written without padding."""
        lists = batch.column("input_ids")
        ends, ids = lists.offsets.to_numpy(), lists.values.to_numpy()
        if "row" in batch.schema.names:
            return cls(ends, ids, batch.column("row").to_numpy(), np.zeros(0, np.int32), ())
        segments = batch.column("segments")
        fields = tuple(field.to_numpy() for field in segments.values.flatten())
        return cls(ends, ids, np.zeros(0, np.int64), segments.offsets.to_numpy(), fields)


def _take_rows(rows: Sequence[tuple[_BatchArrays, int]], start: int) -> Rows:
    """Return the rows at these places as rows ``start`` and following."""
    ids = [batch.ids[batch.ends[place] : batch.ends[place + 1]] for batch, place in rows]
    lengths = np.array([len(row) for row in ids], np.int64)
    is_packed = bool(rows[0][0].pieces)
    numbers = [] if is_packed else [batch.source[place] for batch, place in rows]
    return Rows(
        ids=np.concatenate(ids),
        offsets=offsets_of(lengths),
        data=lengths,
        inserted=np.zeros((len(rows), 0), np.int32),
        source=_take_segments(rows) if is_packed else np.array(numbers, np.int64),
        next_row=np.arange(start + 1, start + len(rows) + 1),
        next_offset=np.zeros(len(rows), np.int64),
    )


def _take_segments(rows: Sequence[tuple[_BatchArrays, int]]) -> Segments:
    slices = [slice(batch.piece_ends[place], batch.piece_ends[place + 1]) for batch, place in rows]
    pieces = [[batch.pieces[field][part] for (batch, _), part in zip(rows, slices, strict=True)] for field in range(4)]
    columns = (np.concatenate(field).astype(np.int64, copy=False) for field in pieces)
    return Segments(offsets_of(np.array([len(piece) for piece in pieces[0]], np.int64)), *columns)

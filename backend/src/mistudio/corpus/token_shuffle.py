"""Shuffling the rows of a split in flat memory: written in order first, then taken in the order of a permutation.

The permutation needs four bytes per row; the rows themselves stay on disk, mapped. It follows from the seed alone, so a
killed shuffle goes on after its last whole part.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.corpus.token_columns import Columns
from mistudio.corpus.token_parts import PART_BYTES, PartWriter
from mistudio.corpus.token_rows import Position, Rows, Segments, ends_of
from mistudio.corpus.tokenized_store import Piece, RowFiles, TokenRow
from mistudio.corpus.work import Work

SHUFFLE: Final = "rows of each split permuted by numpy.random.Generator(PCG64(seed)).shuffle over uint32 row numbers"
_ROWS: Final = 1_000


def shuffle_parts(
    ordered: PartWriter,
    folder: Path,
    reports: Path,
    *,
    seed: int,
    columns: Columns,
    work: Work,
    part_bytes: int = PART_BYTES,
) -> PartWriter:
    """The rows of ``ordered`` in another order, in ``folder``; gives the writer that wrote them."""
    writer = PartWriter(
        folder,
        reports,
        columns=columns,
        added=(),
        begin=Position(0, 0),
        part_bytes=part_bytes,
    )
    if writer.is_complete:
        return writer
    order = np.arange(ordered.written.rows, dtype=np.uint32)
    np.random.Generator(np.random.PCG64(seed)).shuffle(order)
    rows = RowFiles([ordered.path_of(number) for number in range(len(ordered.parts))])
    for start in range(writer.position.row, len(order), _ROWS):
        work.checkpoint()
        work.report(start, len(order), "finish")
        chosen = [rows.row(int(number)) for number in order[start : start + _ROWS]]
        writer.add(_joined(chosen, start))
    writer.finish()
    return writer


def _joined(rows: Sequence[TokenRow], start: int) -> Rows:
    lengths = np.array([len(row.ids) for row in rows], np.int64)
    sources = [row.source for row in rows if row.source is not None]
    return Rows(
        ids=np.concatenate([row.ids for row in rows]),
        offsets=ends_of(lengths),
        data=lengths,
        added=np.zeros((len(rows), 0), np.int32),
        source=np.array(sources, np.int64) if sources else _segments([row.pieces for row in rows]),
        next_row=np.arange(start + 1, start + len(rows) + 1),
        next_offset=np.zeros(len(rows), np.int64),
    )


def _segments(pieces: Sequence[Sequence[Piece]]) -> Segments:
    flat = [piece for row in pieces for piece in row]
    return Segments(
        ends_of(np.array([len(row) for row in pieces], np.int64)),
        *(
            np.array([getattr(piece, name) for piece in flat], np.int64)
            for name in ("row", "token_start", "position", "length")
        ),
    )

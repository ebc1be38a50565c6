"""The spans of data in the rows of each record batch, as arrays: which positions are neither special nor padding."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import DataMissing
from mistudio.corpus.arrays import Ints
from mistudio.corpus.loader.mapped_columns import IDS, Values
from mistudio.corpus.loader.row_arrays import RowArrays
from mistudio.corpus.tokenized.lengths import LENGTHS
from mistudio.corpus.tokenized.manifest import RowCut, TokenizedManifest, TokenizedSplit
from mistudio.corpus.tokenized.messages import FILES_MISSING

_SEGMENTS: Final = "segments"


@dataclass(frozen=True, eq=False)
class BatchSpans:
    """The rows of one record batch, the first of which is ``first_row``, as flat ``ids`` with ``offsets``.

    Each span has its ``row``, counted in the record batch, its ``position`` in that row, and its ``length``; it begins
    with token ``token_start`` of source row ``source``. ``unpadded`` has the positions of each row before its padding.
    """

    first_row: int
    ids: Values
    offsets: Ints
    row: Ints
    source: Ints
    token_start: Ints
    position: Ints
    length: Ints
    unpadded: Ints

    def mark_special(self) -> NDArray[np.bool_]:
        """Return which positions hold no data: inserted special tokens and padding; shape of ``ids``."""
        steps = np.zeros(len(self.ids) + 1, np.int8)
        starts = self.offsets[self.row] + self.position
        has_data = self.length > 0
        # Spans do not overlap, so no two begin or end at one place.
        steps[starts[has_data]] += 1
        steps[(starts + self.length)[has_data]] -= 1
        is_special: NDArray[np.bool_] = np.cumsum(steps[:-1], dtype=np.int8) == 0
        return is_special


def read_spans(
    folder: Path, manifest: TokenizedManifest, split: TokenizedSplit, arrays: RowArrays
) -> Iterator[BatchSpans]:
    """Yield the spans of each record batch in order. Raises DataMissing."""
    try:
        lengths = np.load(folder / split.source / LENGTHS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataMissing(FILES_MISSING) from error
    for index in range(len(arrays.batches)):
        yield _read_batch(index, manifest, arrays, lengths, split.cut)


def _read_batch(
    index: int, manifest: TokenizedManifest, arrays: RowArrays, lengths: NDArray[np.uint32], cut: RowCut | None
) -> BatchSpans:
    column, batch = arrays.columns[IDS], arrays.batches[index]
    offsets = column.offsets[index].astype(np.int64)
    ids = batch.column(IDS).values.to_numpy()
    common = {"first_row": int(arrays.starts[index]), "ids": ids, "offsets": offsets}
    if _SEGMENTS in batch.schema.names:
        segments = batch.column(_SEGMENTS)
        fields = [field.to_numpy().astype(np.int64) for field in segments.values.flatten()]
        row = np.repeat(np.arange(batch.num_rows), np.diff(segments.offsets.to_numpy()))
        spans = dict(zip(_FIELDS, fields, strict=True))
        unpadded = np.diff(offsets)
        if manifest.settings.is_windowed:
            # Each window has one span, which its suffix follows.
            unpadded = spans["position"] + spans["length"] + len(manifest.resolved.suffix)
        return BatchSpans(**common, row=row, unpadded=unpadded, **spans)
    source = batch.column("row").to_numpy()
    resolved, kept = manifest.resolved, lengths[source].astype(np.int64)
    if manifest.settings.is_truncated:
        kept = np.minimum(kept, resolved.room)
    if cut is not None:
        kept[source == cut.row] = cut.tokens
    rows = np.arange(batch.num_rows)
    return BatchSpans(
        **common,
        row=rows,
        source=source,
        token_start=np.zeros_like(rows),
        position=np.full(len(rows), len(resolved.prefix)),
        length=kept,
        unpadded=kept + len(resolved.prefix) + len(resolved.suffix),
    )


_FIELDS: Final = ("source", "token_start", "position", "length")

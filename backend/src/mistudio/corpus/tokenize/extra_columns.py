"""Columns that say of each position what it is: special or data, of which document, and where in it.

A special token belongs to the document that it surrounds or precedes; a row's last separator belongs to the document
before. ``document_id`` is the source row, -1 for padding and in rows without data. ``position_id`` counts from the
start of the document's part in the row, 0 for padding.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.spec.settings import ExtraColumn
from mistudio.corpus.tokenize.rows import Rows, Segments

EXTRA_TYPES: Final[dict[ExtraColumn, str]] = {
    "special_tokens_mask": "int8",
    "document_id": "int64",
    "position_id": "int32",
}
_PADDING: Final[dict[ExtraColumn, int]] = {"special_tokens_mask": 1, "document_id": -1, "position_id": 0}


def make_extra_columns(
    rows: Rows, names: Sequence[ExtraColumn], *, prefix: int, suffix: int
) -> dict[ExtraColumn, NDArray[np.signedinteger]]:
    """Return these columns of ``rows``, flat; documents have ``prefix`` special tokens before and ``suffix`` after."""
    if not names:
        return {}
    source = rows.source
    segments = source if isinstance(source, Segments) else _make_segments(rows, source, prefix, suffix)
    row = np.repeat(np.arange(len(rows)), np.diff(segments.offsets))
    data_starts = rows.offsets[row] + segments.position
    starts, documents = _find_parts(rows, segments, row, data_starts, suffix)
    lengths = np.diff(np.append(starts, len(rows.ids)))
    columns: dict[ExtraColumn, NDArray[np.signedinteger]] = {
        "special_tokens_mask": _mark_special(len(rows.ids), data_starts, segments.length),
        "document_id": np.repeat(documents, lengths),
        "position_id": np.arange(len(rows.ids)) - np.repeat(starts, lengths),
    }
    return {name: columns[name].astype(EXTRA_TYPES[name], copy=False) for name in names}


def pad_extra_column(
    name: ExtraColumn, values: NDArray[np.signedinteger], is_data: NDArray[np.bool_]
) -> NDArray[np.signedinteger]:
    """Return ``values`` where ``is_data``, and elsewhere what the column has for padding."""
    padded = np.full(len(is_data), _PADDING[name], values.dtype)
    padded[is_data] = values
    return padded


def _make_segments(rows: Rows, source: Ints, prefix: int, suffix: int) -> Segments:
    """Return the spans of data of unpacked rows."""
    zeros = np.zeros(len(rows), np.int64)
    return Segments(np.arange(len(rows) + 1), source, zeros, zeros + prefix, rows.lengths - prefix - suffix)


def _find_parts(rows: Rows, segments: Segments, row: Ints, data_starts: Ints, suffix: int) -> tuple[Ints, Ints]:
    """Return where each document's part of a row begins among all positions, and the document; in order."""
    is_first = np.append(True, row[1:] != row[:-1])[: len(row)]
    after = np.minimum(np.append(0, data_starts + segments.length + suffix)[: len(row)], data_starts)
    begins = np.where(is_first, rows.offsets[row], after)
    without_data = np.flatnonzero(np.diff(segments.offsets) == 0)
    begins = np.append(begins, rows.offsets[without_data])
    documents = np.append(segments.row, np.full(len(without_data), -1))
    order = np.argsort(begins, kind="stable")
    return begins[order], documents[order]


def _mark_special(positions: int, data_starts: Ints, lengths: Ints) -> NDArray[np.int8]:
    mask = np.ones(positions, np.int8)
    index = np.repeat(data_starts - offsets_of(lengths)[:-1], lengths)
    mask[index + np.arange(len(index))] = 0
    return mask

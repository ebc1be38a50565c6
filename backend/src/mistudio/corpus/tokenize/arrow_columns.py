"""Rows of tokens as ``datasets`` stores them: Arrow record batches, and the small files beside them.

Columns: ``input_ids`` (int32), ``attention_mask`` (int8) where rows are padded and a mask is asked for, and either
``row``, the source row, or ``segments``, where the pieces of a packed row came from. See the sources of ``datasets``,
``Dataset.save_to_disk`` and ``load_from_disk``, for what a folder must hold.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.arrays import Ints
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import Padding, TokenizeSettings
from mistudio.corpus.tokenize.rows import Rows, Segments

_SEGMENT: Final = {"row": "int64", "token_start_in_row": "int32", "position": "int32", "length": "int32"}
_ROWS: Final = 1_000
_POSITIONS: Final = 1 << 22
_PACKED_POSITIONS: Final = 1 << 20


@dataclass(frozen=True)
class Columns:
    """How rows become record batches: padded or not, with a mask or not, packed or not."""

    is_packed: bool
    padding: Padding
    pad: int
    has_mask: bool
    max_length: int

    @classmethod
    def of(cls, settings: TokenizeSettings, resolved: ResolvedSettings) -> Self:
        """Those of a tokenization."""
        return cls(
            is_packed=settings.is_packed,
            padding=settings.padding,
            pad=-1 if resolved.pad is None else resolved.pad,
            has_mask=settings.return_attention_mask and settings.padding != "do_not_pad",
            max_length=resolved.max_length,
        )

    @property
    def unpadded(self) -> Self:
        """The same rows before they are padded."""
        return replace(self, padding="do_not_pad", has_mask=False)

    @property
    def features(self) -> dict[str, Json]:
        """The columns in the words of ``datasets``."""
        columns: dict[str, Json] = {"input_ids": _list_of(_value("int32"))}
        if self.has_mask:
            columns["attention_mask"] = _list_of(_value("int8"))
        if self.is_packed:
            columns["segments"] = _list_of({name: _value(kind) for name, kind in _SEGMENT.items()})
        else:
            columns["row"] = _value("int64")
        return columns

    @property
    def schema(self) -> pa.Schema:
        """The columns as Arrow types, with the features as ``datasets`` expects to find them."""
        fields = [pa.field("input_ids", pa.list_(pa.int32()))]
        if self.has_mask:
            fields.append(pa.field("attention_mask", pa.list_(pa.int8())))
        fields.append(
            pa.field("segments", pa.list_(_segment_type())) if self.is_packed else pa.field("row", pa.int64())
        )
        note = json.dumps({"info": {"features": self.features}})
        return pa.schema(fields, metadata={"huggingface": note})

    def next_batch(self, lengths: Ints) -> int | None:
        """How many of the coming rows, of these lengths, are one record batch; None if more must come to tell.

        It depends on the rows only, never on how they come: 1,000 of one document each, fewer where they are long.
        """
        if self.is_packed:
            rows = max(1, _PACKED_POSITIONS // self.max_length)
            return rows if len(lengths) >= rows else None
        few = lengths[:_ROWS]
        if self.padding == "longest":
            positions = np.maximum.accumulate(few) * np.arange(1, len(few) + 1)
        else:
            positions = np.cumsum(self._widths(few))
        fitting = max(1, int(np.searchsorted(positions, _POSITIONS, side="right")))
        return fitting if fitting < len(few) or len(few) == _ROWS else None

    def _widths(self, lengths: Ints) -> Ints:
        """Positions of each row of a batch once it is padded; one that is too long for that stays as it is."""
        if self.padding == "longest":
            return np.full(len(lengths), lengths.max(initial=0), np.int64)
        return np.maximum(lengths, self.max_length) if self.padding == "max_length" else lengths

    def batch(self, rows: Rows) -> tuple[pa.RecordBatch, int]:
        """The record batch of ``rows``, without a copy where nothing is padded, and how many positions pad it."""
        lengths, ids, padding = rows.lengths, rows.ids, 0
        columns = []
        if self.padding != "do_not_pad":
            widths = self._widths(lengths)
            runs = np.column_stack([lengths, widths - lengths]).ravel()
            is_data = np.repeat(np.tile([True, False], len(rows)), runs)
            padded = np.full(len(is_data), self.pad, np.int32)
            padded[is_data] = ids
            padding, ids, lengths = len(padded) - len(ids), padded, widths
            columns = [_lists(lengths, pa.array(is_data.view(np.int8)))] if self.has_mask else []
        columns.insert(0, _lists(lengths, pa.array(ids)))
        columns.append(_segment_lists(rows.source) if isinstance(rows.source, Segments) else pa.array(rows.source))
        return pa.RecordBatch.from_arrays(columns, schema=self.schema), padding


def dataset_info(columns: Columns) -> bytes:
    """``dataset_info.json`` of a split's folder."""
    info = {"citation": "", "description": "", "features": columns.features, "homepage": "", "license": ""}
    return _json(info)


def dataset_state(files: list[str], *, split: str, fingerprint: str) -> bytes:
    """``state.json`` of a split's folder, which lists its data files in order."""
    return _json(
        {
            "_data_files": [{"filename": name} for name in files],
            "_fingerprint": fingerprint,
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            # ``datasets`` refuses other names than such as these.
            "_split": split if re.fullmatch(r"\w+(\.\w+)*", split) else None,
        }
    )


def dataset_dict(splits: list[str]) -> bytes:
    """``dataset_dict.json``, by which the whole folder loads as a DatasetDict."""
    return json.dumps({"splits": splits}).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


def _value(kind: str) -> dict[str, Json]:
    return {"dtype": kind, "_type": "Value"}


def _list_of(feature: Json) -> dict[str, Json]:
    return {"feature": feature, "_type": "List"}


def _segment_type() -> pa.DataType:
    return pa.struct([pa.field(name, pa.type_for_alias(kind)) for name, kind in _SEGMENT.items()])


def _lists(lengths: Ints, values: pa.Array) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _segment_lists(segments: Segments) -> pa.Array:
    parts = [segments.row, segments.token_start, segments.position, segments.length]
    arrays = [pa.array(part.astype(kind)) for part, kind in zip(parts, _SEGMENT.values(), strict=True)]
    pieces = pa.StructArray.from_arrays(arrays, fields=list(_segment_type()))
    return pa.ListArray.from_arrays(pa.array(segments.offsets.astype(np.int32)), pieces)

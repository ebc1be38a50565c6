"""Write rows of tokens as ``datasets`` stores them: Arrow record batches, and the small files beside them.

The columns are ``input_ids`` (int32); ``attention_mask`` (int8), if rows are padded and a mask is requested; the extra
columns that were requested; and either ``row``, the source row, or ``segments``, the origins of the pieces of a packed
row or a window. ``Dataset.save_to_disk`` and
``load_from_disk`` of ``datasets`` define what a folder must contain.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.arrays import Ints, offsets_of
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import EXTRA_COLUMNS, ExtraColumn, Padding, TokenizeSettings
from mistudio.corpus.tokenize.extra_columns import EXTRA_TYPES, make_extra_columns, pad_extra_column
from mistudio.corpus.tokenize.rows import Rows, Segments

_SEGMENT: Final = {"row": "int64", "token_start_in_row": "int32", "position": "int32", "length": "int32"}
_ROWS: Final = 1_000
_POSITIONS: Final = 1 << 22
_PACKED_POSITIONS: Final = 1 << 20


@dataclass(frozen=True)
class Columns:
    """The form of the record batches: packed or not, padded or not, with a mask or without."""

    is_packed: bool
    padding: Padding
    pad: int
    has_mask: bool
    max_length: int
    is_windowed: bool = False
    extra: tuple[ExtraColumn, ...] = ()
    prefix: int = 0
    suffix: int = 0

    @classmethod
    def from_settings(cls, settings: TokenizeSettings, resolved: ResolvedSettings) -> Self:
        """Return the columns of a tokenization."""
        return cls(
            is_packed=settings.is_packed,
            padding=settings.padding,
            pad=-1 if resolved.pad is None else resolved.pad,
            has_mask=settings.return_attention_mask and settings.padding != "do_not_pad",
            max_length=resolved.max_length,
            is_windowed=settings.is_windowed,
            extra=tuple(name for name in EXTRA_COLUMNS if name in settings.extra_columns),
            prefix=len(resolved.prefix),
            suffix=len(resolved.suffix),
        )

    @property
    def has_segments(self) -> bool:
        """Whether rows have the spans of their documents instead of one source row."""
        return self.is_packed or self.is_windowed

    def without_padding(self) -> Self:
        """Return the columns of the same rows before they are padded."""
        return replace(self, padding="do_not_pad", has_mask=False, extra=())

    @property
    def features(self) -> dict[str, Json]:
        """The columns as ``datasets`` describes them."""
        columns: dict[str, Json] = {"input_ids": _describe_list(_describe_value("int32"))}
        if self.has_mask:
            columns["attention_mask"] = _describe_list(_describe_value("int8"))
        for name in self.extra:
            columns[name] = _describe_list(_describe_value(EXTRA_TYPES[name]))
        if self.has_segments:
            columns["segments"] = _describe_list({name: _describe_value(kind) for name, kind in _SEGMENT.items()})
        else:
            columns["row"] = _describe_value("int64")
        return columns

    @property
    def schema(self) -> pa.Schema:
        """The columns as Arrow types; the metadata has the features, where ``datasets`` reads them."""
        fields = [pa.field("input_ids", pa.list_(pa.int32()))]
        if self.has_mask:
            fields.append(pa.field("attention_mask", pa.list_(pa.int8())))
        fields += [pa.field(name, pa.list_(pa.type_for_alias(EXTRA_TYPES[name]))) for name in self.extra]
        fields.append(
            pa.field("segments", pa.list_(_make_segment_type())) if self.has_segments else pa.field("row", pa.int64())
        )
        note = json.dumps({"info": {"features": self.features}})
        return pa.schema(fields, metadata={"huggingface": note})

    def next_batch(self, lengths: Ints) -> int | None:
        """Return how many of the next rows, of these lengths, make one record batch; None if more must come first.

        The result depends on the rows only, never on how they arrive: 1,000 unpacked rows, fewer if they are long.
        """
        if self.is_packed:
            rows = max(1, _PACKED_POSITIONS // self.max_length)
            return rows if len(lengths) >= rows else None
        few = lengths[:_ROWS]
        if self.padding == "longest":
            positions = np.maximum.accumulate(few) * np.arange(1, len(few) + 1)
        else:
            positions = np.cumsum(self._pad_lengths(few))
        fitting = max(1, int(np.searchsorted(positions, _POSITIONS, side="right")))
        return fitting if fitting < len(few) or len(few) == _ROWS else None

    def _pad_lengths(self, lengths: Ints) -> Ints:
        """Return the positions of each row of a batch after padding; a row that is too long keeps its length."""
        if self.padding == "longest":
            return np.full(len(lengths), lengths.max(initial=0), np.int64)
        return np.maximum(lengths, self.max_length) if self.padding == "max_length" else lengths

    def make_batch(self, rows: Rows) -> tuple[pa.RecordBatch, int]:
        """Return the record batch of ``rows`` and its number of padding positions; without padding, no id is copied."""
        lengths, ids, padding = rows.lengths, rows.ids, 0
        columns = []
        extra = make_extra_columns(rows, self.extra, prefix=self.prefix, suffix=self.suffix)
        if self.padding != "do_not_pad":
            widths = self._pad_lengths(lengths)
            runs = np.column_stack([lengths, widths - lengths]).ravel()
            is_data = np.repeat(np.tile([True, False], len(rows)), runs)
            padded = np.full(len(is_data), self.pad, np.int32)
            padded[is_data] = ids
            extra = {name: pad_extra_column(name, values, is_data) for name, values in extra.items()}
            padding, ids, lengths = len(padded) - len(ids), padded, widths
            columns = [_make_lists(lengths, pa.array(is_data.view(np.int8)))] if self.has_mask else []
        columns.insert(0, _make_lists(lengths, pa.array(ids)))
        columns += [_make_lists(lengths, pa.array(values)) for values in extra.values()]
        source = rows.source
        columns.append(_make_segment_lists(source) if isinstance(source, Segments) else pa.array(source))
        return pa.RecordBatch.from_arrays(columns, schema=self.schema), padding


def dump_dataset_info(columns: Columns) -> bytes:
    """Return ``dataset_info.json`` of a split's folder."""
    info = {"citation": "", "description": "", "features": columns.features, "homepage": "", "license": ""}
    return _dump_json(info)


def dump_dataset_state(files: list[str], *, split: str, fingerprint: str) -> bytes:
    """Return ``state.json`` of a split's folder, which lists its data files in order."""
    return _dump_json(
        {
            "_data_files": [{"filename": name} for name in files],
            "_fingerprint": fingerprint,
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            # ``datasets`` rejects names of any other form.
            "_split": split if re.fullmatch(r"\w+(\.\w+)*", split) else None,
        }
    )


def dump_dataset_dict(splits: list[str]) -> bytes:
    """Return ``dataset_dict.json``, which makes the whole folder load as a DatasetDict."""
    return json.dumps({"splits": splits}).encode()


def _dump_json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


def _describe_value(kind: str) -> dict[str, Json]:
    return {"dtype": kind, "_type": "Value"}


def _describe_list(feature: Json) -> dict[str, Json]:
    return {"feature": feature, "_type": "List"}


def _make_segment_type() -> pa.DataType:
    return pa.struct([pa.field(name, pa.type_for_alias(kind)) for name, kind in _SEGMENT.items()])


def _make_lists(lengths: Ints, values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets_of(lengths).astype(np.int32)), values)


def _make_segment_lists(segments: Segments) -> pa.Array:
    parts = [segments.row, segments.token_start, segments.position, segments.length]
    arrays = [pa.array(part.astype(kind)) for part, kind in zip(parts, _SEGMENT.values(), strict=True)]
    pieces = pa.StructArray.from_arrays(arrays, fields=list(_make_segment_type()))
    return pa.ListArray.from_arrays(pa.array(segments.offsets.astype(np.int32)), pieces)

"""Reads rows of tokens from Arrow and Parquet files in batches, with every offset checked before it is followed."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mistudio.core.errors import InvalidData, UnknownColumn
from mistudio.corpus.arrays import Ints
from mistudio.corpus.certificate.token_batch import DataFile, TokenBatch
from mistudio.corpus.formats.array_check import check_array
from mistudio.corpus.formats.columnar import (
    read_arrow,
    read_arrow_schema,
    read_parquet,
    read_parquet_schema,
    translate_read_errors,
)

_ID_COLUMNS: Final = ("input_ids", "tokens", "token_ids", "ids")
_MASK: Final = "attention_mask"


def read_columnar(file: DataFile, column: str | None) -> Iterator[TokenBatch]:
    """Yield the rows of a file; ``column`` None chooses the usual one. Raises InvalidData, UnknownColumn."""
    is_parquet = file.kind == "parquet"
    schema = (read_parquet_schema if is_parquet else read_arrow_schema)(file.path, label=file.label)
    chosen = _choose_column(schema, column, file.label)
    has_mask = _MASK in schema.names
    columns = [chosen, *([_MASK] if has_mask else [])]
    if is_parquet:
        chunks = read_parquet(file.path, label=file.label, columns=columns)
    else:
        chunks = read_arrow(file.path, label=file.label)
    first = 0
    for chunk in chunks:
        with translate_read_errors(file.label):
            yield _make_batch(file, first, chunk.batch, chosen, has_mask=has_mask)
        first += chunk.batch.num_rows


def _choose_column(schema: pa.Schema, wanted: str | None, label: str) -> str:
    names = (wanted,) if wanted is not None else _ID_COLUMNS
    found = next((name for name in names if schema.names.count(name) == 1), None)
    if found is None:
        raise UnknownColumn(
            f"{label} has no column {' or '.join(f'“{name}”' for name in names)}. Name the column of token ids.",
            extra={"choices": [*schema.names[:100]]},
        )
    return found


def _make_batch(file: DataFile, first: int, batch: pa.RecordBatch, column: str, *, has_mask: bool) -> TokenBatch:
    lists = batch.column(batch.schema.get_field_index(column))
    ids, offsets = _read_lists(lists, f"{file.label}, column “{column}”")
    mask = None
    if has_mask:
        masks = batch.column(batch.schema.get_field_index(_MASK))
        values, ends = _read_lists(masks, f"{file.label}, column “{_MASK}”")
        if not np.array_equal(ends, offsets):
            raise InvalidData(f"{file.label}, rows from {first:,} on: {_MASK} and {column} differ in length.")
        mask = values != 0
    return TokenBatch(file.label, first, ids, offsets, mask, lists.null_count)


def _read_lists(lists: pa.Array, label: str) -> tuple[Ints, Ints]:
    """Return the values of a column of lists, and where each row begins; a row that is null is empty."""
    check_array(lists)
    kind = lists.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        raise InvalidData(f"{label}: expected lists of integers, found {str(kind)[:100]}. Name the column of ids.")
    if not pa.types.is_integer(kind.value_type) and not pa.types.is_boolean(kind.value_type):
        raise InvalidData(f"{label}: expected integers, found {str(kind.value_type)[:100]}. Name the column of ids.")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return _read_integers(lists.flatten()), offsets


def _read_integers(values: pa.Array) -> Ints:
    """Return the integers; a null becomes -1, which no vocabulary has, as does what 64 bits with a sign cannot hold."""
    if values.null_count:
        values = pc.fill_null(values.cast(pa.int64(), safe=False), -1)
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    found: NDArray[np.generic] = values.to_numpy(zero_copy_only=False)
    return found.astype(np.int64)

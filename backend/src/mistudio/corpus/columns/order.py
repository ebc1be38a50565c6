"""Sorts rows by the values of a column: equal values in the order of the data, NaN and then null last both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.arrays import Ints
from mistudio.corpus.columns.kinds import ColumnType, classify_type

FIELD: Final = "order_by"
# Texts are compared by so many bytes of UTF-8, so that keys of millions of long texts fit into memory.
TEXT_KEY_BYTES: Final = 100
MOST_ROWS: Final = 16_000_000
MOST_TEXT_ROWS: Final = 5_000_000
_SORTABLE: Final = frozenset({"number", "text", "boolean", "time"})


@dataclass(frozen=True)
class OrderBy:
    """The column, or path into one, by which rows are sorted."""

    column: str
    is_descending: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the order that ``column`` or ``-column`` means."""
        return cls(text.removeprefix("-"), is_descending=text.startswith("-"))


@dataclass(frozen=True)
class SortKeys:
    """Makes keys of a column's values in any file: arrays of one type, by which Arrow sorts."""

    type: pa.DataType
    is_text: bool

    @classmethod
    def of(cls, column: ColumnType) -> Self:
        """Return what makes keys of ``column``. Raises ValidationFailed if its values have no order."""
        kinds = column.kinds
        if len(kinds) > 1 or not _SORTABLE.issuperset(kinds):
            raise ValidationFailed(
                f"Column “{column.path}” holds {column.description}, which cannot be sorted. "
                "Choose a column of one kind: numbers, text, dates or times, or true and false.",
                field=FIELD,
            )
        if kinds == ("text",):
            return cls(pa.binary(), is_text=True)
        types = [_to_plain_type(kind) for kind in column.types if classify_type(kind) != "null"]
        if len(types) <= 1:
            return cls(types[0] if types else pa.int8(), is_text=False)
        return cls(pa.timestamp("us") if kinds == ("time",) else pa.float64(), is_text=False)

    def make(self, array: pa.Array) -> pa.Array:
        """Return the keys of ``array``, in which another kind of value is null."""
        kind = classify_type(array.type)
        if kind == "null" or (kind == "text") != self.is_text:
            return pa.nulls(len(array), self.type)
        plain = array.cast(_to_plain_type(array.type))
        if self.is_text:
            return pc.binary_slice(plain.cast(pa.string()).cast(pa.binary()), 0, TEXT_KEY_BYTES)
        return plain if plain.type.equals(self.type) else plain.cast(self.type, safe=False)

    def require_room(self, rows: int) -> None:
        """Raise ValidationFailed if so many rows are too many to sort."""
        most = MOST_TEXT_ROWS if self.is_text else MOST_ROWS
        if rows > most:
            what = "a column of text" if self.is_text else "a column"
            raise ValidationFailed(
                f"{rows:,} rows are too many to sort by {what} (at most {most:,}). Filter or search first.", field=FIELD
            )


def _to_plain_type(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        return _to_plain_type(kind.storage_type)
    return _to_plain_type(kind.value_type) if pa.types.is_dictionary(kind) else kind


def sort_keys(keys: Sequence[pa.Array], *, is_descending: bool) -> Ints:
    """Return the positions of all keys in sorted order."""
    if not keys:
        return np.empty(0, dtype=np.int64)
    column = pa.chunked_array(keys)
    if pa.types.is_float16(column.type) or pa.types.is_boolean(column.type):
        column = column.cast(pa.float32() if pa.types.is_float16(column.type) else pa.uint8())
    order = "descending" if is_descending else "ascending"
    table = pa.table({"key": column})
    indices = pc.sort_indices(table, sort_keys=[("key", order, "at_end")])
    return np.asarray(indices.to_numpy(), dtype=np.int64)

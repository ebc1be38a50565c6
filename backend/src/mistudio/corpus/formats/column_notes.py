"""Notes the columns of JSON and CSV files whose values stay text where ``datasets`` makes numbers or times of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_DATE: Final = r"^\d{4}-\d\d-\d\d"


@dataclass
class ColumnNotes:
    """What was noted while a file was read, also in earlier attempts.

    ``numbers`` are columns with numbers or truth values beside texts, or beyond 64 bits. ``dates`` are columns with
    nothing but dates so far, ``others`` columns that have another text, too.
    """

    numbers: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    def note_values(self, name: str, kind: pa.DataType, values: Iterable[object]) -> None:
        """Note a column whose ``values`` become text."""
        if pa.types.is_string(kind) and any(value is not None and not isinstance(value, str) for value in values):
            self.numbers.add(name)

    def note_types(self, known: pa.Schema, found: pa.Schema) -> None:
        """Note the columns that hold text in one part of a file and numbers in another."""
        for column in found:
            at = known.get_field_index(column.name)
            kinds = {column.type} if at < 0 else {column.type, known.field(at).type}
            if pa.string() in kinds and any(map(_is_number, kinds)):
                self.numbers.add(column.name)

    def note_dates(self, batch: pa.RecordBatch) -> None:
        """Note the columns of the batch that hold dates as text, at any depth."""
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            found = None if name in self.others else _hold_dates(column)
            if found is not None:
                (self.dates if found else self.others).add(name)

    def list_dates(self) -> tuple[str, ...]:
        """Return the columns that hold nothing but dates."""
        return tuple(sorted(self.dates - self.others))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _hold_dates(array: pa.Array) -> bool | None:
    """Return whether all texts are dates, of an object those of any field; None if there is no text."""
    if pa.types.is_list(array.type):
        return _hold_dates(array.flatten())
    if pa.types.is_struct(array.type):
        found = [_hold_dates(item) for item in array.flatten()]
        return True if True in found else None
    if not pa.types.is_string(array.type) or len(array) == array.null_count:
        return None
    texts = array.drop_null()
    # The first text decides for nearly every column.
    if not pc.match_substring_regex(texts.slice(0, 1), _DATE)[0].as_py():
        return False
    return any(_can_cast(texts, pa.timestamp("us", zone)) for zone in (None, "UTC"))


def _can_cast(texts: pa.StringArray, kind: pa.DataType) -> bool:
    try:
        texts.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True

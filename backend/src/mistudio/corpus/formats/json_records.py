"""Makes columns of JSON records that Arrow's own reader cannot read: any mixture of types, any number, any key.

It is slower than Arrow, and exact: numbers beyond 64 bits become text, values of several types become JSON (see
``type_inference``).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
import pyarrow as pa

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.json_type import Value, clean_text, clean_value, load_json, make_array, to_json_text
from mistudio.corpus.formats.type_inference import KnownSchema, fit_value, infer_common_type
from mistudio.corpus.formats.utf8_repair import Chunk

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class JsonRecord:
    """One record, and its columns in which invalid UTF-8 was replaced."""

    row: dict[str, Value]
    invalid: frozenset[str] = frozenset()


def parse_line(line: bytes, *, label: str, number: int) -> JsonRecord:
    """Parse the record on one line; raise InvalidData, with the line's number, if it is not JSON."""
    try:
        return _to_record(load_json(line.rstrip().removesuffix(b",")))
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InvalidData(f"{label}, line {number:,} is not valid JSON: {reason}. Correct it.") from error
    except RecursionError as error:
        raise InvalidData(f"{label}, line {number:,} is nested too deeply. Flatten it.") from error


def _to_record(value: Value) -> JsonRecord:
    """Make ``value`` a record: null has no values, any other value becomes the column ``text``, as in ``datasets``."""
    row: dict[str, Value] = value if isinstance(value, dict) else {} if value is None else {"text": value}
    try:
        orjson.dumps(row)
    except (TypeError, RecursionError):
        clean: dict[str, Value] = {clean_text(name): clean_value(item) for name, item in row.items()}
        changed = (name for name, item in row.items() if _SURROGATE.search(to_json_text(item)))
        return JsonRecord(clean, frozenset(clean_text(name) for name in changed))
    return JsonRecord(row)


def build_chunk(records: Sequence[JsonRecord], known: KnownSchema, *, consumed: int) -> Chunk:
    """Make columns of the records, each at least as wide as in ``known``."""
    # By column, only the rows that have it: of many keys, most records have few.
    found: dict[str, tuple[list[int], list[Value]]] = {}
    for row, record in enumerate(records):
        for name, value in record.row.items():
            rows, values = found.setdefault(name, ([], []))
            rows.append(row)
            values.append(value)
    types = known.types()
    columns = []
    for name, (rows, values) in found.items():
        kind = infer_common_type(values, known=types.get(name))
        known.notes.note_values(name, kind, values)
        cells = make_array([fit_value(value, kind) for value in values], kind)
        columns.append(cells if len(rows) == len(records) else _spread(cells, rows, len(records)))
    invalid: dict[str, int] = {}
    for record in records:
        for name in record.invalid:
            invalid[name] = invalid.get(name, 0) + 1
    return Chunk(pa.RecordBatch.from_arrays(columns, names=list(found)), consumed, invalid)


def _spread(cells: pa.Array, rows: Sequence[int], count: int) -> pa.Array:
    """Return a column of ``count`` rows that has the cells in these rows, and nulls elsewhere."""
    indices, missing = np.zeros(count, np.int64), np.ones(count, np.bool_)
    indices[rows], missing[rows] = np.arange(len(rows)), False
    return cells.take(pa.array(indices, mask=missing))

"""JSON records that Arrow's own reader cannot take: any mixture of types, any number, any key, made into columns.

Slower than Arrow and exact: numbers beyond 64 bits become text, values of several kinds JSON text (see ``widening``).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import orjson
import pyarrow as pa

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.type_inference import Known, Value, fitted, infer_all, json_text, merge_types
from mistudio.corpus.formats.utf8_repair import Chunk

_LONG_NUMBER: Final = re.compile(rb"\d{19}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Parsed:
    """One record, and the columns of it that had invalid UTF-8, which is replaced."""

    row: dict[str, Value]
    invalid: frozenset[str] = frozenset()


def parse_line(line: bytes, *, label: str, number: int) -> Parsed:
    """The record on one line; InvalidData, naming the line, if it is none."""
    try:
        return _parsed(_loads(line))
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InvalidData(f"{label}, line {number:,} is not valid JSON: {reason}.") from error
    except RecursionError as error:
        raise InvalidData(f"{label}, line {number:,} is nested too deeply.") from error


def _loads(line: bytes) -> Value:
    # orjson rounds whole numbers beyond 64 bits, and refuses NaN, lone surrogates and invalid UTF-8.
    if not _LONG_NUMBER.search(line):
        try:
            return cast("Value", orjson.loads(line))
        except orjson.JSONDecodeError:
            pass
    return cast("Value", json.loads(line.decode("utf-8", "surrogateescape")))


def _parsed(value: Value) -> Parsed:
    """``value`` as a record; what is not an object becomes the column ``text``, as ``datasets`` has it."""
    row: dict[str, Value] = value if isinstance(value, dict) else {"text": value}
    try:
        orjson.dumps(row)
    except (TypeError, RecursionError):
        clean: dict[str, Value] = {_clean_text(name): _clean(item) for name, item in row.items()}
        changed = (name for name, item in row.items() if _SURROGATE.search(json_text(item)))
        return Parsed(clean, frozenset(_clean_text(name) for name in changed))
    return Parsed(row)


def _clean_text(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _clean(value: Value) -> Value:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {_clean_text(name): _clean(item) for name, item in value.items()} if isinstance(value, dict) else value


def as_chunk(records: Sequence[Parsed], known: Known, *, consumed: int) -> Chunk:
    """The records as columns, each at least as wide as ``known`` has it."""
    names = dict.fromkeys(name for record in records for name in record.row)
    types = known.types()
    columns = []
    for name in names:
        values = [record.row.get(name) for record in records]
        kind = merge_types(types.get(name, pa.null()), infer_all(values))
        columns.append(pa.array([fitted(value, kind) for value in values], kind))
    invalid: dict[str, int] = {}
    for record in records:
        for name in record.invalid:
            invalid[name] = invalid.get(name, 0) + 1
    return Chunk(pa.RecordBatch.from_arrays(columns, names=list(names)), consumed, invalid)

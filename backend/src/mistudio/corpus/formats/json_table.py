"""Tables that pandas wrote as one JSON object, by columns, by rows or split: read as records, each a line of JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mistudio.core.errors import InvalidData
from mistudio.corpus.formats.byte_stream import ByteStream
from mistudio.corpus.formats.json_type import Value, load_json

_MAX_BYTES: Final = 256 << 20
_ORIENTS: Final = ("columns", "index", "split")


def read_table(source: ByteStream, orient: str) -> Iterator[bytes]:
    """Return the table's records; ``orient`` is the one with which pandas wrote the file.

    A table by columns is not complete before its end, so it must fit into memory.
    """
    data = source.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise InvalidData(
            f"{source.label} is one table of over {_MAX_BYTES >> 20} MB in pandas' orient “{orient}”, which cannot be "
            "read in parts. Write it as JSON lines."
        )
    value = _load(data, source.label)
    if not isinstance(value, Mapping) or orient not in _ORIENTS:
        raise InvalidData(f"{source.label} holds no table in pandas' orient “{orient}”. Name the field of its records.")
    rows = {"columns": _read_columns, "index": _read_index, "split": _read_split}[orient](value)
    # Bytes that were not UTF-8 are lone surrogates now; the JSON reader repairs and counts what it gets.
    return (json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass") for row in rows)


def _load(data: bytes, label: str) -> Value:
    try:
        return load_json(data)
    except ValueError as error:
        raise InvalidData(f"{label} is not valid JSON: {error}. Correct it.") from error


def _read_columns(value: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    columns = {name: cells for name, cells in value.items() if isinstance(cells, Mapping)}
    keys = dict.fromkeys(key for cells in columns.values() for key in cells)
    return ({name: cells.get(key) for name, cells in columns.items()} for key in keys)


def _read_index(value: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    return (row for row in value.values() if isinstance(row, Mapping))


def _read_split(value: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    names, rows = _to_list(value.get("columns")), _to_list(value.get("data"))
    return ({str(name): cell for name, cell in zip(names, _to_list(row), strict=False)} for row in rows)


def _to_list(value: Value) -> Sequence[Value]:
    return value if isinstance(value, list) else []

"""Finds JSON records whose keys differ, before columns are made of them.

A column has a cell for every record, so a thousand records with a key of their own each make a million cells.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from mistudio.corpus.formats.json_records import JsonRecord

_MOST_CELLS: Final = 4_000_000
_SAMPLED_LINES: Final = 64
_SAMPLED_BYTES: Final = 64 << 10
# Optional keys are usual: a table has records that have most of its keys.
_USUAL_RATIO: Final = 8


def has_many_keys(block: bytes) -> bool:
    """Return whether a sample of the block's lines has far more keys, at any depth, than its largest record."""
    lines = block.split(b"\n")
    step = max(1, len(lines) // _SAMPLED_LINES)
    found: set[str] = set()
    largest = 1
    for line in lines[::step]:
        names = _list_keys(line[:_SAMPLED_BYTES])
        largest = max(largest, len(names))
        found |= names
    return len(found) > _USUAL_RATIO * largest


def _list_keys(line: bytes) -> set[str]:
    try:
        waiting = [orjson.loads(line)]
    except orjson.JSONDecodeError:
        # Longer than what is sampled, or not valid, which the parser says.
        return set()
    names: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            names |= value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return names


def split_records(records: Sequence[JsonRecord]) -> Iterator[Sequence[JsonRecord]]:
    """Yield the records in order, in parts of a bounded number of cells."""
    part: list[JsonRecord] = []
    names: set[str] = set()
    for record in records:
        if part and (len(part) + 1) * len(names | record.row.keys()) > _MOST_CELLS:
            yield part
            part, names = [], set()
        part.append(record)
        names |= record.row.keys()
    if part:
        yield part

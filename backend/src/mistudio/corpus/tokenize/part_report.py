"""The report beside each data file of a split: what was written so far, and where the source continues."""

import json
from dataclasses import dataclass
from typing import Self

from mistudio.core.records import as_json, from_json
from mistudio.corpus.tokenize.rows import Position


@dataclass(frozen=True, kw_only=True)
class WriteCounts:
    """What was written of a split so far. ``added`` counts each special token that was inserted.

    ``dropped`` counts the data tokens of the last row if it was left out; it is known at the end.
    """

    rows: int = 0
    positions: int = 0
    data_tokens: int = 0
    padding: int = 0
    added: tuple[int, ...] = ()
    dropped: int = 0


@dataclass(frozen=True)
class Part:
    """A data file of ``size`` bytes; ``written`` counts everything up to its end, ``position`` is where to continue."""

    rows: int
    size: int
    sha256: str
    written: WriteCounts
    position: Position
    is_last: bool

    def to_bytes(self) -> bytes:
        """Return the content of the report."""
        return json.dumps(as_json(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a report that ``to_bytes`` wrote."""
        return from_json(cls, json.loads(data))

"""What is known of a file once it has been taken in: plain figures that are stored, added up and shown."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

ColumnKind: TypeAlias = Literal["text", "conversation", "other"]


@dataclass(frozen=True)
class ColumnReport:
    """One column. ``type`` is Arrow's name of it.

    The last four are None for kind ``other``. ``characters`` and ``utf8_bytes`` are sums over the texts (a
    conversation's text is its rendering), ``empty`` counts texts of no character, ``invalid`` texts whose bytes
    were not UTF-8.
    """

    name: str
    type: str
    kind: ColumnKind
    nulls: int
    characters: int | None = None
    utf8_bytes: int | None = None
    empty: int | None = None
    invalid: int | None = None


@dataclass(frozen=True)
class FileReport:
    """One file of the store; ``bytes`` is its size, ``kept`` says that it is the source itself, byte for byte."""

    rows: int
    bytes: int
    sha256: str
    kept: bool
    columns: tuple[ColumnReport, ...]

"""What is known of a file once it has been taken in: plain figures that are stored, added up and shown."""

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias, cast

from mistudio.core.errors import Json

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

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Json]) -> "ColumnReport":
        """The report that ``to_json`` gave ``value`` for."""
        # The value comes from to_json of this same class: field types hold by construction.
        return cls(**value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class FileReport:
    """One file of the store; ``bytes`` is its size, ``kept`` says that it is the source itself, byte for byte."""

    rows: int
    bytes: int
    sha256: str
    kept: bool
    columns: tuple[ColumnReport, ...]

    def to_json(self) -> dict[str, Json]:
        """As plain JSON values."""
        return {
            "rows": self.rows,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "kept": self.kept,
            "columns": [column.to_json() for column in self.columns],
        }

    @classmethod
    def from_json(cls, value: dict[str, Json]) -> "FileReport":
        """The report that ``to_json`` gave ``value`` for."""
        columns = cast("list[dict[str, Json]]", value["columns"])
        return cls(
            rows=cast("int", value["rows"]),
            bytes=cast("int", value["bytes"]),
            sha256=cast("str", value["sha256"]),
            kept=cast("bool", value["kept"]),
            columns=tuple(ColumnReport.from_json(column) for column in columns),
        )

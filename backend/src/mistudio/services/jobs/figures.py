"""What a job that succeeded found out: the figures that its record stores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mistudio.core.errors import Json
from mistudio.schemas.job import JobKind
from mistudio.schemas.statistics import TokenStatistics
from mistudio.schemas.tokenization import Audit, Ledger


@dataclass(frozen=True)
class SplitFigures:
    """One split of a dataset, as its record stores it."""

    name: str
    num_files: int
    num_rows: int
    num_bytes: int


@dataclass(frozen=True)
class ColumnFigures:
    """One column of a dataset; ``characters`` is None for a column without text, ``feature`` if its type says all."""

    name: str
    type: str
    kind: str
    nulls: int
    characters: int | None
    feature: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ContentFigures:
    """What reading a dataset's files adds to its metadata; the text figures are those of its text column."""

    text_column_reason: str
    characters: int | None
    text_bytes: int | None
    null_texts: int
    empty_texts: int | None
    invalid_texts: int | None
    columns: tuple[ColumnFigures, ...]
    reading_notes: tuple[str, ...] = ()
    schema_notices: tuple[str, ...] = ()
    # Of a part: what was taken. A record of a whole download has them from its beginning.
    source_bytes: int | None = None
    source_files: int | None = None


@dataclass(frozen=True, kw_only=True)
class DatasetFigures:
    """The figures of a finished download or import; ``follow_up`` are the kinds of the jobs to come next."""

    raw_path: str
    num_samples: int
    size_bytes: int
    splits: tuple[SplitFigures, ...]
    text_column: str
    content: ContentFigures
    follow_up: tuple[JobKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TokenizationStatistics:
    """Exact figures over all rows and per split, and what the settings were resolved to."""

    total: TokenStatistics
    splits: Mapping[str, TokenStatistics]
    resolved: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class TokenizationFigures:
    """The figures of a finished tokenization; its record has fields of the same names."""

    path: str
    engine: str
    engine_reason: str | None
    num_rows: int
    num_tokens: int
    num_positions: int
    unique_tokens: int
    statistics: TokenizationStatistics
    ledger: Ledger
    audit: Audit
    size_bytes: int
    follow_up: tuple[JobKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IndexFigures:
    """A finished index has no figures."""

    follow_up: tuple[JobKind, ...] = ()


Figures: TypeAlias = DatasetFigures | TokenizationFigures | IndexFigures

"""What a job that succeeded found out: the figures that its record stores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

from mistudio.core.errors import Json
from mistudio.corpus.store.file_report import ColumnReport
from mistudio.corpus.store.mixture_record import MixtureRecord
from mistudio.corpus.store.subset_record import SubsetRecord
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
class TextFigures:
    """The figures of a dataset's texts in its metadata; None until they are counted.

    ``incomplete_texts`` are the texts of a template in which a placeholder is null.
    """

    characters: int | None = None
    text_bytes: int | None = None
    null_texts: int | None = None
    empty_texts: int | None = None
    invalid_texts: int | None = None
    incomplete_texts: int | None = None

    @classmethod
    def of(cls, report: ColumnReport) -> Self:
        """Return the figures that reading the data found."""
        return cls(
            characters=report.characters,
            text_bytes=report.utf8_bytes,
            null_texts=report.nulls,
            empty_texts=report.empty,
            invalid_texts=report.invalid,
            incomplete_texts=report.incomplete,
        )


@dataclass(frozen=True, kw_only=True)
class ContentFigures(TextFigures):
    """What reading a dataset's files adds to its metadata."""

    text_column_reason: str | None
    columns: tuple[ColumnFigures, ...]
    reading_notes: tuple[str, ...] = ()
    schema_notices: tuple[str, ...] = ()
    mixture: MixtureRecord | None = None
    subset: SubsetRecord | None = None
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
    text_column: str | None
    content: ContentFigures
    text_template: str | None = None
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
    """A finished index: the text that it is of, and the figures of the texts if they were counted for it."""

    text_column: str | None = None
    text_template: str | None = None
    texts: TextFigures | None = None
    follow_up: tuple[JobKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProfileFigures:
    """Finished column profiles, which are stored beside the dataset."""

    follow_up: tuple[JobKind, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExportFigures:
    """A finished export, whose record is beside its files."""

    follow_up: tuple[JobKind, ...] = ()


Figures: TypeAlias = DatasetFigures | TokenizationFigures | IndexFigures | ProfileFigures | ExportFigures

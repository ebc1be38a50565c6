"""What a job works for, and what each step of the job does to that record.

A download or import works for a dataset, a tokenize job for one tokenization, an index job for a dataset's index. A
step changes only that one record: a failed tokenization never turns a ready dataset red.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import MiStudioError
from mistudio.core.records import as_json, from_json
from mistudio.core.states import WORKING_DATASET_STATUSES, DatasetStatus, IndexState, TokenizationStatus
from mistudio.models import Dataset, Job, Tokenization, utc_now
from mistudio.schemas.event import Scope
from mistudio.schemas.job import JobPhase
from mistudio.services.jobs.figures import DatasetFigures, Figures, IndexFigures, TokenizationFigures
from mistudio.services.lookup import find_newest_ready

SCOPES: dict[str, Scope] = {"download": "dataset", "import": "dataset", "tokenize": "tokenization", "index": "index"}
_PROCESSING_PHASES: frozenset[JobPhase] = frozenset({"ingest", "statistics", "finish"})


@dataclass(frozen=True)
class _Total:
    average: float | None = None


@dataclass(frozen=True)
class _StoredStatistics:
    """What a dataset repeats of its tokenization's stored statistics."""

    total: _Total = _Total()


@dataclass(frozen=True, kw_only=True)
class JobTarget:
    """A job and the records that it concerns, held in one write transaction."""

    job: Job
    dataset: Dataset
    tokenization: Tokenization | None = None

    @classmethod
    async def of(cls, session: AsyncSession, job: Job) -> "JobTarget":
        """The records of ``job``, locked for this transaction."""
        dataset = await session.get_one(Dataset, job.dataset_id, with_for_update=True)
        if job.tokenization_id is None:
            return cls(job=job, dataset=dataset)
        tokenization = await session.get_one(Tokenization, job.tokenization_id, with_for_update=True)
        return cls(job=job, dataset=dataset, tokenization=tokenization)

    @property
    def scope(self) -> Scope:
        """Which record the job changes."""
        return SCOPES[self.job.kind]

    @property
    def status(self) -> str:
        """The status of that record."""
        if self.scope == "index":
            return self.dataset.index_state.value
        return (self.tokenization or self.dataset).status.value

    def progressed(self, phase: JobPhase) -> None:
        """The job is as far as its record says, in ``phase``."""
        if self.tokenization:
            if self.tokenization.status in (TokenizationStatus.QUEUED, TokenizationStatus.PROCESSING):
                self.tokenization.status = TokenizationStatus.PROCESSING
                self.tokenization.progress = self.job.progress
        elif self.scope == "index":
            self.dataset.index_state = IndexState.BUILDING
            self.dataset.index_progress = self.job.progress
        elif self.dataset.status in WORKING_DATASET_STATUSES:
            self.dataset.progress = self.job.progress
            self.dataset.updated_at = utc_now()
            if phase in _PROCESSING_PHASES:
                self.dataset.status = DatasetStatus.PROCESSING

    async def succeeded(self, session: AsyncSession, figures: Figures) -> None:
        """The job's work is done: its record is ready."""
        self.job.progress = 100.0
        match figures:
            case DatasetFigures():
                self._dataset_is_ready(figures)
            case TokenizationFigures():
                self._tokenization_is_ready(figures)
                await session.flush()
                await follow_newest(session, self.dataset)
            case IndexFigures():
                self.dataset.index_state = IndexState.READY
                self.dataset.index_progress = 100.0

    def _dataset_is_ready(self, figures: DatasetFigures) -> None:
        dataset = self.dataset
        dataset.progress = 100.0
        dataset.status = DatasetStatus.READY
        dataset.updated_at = utc_now()
        dataset.error_code = dataset.error_message = None
        dataset.raw_path, dataset.text_column = figures.raw_path, figures.text_column
        dataset.num_samples, dataset.size_bytes = figures.num_samples, figures.size_bytes
        dataset.splits = [as_json(split) for split in figures.splits]
        dataset.meta = {**dataset.meta, **as_json(figures.content)}

    def _tokenization_is_ready(self, figures: TokenizationFigures) -> None:
        record = self.tokenization
        if record is None:
            raise ValueError(f"job {self.job.id} has no tokenization")
        record.status = TokenizationStatus.READY
        record.progress = 100.0
        record.error_code = record.error_message = None
        record.path, record.engine, record.engine_reason = figures.path, figures.engine, figures.engine_reason
        record.num_rows, record.num_positions = figures.num_rows, figures.num_positions
        record.num_tokens, record.unique_tokens = figures.num_tokens, figures.unique_tokens
        record.statistics = as_json(figures.statistics)
        record.ledger, record.audit = as_json(figures.ledger), as_json(figures.audit)
        record.size_bytes = figures.size_bytes
        record.completed_at = utc_now()

    def failed(self, error: MiStudioError) -> None:
        """The job ended without what was wanted; ``cancelled`` is a person's wish."""
        cancelled = error.code == "cancelled"
        if self.tokenization:
            self.tokenization.status = TokenizationStatus.CANCELLED if cancelled else TokenizationStatus.ERROR
            self.tokenization.error_code, self.tokenization.error_message = error.code, error.detail
        elif self.scope == "index":
            self.dataset.index_state = IndexState.NONE if cancelled else IndexState.ERROR
            self.dataset.index_progress = 0.0
        else:
            self.dataset.status = DatasetStatus.ERROR
            self.dataset.error_code, self.dataset.error_message = error.code, error.detail
            self.dataset.updated_at = utc_now()


async def follow_newest(session: AsyncSession, dataset: Dataset) -> None:
    """Let the dataset's own token figures be those of its newest ready tokenization, or none."""
    newest = await find_newest_ready(session, dataset.id)
    dataset.updated_at = utc_now()
    dataset.tokenized_path = newest.path if newest else None
    dataset.num_tokens = newest.num_tokens if newest else None
    dataset.vocab_size = newest.vocab_size if newest else None
    dataset.avg_seq_length = _average_of(newest) if newest else None


def _average_of(record: Tokenization) -> float | None:
    return from_json(_StoredStatistics, record.statistics or {}).total.average

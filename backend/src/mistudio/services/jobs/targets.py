"""The record that a job works for, and what each step of the job changes in it.

A download or import works for a dataset, a tokenize job for one tokenization, an index job for a dataset's index. A
step changes that one record only: a failed tokenization never turns a ready dataset red. Column profiles and exports
have no record but their job.
"""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import MiStudioError
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus, IndexState, TokenizationStatus
from mistudio.models import Dataset, Job, Tokenization, utc_now
from mistudio.schemas.event import Scope
from mistudio.schemas.job import DATASET_JOBS, JobPhase
from mistudio.services.datasets.progress import update_progress
from mistudio.services.jobs.figures import (
    DatasetFigures,
    ExportFigures,
    Figures,
    IndexFigures,
    ProfileFigures,
    TokenizationFigures,
)
from mistudio.services.lookup import find_newest_ready
from mistudio.services.statistics_service import StatisticsService

SCOPES: dict[str, Scope] = {
    **dict.fromkeys(DATASET_JOBS, "dataset"),
    "tokenize": "tokenization",
    "index": "index",
    "profile": "columns",
    "export": "export",
}


@dataclass(frozen=True, kw_only=True)
class JobTarget:
    """A job and the records that it works for, locked in one write transaction."""

    job: Job
    dataset: Dataset
    tokenization: Tokenization | None = None

    @classmethod
    async def of(cls, session: AsyncSession, job: Job) -> Self:
        """Lock the records of ``job`` for this transaction."""
        dataset = await session.get_one(Dataset, job.dataset_id, with_for_update=True)
        if job.tokenization_id is None:
            return cls(job=job, dataset=dataset)
        tokenization = await session.get_one(Tokenization, job.tokenization_id, with_for_update=True)
        return cls(job=job, dataset=dataset, tokenization=tokenization)

    @property
    def scope(self) -> Scope:
        """The kind of the record that the job changes."""
        return SCOPES[self.job.kind]

    @property
    def status(self) -> str:
        """The status of that record."""
        if self.scope == "index":
            return self.dataset.index_state.value
        if self.scope in ("columns", "export"):
            return self.job.state.value
        return (self.tokenization or self.dataset).status.value

    def record_progress(self, phase: JobPhase) -> None:
        """Copy the job's progress, made in ``phase``, to its target."""
        if self.tokenization and self.scope == "tokenization":
            if self.tokenization.status in (TokenizationStatus.QUEUED, TokenizationStatus.PROCESSING):
                self.tokenization.status = TokenizationStatus.PROCESSING
                self.tokenization.progress = self.job.progress
        elif self.scope == "index":
            self.dataset.index_state = IndexState.BUILDING
            self.dataset.index_progress = self.job.progress
        elif self.scope == "dataset":
            update_progress(self.dataset, self.job.progress, phase)

    async def record_success(self, session: AsyncSession, figures: Figures) -> None:
        """Make the target ready, with its figures."""
        self.job.progress = 100.0
        match figures:
            case DatasetFigures():
                finish_dataset(self.dataset, figures)
            case TokenizationFigures():
                if self.tokenization is None:
                    raise ValueError(f"job {self.job.id} has no tokenization")
                finish_tokenization(self.tokenization, figures)
                await session.flush()
                await copy_newest_figures(session, self.dataset)
            case IndexFigures():
                self._finish_index(figures)
            case ProfileFigures() | ExportFigures():
                pass

    def _finish_index(self, figures: IndexFigures) -> None:
        dataset = self.dataset
        indexed = (figures.text_column, figures.text_template)
        if any(indexed) and indexed != (dataset.text_column, dataset.text_template):
            # The text was changed meanwhile: this index is of the text before.
            dataset.index_state, dataset.index_progress = IndexState.NONE, 0.0
            return
        dataset.index_state, dataset.index_progress = IndexState.READY, 100.0
        if figures.texts is not None:
            dataset.meta = {**dataset.meta, **as_json(figures.texts)}

    def record_failure(self, error: MiStudioError) -> None:
        """Record why the job ended; the code ``cancelled`` says that a user cancelled it."""
        cancelled = error.code == "cancelled"
        if self.tokenization and self.scope == "tokenization":
            self.tokenization.status = TokenizationStatus.CANCELLED if cancelled else TokenizationStatus.ERROR
            self.tokenization.error_code, self.tokenization.error_message = error.code, error.detail
        elif self.scope == "index":
            self.dataset.index_state = IndexState.NONE if cancelled else IndexState.ERROR
            self.dataset.index_progress = 0.0
        elif self.scope == "dataset":
            self.dataset.status = DatasetStatus.ERROR
            self.dataset.error_code, self.dataset.error_message = error.code, error.detail
            self.dataset.updated_at = utc_now()


async def copy_newest_figures(session: AsyncSession, dataset: Dataset) -> None:
    """Copy the token figures of the newest ready tokenization to the dataset, or clear them if there is none."""
    newest = await find_newest_ready(session, dataset.id)
    dataset.updated_at = utc_now()
    dataset.tokenized_path = newest.path if newest else None
    dataset.num_tokens = newest.num_tokens if newest else None
    dataset.vocab_size = StatisticsService.calculate_vocab_size(newest)
    dataset.avg_seq_length = StatisticsService.calculate_avg_seq_length(newest)


def finish_dataset(dataset: Dataset, figures: DatasetFigures) -> None:
    """Make the record ready, with its figures."""
    dataset.progress = 100.0
    dataset.status = DatasetStatus.READY
    dataset.updated_at = utc_now()
    dataset.error_code = dataset.error_message = None
    dataset.raw_path = figures.raw_path
    dataset.text_column, dataset.text_template = figures.text_column, figures.text_template
    dataset.num_samples, dataset.size_bytes = figures.num_samples, figures.size_bytes
    dataset.splits = [as_json(split) for split in figures.splits]
    found = {name: value for name, value in as_json(figures.content).items() if value is not None}
    dataset.meta = {**dataset.meta, **found}


def finish_tokenization(record: Tokenization, figures: TokenizationFigures) -> None:
    """Make the record ready, with its figures."""
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

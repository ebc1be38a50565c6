"""Records as answers show them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mistudio.core.errors import NotFound, is_retryable
from mistudio.models import Dataset, Job, Tokenization
from mistudio.schemas.common import UsageSnippet
from mistudio.schemas.dataset import (
    DatasetDetail,
    DatasetMetadata,
    DatasetResponse,
    IndexResponse,
    SplitResponse,
)
from mistudio.schemas.job import JobResponse
from mistudio.schemas.tokenization import TokenizationResponse

_OWN_FIELDS = (
    *("id", "name", "source", "hf_repo_id", "config", "revision", "status", "progress", "error_code", "error_message"),
    *("raw_path", "tokenized_path", "num_samples", "num_tokens", "avg_seq_length", "vocab_size", "size_bytes"),
    *("text_column", "seq", "created_at", "updated_at"),
)


async def dataset_or_404(session: AsyncSession, dataset_id: str, *, for_update: bool = False) -> Dataset:
    """The record; NotFound where there is none."""
    dataset = await session.get(Dataset, dataset_id, with_for_update=for_update)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}; it may have been deleted.")
    return dataset


async def active_jobs(session: AsyncSession, dataset_ids: Sequence[str]) -> list[Job]:
    """The jobs of these datasets that wait or run, oldest first."""
    if not dataset_ids:
        return []
    query = select(Job).where(Job.dataset_id.in_(dataset_ids), Job.active()).order_by(Job.created_at)
    return list((await session.scalars(query)).all())


def _fields(dataset: Dataset, jobs: Sequence[Job]) -> dict[str, object]:
    own = next((job for job in jobs if job.kind in {"download", "import"}), None)
    return {
        **{name: getattr(dataset, name) for name in _OWN_FIELDS},
        "retryable": bool(dataset.error_code and is_retryable(dataset.error_code)),
        "splits": [SplitResponse.model_validate(split) for split in dataset.splits],
        "metadata": DatasetMetadata.model_validate(dataset.meta),
        "index": IndexResponse(state=dataset.index_state, progress=dataset.index_progress),
        "job": JobResponse.model_validate(own) if own else None,
    }


def dataset_response(dataset: Dataset, jobs: Sequence[Job]) -> DatasetResponse:
    """One dataset as lists show it."""
    return DatasetResponse.model_validate(_fields(dataset, jobs))


async def dataset_responses(session: AsyncSession, datasets: Sequence[Dataset]) -> list[DatasetResponse]:
    """Datasets as lists show them, with their jobs, in one query more."""
    jobs = await active_jobs(session, [dataset.id for dataset in datasets])
    return [dataset_response(dataset, [job for job in jobs if job.dataset_id == dataset.id]) for dataset in datasets]


async def tokenization_responses(session: AsyncSession, dataset_id: str) -> list[TokenizationResponse]:
    """The tokenizations of one dataset, newest first."""
    query = select(Tokenization).where(Tokenization.dataset_id == dataset_id).order_by(Tokenization.created_at.desc())
    return [TokenizationResponse.model_validate(record) for record in (await session.scalars(query)).all()]


def usage_snippets(dataset: Dataset) -> list[UsageSnippet]:
    """Python that loads the data as it lies on disk."""
    if not dataset.raw_path or not dataset.splits:
        return []
    names = [SplitResponse.model_validate(split).name for split in dataset.splits]
    folder = Path(dataset.raw_path)
    files = "\n".join(f"    {name!r}: {str(folder / f'{name}-*.parquet')!r}," for name in names)
    return [
        UsageSnippet(
            title="Hugging Face datasets",
            code=f'from datasets import load_dataset\n\ndata = load_dataset("parquet", data_files={{\n{files}\n}})',
        ),
        UsageSnippet(
            title="pyarrow",
            code=f"import pyarrow.dataset\n\ndata = pyarrow.dataset.dataset({str(folder)!r})",
        ),
    ]


async def dataset_detail(session: AsyncSession, dataset: Dataset) -> DatasetDetail:
    """One dataset with everything that its window shows."""
    jobs = await active_jobs(session, [dataset.id])
    fields = _fields(dataset, jobs)
    return DatasetDetail.model_validate(
        {
            **fields,
            "columns": DatasetMetadata.model_validate(dataset.meta).columns,
            "jobs": [JobResponse.model_validate(job) for job in jobs],
            "tokenizations": await tokenization_responses(session, dataset.id),
            "usage": usage_snippets(dataset),
        }
    )
